"""A long stream, played in JupyterLab: what becomes of the memory of all who have a part in it."""

import statistics
import time
from collections.abc import Iterator
from itertools import chain
from typing import Final

import psutil

from benchmarks.rows import Row
from benchmarks.screens import Ours, Relayed
from benchmarks.stage import LonelyBrowser, Stage, avatar_server
from benchmarks.viewers import LONG_TEXT
from heygen_widget import LocalServer

MINUTES: Final = 20.0
"""Of which the growth is looked at; an hour is three times as long."""
WARM: Final = 5.0
"""Minutes until it is looked for the first time."""
TIMES: Final = 5
REST: Final = 2.0
"""So often it is looked each time, so many seconds apart."""

_POSITION: Final = "document.querySelector('.heygen-widget video').currentTime"
_TALK: Final = f"""\
import os, threading, time
def talk():
    while True:
        avatar.speak({LONG_TEXT!r})
        time.sleep(300)
threading.Thread(target=talk, daemon=True).start()
print(os.getpid())
"""


def measure(stage: Stage) -> Iterator[Row]:
    """Compare the memory after the first minutes with that at the end, each way to the page."""
    yield from _growth(stage, Ours)
    yield from _growth(stage, Relayed)


def _growth(stage: Stage, kind: type[Ours]) -> Iterator[Row]:
    with avatar_server() as server, stage.lonely_browser() as browser:
        kernel, began = _begin(browser, server, kind)
        processes = {"kernel": kernel, "server": server.pid, "browser": browser.pid}
        time.sleep(60 * WARM)
        before = _look(browser, processes)
        time.sleep(60 * (MINUTES - WARM))
        after = _look(browser, processes)
        with browser.page() as page:
            played = (page.evaluate(_POSITION) - began) / 60
    if played < 0.9 * MINUTES:
        raise RuntimeError(f"Only {played:.1f} of {MINUTES:.0f} minutes were played.")
    for name in processes:
        yield Row(
            measure=f"{MINUTES:.0f} min of stream, {kind.transport}: growth of {name} after "
            f"the first {WARM:.0f}, from {before[name] / 1e6:.0f} MB",
            values=[100 * (after[name] / before[name] - 1)],
            unit="%",
            limit=5,
            digits=1,
        )


def _begin(browser: LonelyBrowser, server: LocalServer, kind: type[Ours]) -> tuple[int, float]:
    """Let an avatar talk on by itself; return the process of the kernel, and where it plays."""
    with browser.notebook() as notebook:
        screen = kind(notebook, server)
        screen.first_frame(screen.start("Good morning."))
        kernel = int(notebook.run(_TALK))
        return kernel, float(notebook.page.evaluate(_POSITION))


def _look(browser: LonelyBrowser, processes: dict[str, int]) -> dict[str, float]:
    """Return the memory (bytes) that is held, some seconds after the page has thrown away garbage.

    How much of that lies around depends on when the page was idle last, and says nothing.
    """
    with browser.page() as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("HeapProfiler.collectGarbage")
    seen: list[dict[str, float]] = []
    for _ in range(TIMES):
        time.sleep(REST)
        seen.append({name: _memory(pid) for name, pid in processes.items()})
    return {name: statistics.median(look[name] for look in seen) for name in processes}


def _memory(pid: int) -> float:
    """Return what a process and those it started have for themselves."""
    first = psutil.Process(pid)
    total = 0.0
    for process in chain([first], first.children(recursive=True)):
        try:
            total += process.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    return total
