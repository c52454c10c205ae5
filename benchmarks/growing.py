"""Memory growth of browser, kernel and server during a long stream in JupyterLab."""

import statistics
import time
from collections.abc import Iterator
from itertools import chain
from typing import Final

import psutil

from benchmarks.rows import Row
from benchmarks.screens import KernelTransport, WidgetScreen
from benchmarks.stage import DetachedBrowser, Stage, avatar_server
from benchmarks.viewers import LONG_TEXT
from heygen_widget import LocalServer
from tests.browser.lab import VIDEO

MINUTES: Final = 20.0
"""Length of the stream."""
HOUR: Final = 55.0
"""A session ends after an hour; the looks take time, too."""
WARM: Final = 5.0
"""Minutes from one look to the next; growth is counted from the first one on."""
TIMES: Final = 5
REST: Final = 2.0
"""How many samples are taken each time, and how many seconds apart."""

_POSITION: Final = f"document.querySelector('{VIDEO}').currentTime"
_TALK: Final = f"""\
import os, threading
def talk():
    while True:
        avatar.speak({LONG_TEXT!r}).result()
threading.Thread(target=talk, daemon=True).start()
print(os.getpid())
"""


def measure(stage: Stage) -> Iterator[Row]:
    """Compare the memory after the first minutes with that at the end, for both transports."""
    yield from _growth(stage, WidgetScreen, MINUTES)
    yield from _growth(stage, KernelTransport, MINUTES)


def measure_hour(stage: Stage) -> Iterator[Row]:
    """Do the same for an hour of stream that the page fetches itself."""
    yield from _growth(stage, WidgetScreen, HOUR)


def _growth(stage: Stage, kind: type[WidgetScreen], minutes: float) -> Iterator[Row]:
    with avatar_server() as server, stage.detached_browser() as browser:
        kernel, began = _start_talking(browser, server, kind)
        processes = {"kernel": kernel, "server": server.pid, "browser": browser.pid}
        looks = []
        for look in range(1, round(minutes / WARM) + 1):
            time.sleep(60 * WARM)
            looks.append(_measure_memory(browser, processes))
            sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in looks[-1].items())
            print(f"  after {look * WARM:.0f} min: {sizes}", flush=True)
        with browser.page() as page:
            played = (page.evaluate(_POSITION) - began) / 60
    if played < 0.9 * minutes:
        raise RuntimeError(f"Only {played:.1f} of {minutes:.0f} minutes were played.")
    for name in processes:
        yield Row(
            measure=f"{minutes:.0f} min of stream, {kind.transport}: growth of {name} after "
            f"the first {WARM:.0f}, from {looks[0][name] / 1e6:.0f} MB",
            values=[100 * (looks[-1][name] / looks[0][name] - 1)],
            unit="%",
            limit=5,
            digits=1,
        )


def _start_talking(
    browser: DetachedBrowser, server: LocalServer, kind: type[WidgetScreen]
) -> tuple[int, float]:
    """Let an avatar talk continuously; return the kernel's process and the playing page."""
    with browser.notebook() as notebook:
        screen = kind(notebook, server)
        screen.first_frame(screen.start("Good morning."))
        kernel = int(notebook.run(_TALK))
        return kernel, float(notebook.page.evaluate(_POSITION))


def _measure_memory(browser: DetachedBrowser, processes: dict[str, int]) -> dict[str, float]:
    """Return the memory (bytes) in use, some seconds after a garbage collection in the page.

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
    """Return the private memory of a process and its children."""
    first = psutil.Process(pid)
    total = 0.0
    for process in chain([first], first.children(recursive=True)):
        try:
            total += process.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    return total
