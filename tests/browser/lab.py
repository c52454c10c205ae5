"""JupyterLab and Chromium, both real, driven as a person drives them."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Playwright

from tests.browser import chromium

T = TypeVar("T")

PATIENCE = 90.0
"""Seconds after which what must come is missed."""
PROBE = Path(__file__).with_name("probe.js")
VIDEO = ":is(.heygen-widget, .heygen-floating) video"
_COUNT = "i => jupyterapp.shell.currentWidget.content.widgets[i].model.executionCount"
_OUTPUTS = "i => jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.toJSON()"
_END_AVATARS = """
import time
from heygen_widget.bridge import bridge
from heygen_widget.lifecycle.avatars import find_avatars
for each in find_avatars():
    each.close()
while not bridge.ask(lambda: all(each.queue.idle for each in find_avatars())):
    time.sleep(0.02)
"""
_DELETE_CELLS = """name => {
    const [notebook, ...more] = [...jupyterapp.shell.widgets("main")].sort(
        (one, other) => (other.context?.path === name) - (one.context?.path === name));
    for (const panel of more) panel.dispose();
    const { sharedModel } = notebook.content.model;
    sharedModel.deleteCellRange(0, sharedModel.cells.length);
    jupyterapp.shell.activateById(notebook.id);
}"""
KERNEL_IS_IDLE = (
    "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
)


CALM = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
"""Switches for a browser that calls nobody."""
A_MOUTH_THAT_MOVES = 3.0
"""Mean change of a pixel near the mouth, of 255, between two frames."""
A_MOUTH_AT_REST = 2.0


def launch(playwright: Playwright, *switches: str) -> Browser:
    """Start Chromium without a screen."""
    return playwright.chromium.launch(executable_path=chromium.find(), args=[*CALM, *switches])


def new_context(browser: Browser) -> BrowserContext:
    """Return a browser window of one's own, in which what must come may take its time."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1000}, ignore_https_errors=True
    )
    context.set_default_timeout(PATIENCE * 1000)
    return context


class Lab:
    """A running JupyterLab.

    Attributes
    ----------
    url
        Its address.
    root
        The folder it shows.
    """

    def __init__(self, url: str, root: Path) -> None:
        self.url = url
        self.root = root

    def open(
        self, browser: Browser, *, theme: str = "light", source: Path | None = None
    ) -> "Notebook":
        """Open an empty notebook, or a copy of `source`, in a browser window of its own."""
        return self.open_in(new_context(browser).new_page(), theme=theme, source=source)

    def open_in(
        self, page: Page, *, theme: str = "light", source: Path | None = None
    ) -> "Notebook":
        """Open an empty notebook, or a copy of `source`, in a page."""
        name = f"{uuid.uuid4().hex[:8]}.ipynb"
        empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (self.root / name).write_text(source.read_text() if source else json.dumps(empty))
        page.add_init_script(path=PROBE)
        page.goto(f"{self.url}/lab/workspaces/{name[:8]}/tree/{name}?reset")
        page.wait_for_function(
            f"{KERNEL_IS_IDLE} || document.querySelector('.jp-Dialog')", timeout=90_000
        )
        if page.locator(".jp-Dialog").count():  # which kernel?
            page.locator(".jp-Dialog button.jp-mod-accept").click()
            page.wait_for_function(KERNEL_IS_IDLE, timeout=90_000)
        notebook = Notebook(page, name)
        if theme != "light":
            notebook.change_theme(theme)
        return notebook

    def end_kernels(self, *, but: Container[str] = ()) -> None:
        """Shut down every kernel, `but` those of some notebooks."""
        wait_for(lambda: self._kernels_are_gone(but), 60, "A kernel outlived its test")

    def _kernels_are_gone(self, but: Container[str]) -> bool:
        sessions = f"{self.url}/api/sessions"
        with suppress(httpx.TransportError):  # a kernel that is being restarted refuses at first
            open_ = httpx.get(sessions, timeout=60).json()
            ending = [session["id"] for session in open_ if session["path"] not in but]
            for session in ending:
                httpx.delete(f"{sessions}/{session}", timeout=30)
            return not ending
        return False


def free_port() -> int:
    """Return a port that nobody uses, and that the system gives to no connection meanwhile."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def running_lab(folder: Path, *more_options: str, base_url: str = "") -> Iterator[Lab]:
    """Run a JupyterLab of its own in `folder`, without token and without anybody's settings."""
    port = free_port()
    root = folder / "notebooks"
    root.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEYGEN_")} | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    options = [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.base_url={base_url}/",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.allow_root=True",
        "--ServerApp.disable_check_xsrf=True",  # so that more than its own pages may ask
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--LabApp.user_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
        *more_options,
    ]
    command = [sys.executable, "-m", "jupyterlab", *options]
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            lab = Lab(f"http://127.0.0.1:{port}{base_url}", root)
            wait_for(lambda: _answers(lab.url), 60, "JupyterLab did not start")
            yield lab
        finally:
            server.terminate()
            server.wait(60)


class Listener:
    """Hears the avatar in a page or in one of its frames.

    Parameters
    ----------
    shown_in
        Where it is; with `PROBE` as an init script.
    video
        Selector of the video to listen to; the widget's by default.
    """

    def __init__(self, shown_in: Page | Frame, video: str = VIDEO) -> None:
        self._shown_in = shown_in
        self.video = video

    def watch(self) -> None:
        """Begin to listen to the avatar, once its picture is there."""
        self._until(f"() => probe.find('{self.video}')?.readyState >= 2", None)
        self._shown_in.evaluate(f"probe.watch('{self.video}')")

    def wait_for_sound(self, since: float) -> float:
        """Wait until there was sound after `since` and return when (seconds since the epoch)."""
        first = f"since => probe.sound('{self.video}', since).first"
        return float(self._until(first, since))

    def wait_for_motion(self, frames: int = 10) -> None:
        """Wait until so many more frames were shown."""
        shown = f"probe.frames('{self.video}')"
        before = self._shown_in.evaluate(shown)
        self._until(f"before => {shown} >= before + {frames}", before)

    def wait_for_silence(self, seconds: float = 0.6, *, playing: bool = False) -> None:
        """Wait until nothing was heard for some seconds, if `playing` of an unbroken picture."""
        enough = " && s.played > 0.8 * seconds" if playing else ""
        silent = (
            f"seconds => {{ const s = probe.sound('{self.video}', Date.now() / 1000 - seconds);"
            f" return s.count > seconds * 50 && s.loud === 0{enough}; }}"
        )
        self._until(silent, seconds)

    def wait_for_lips(self, *, moving: bool) -> None:
        """Wait until the mouth moves as it does in speech, or rests as it does in silence."""

        def as_wanted() -> bool:
            change = float(self._shown_in.evaluate(f"probe.mouth('{self.video}', 1)"))
            return change > A_MOUTH_THAT_MOVES if moving else change < A_MOUTH_AT_REST

        wait_for(as_wanted, 60, "the mouth does not " + ("move" if moving else "rest"))

    def _until(self, function: str, argument: float | None) -> Any:
        # Playwright's own way to wait needs `eval`, which a page may forbid.
        ask = partial(self._shown_in.evaluate, function, argument)
        return wait_for(ask, PATIENCE, f"not so within {PATIENCE} s: {function}")


class Notebook(Listener):
    """A notebook open in JupyterLab: adds and runs cells as a person does.

    Parameters
    ----------
    page
        The page it is open in.
    name
        Of its file.
    """

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page)
        self.page = page
        self.name = name

    def clear(self) -> None:
        """End all avatars and delete all cells, for the next who uses this page and kernel."""
        self.page.unroute_all(behavior="ignoreErrors")
        self.run(_END_AVATARS)
        self.page.evaluate("probe.forget()")
        self.page.evaluate(_DELETE_CELLS, self.name)
        self.page.wait_for_function(
            "!document.querySelector('.heygen-widget, .heygen-floating')"
            " && jupyterapp.shell.currentWidget"
        )

    def change_theme(self, theme: str) -> None:
        """Make JupyterLab ``"light"`` or ``"dark"``."""
        self.command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg="true" if theme == "light" else "false",
        )

    def run(self, source: str) -> str:
        """Run a new cell at the end, wait for it, and return what it printed."""
        return self.finished(self.begin(source))

    def finished(self, index: int) -> str:
        """Wait until a cell has run, and return what it printed."""
        self.page.wait_for_function(
            "index => { const cell = jupyterapp.shell.currentWidget.content.widgets[index];"
            " return cell.model.executionState === 'idle' && cell.model.executionCount; }",
            arg=index,
            timeout=90_000,  # a cell may wait for speech
        )
        outputs = self._outputs(index)
        errors = [output for output in outputs if output["output_type"] == "error"]
        if errors:
            raise AssertionError("\n".join(errors[0]["traceback"]))
        return "".join(_text(output) for output in outputs)

    def printed(self, index: int) -> str:
        """Wait until a cell has printed something, and return that; it may still run."""
        self.page.wait_for_function(f"i => ({_OUTPUTS})(i).length > 0", arg=index)
        return "".join(map(_text, self._outputs(index)))

    def begin(self, source: str) -> int:
        """Run a new cell at the end without waiting for it; returns its index."""
        index: int = self.page.evaluate(
            """source => {
                const { content } = jupyterapp.shell.currentWidget;
                const at = content.model.sharedModel.cells.length;
                content.model.sharedModel.insertCell(at, { cell_type: "code", source });
                content.activeCellIndex = at;
                content.deselectAll();
                setTimeout(() => jupyterapp.commands.execute("notebook:run-cell"));
                return at;
            }""",
            source,
        )
        return index

    def run_again(self, index: int) -> None:
        """Run a cell once more, and wait for it."""
        self.select(index)
        before = self.page.evaluate(_COUNT, index)
        self.page.evaluate(
            "() => { setTimeout(() => jupyterapp.commands.execute('notebook:run-cell')) }"
        )
        self.page.wait_for_function(f"([i, n]) => ({_COUNT})(i) > n", arg=[index, before])
        self.finished(index)

    def select(self, index: int) -> None:
        """Make a cell the one that commands are about."""
        self.page.evaluate(
            "index => { const { content } = jupyterapp.shell.currentWidget;"
            " content.activeCellIndex = index; content.deselectAll(); }",
            index,
        )

    def command(self, name: str, **arguments: object) -> None:
        """Execute a command of JupyterLab, without waiting for its end."""
        self.page.evaluate(
            "([name, all]) => { jupyterapp.commands.execute(name, all) }", [name, arguments]
        )

    def save(self) -> None:
        """Save the notebook, so that it can be closed or loaded anew."""
        self.command("docmanager:save")
        self.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")

    def _outputs(self, index: int) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = self.page.evaluate(_OUTPUTS, index)
        return outputs

    def wait_for_status(self, status: str) -> None:
        """Wait until the widget shows a status."""
        self.page.wait_for_function(
            "status => document.querySelector('.heygen-widget')?.dataset.status === status",
            arg=status,
        )


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api").is_success
    except httpx.TransportError:
        return False


def wait_for(ask: Callable[[], T], timeout: float, otherwise: str) -> T:
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + timeout
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.05)
    return answer


def _text(output: dict[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain") or ""
    plain = "".join(text) if isinstance(text, list) else text
    return re.sub(r"\x1b\[[0-9;]*m", "", plain)
