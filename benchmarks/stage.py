"""Shared by the benchmarks: one JupyterLab, one Chromium, and embedded avatar servers.

Each is started when first asked for and ended with the stage.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import httpx
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from heygen_widget import HeyGen, LocalServer
from heygen_widget.frontend.bundles import STATIC
from tests.browser import chromium
from tests.browser.lab import CALM, Lab, Notebook, free_port, launch, running_lab, wait_for

LONG: Final = 3600.0
"""Idle timeout (seconds) of the servers: a measure may look on in silence for a while."""


class Stage:
    """JupyterLab and Chromium for all measures of a run."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def notebook(self) -> Iterator[Notebook]:
        """Open a new notebook with its own kernel; hls.js is next to it as ``hls.js``."""
        notebook = self._lab.open(self._browser)
        try:
            yield notebook
        finally:
            notebook.page.context.close()
            self._lab.end_kernels()

    @contextmanager
    def detached_browser(self) -> Iterator["DetachedBrowser"]:
        """Start a separate browser, which keeps running without a driver."""
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            command = [chromium.find(), *CALM, "--headless=new", f"--user-data-dir={folder}"]
            with subprocess.Popen(
                [*command, f"--remote-debugging-port={port}", "about:blank"],
                stderr=subprocess.DEVNULL,
            ) as process:
                try:
                    yield DetachedBrowser(self._playwright, self._lab, port, process.pid)
                finally:
                    process.terminate()
                    self._lab.end_kernels()

    @cached_property
    def _playwright(self) -> Playwright:
        return self._stack.enter_context(sync_playwright())

    @cached_property
    def _browser(self) -> Browser:
        browser = launch(self._playwright)
        self._stack.callback(browser.close)
        return browser

    @cached_property
    def _lab(self) -> Lab:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        lab = self._stack.enter_context(running_lab(folder))
        shutil.copy(STATIC / "player.js", lab.root / "hls.js")
        return lab


class DetachedBrowser:
    """A browser without a driver, which would keep copies of everything it fetches.

    Attributes
    ----------
    pid
        Of its first process.
    """

    def __init__(self, playwright: Playwright, lab: Lab, port: int, pid: int) -> None:
        self._playwright = playwright
        self._lab = lab
        self._address = f"http://127.0.0.1:{port}"
        self.pid = pid

    @contextmanager
    def notebook(self) -> Iterator[Notebook]:
        """Open a notebook and drive it; it stays open."""
        with self._driven() as browser:
            yield self._lab.open_in(browser.contexts[0].new_page())

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Drive the notebook's page again."""
        with self._driven() as browser:
            pages = browser.contexts[0].pages
            yield next(page for page in pages if page.url.startswith(self._lab.url))

    @contextmanager
    def _driven(self) -> Iterator[Browser]:
        wait_for(self._answers, 30, "The browser did not start")
        browser = self._playwright.chromium.connect_over_cdp(self._address)
        try:
            yield browser
        finally:
            browser.close()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._address}/json/version").is_success
        except httpx.TransportError:
            return False


@contextmanager
def avatar_server(**settings: Any) -> Iterator[LocalServer]:
    """Run an embedded avatar server that is warmed up."""
    with (
        LocalServer(idle_timeout=LONG, **settings) as server,
        HeyGen(server.api_key, server.base_url) as heygen,
    ):
        realtime = heygen.avatar_realtime
        warm_up = realtime.create(
            type="tts", avatar_id="warm-up", voice_id="warm-up", text="Good morning, everybody."
        )
        for _ in realtime.words(warm_up.stream_id):
            pass
        yield server
