"""What the measures share: one JupyterLab, one Chromium, and embedded avatar servers.

Each is started when first asked for and ended with the stage.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from playwright.sync_api import Browser, sync_playwright

from heygen_widget import HeyGen, LocalServer
from heygen_widget.page import STATIC
from tests.browser.lab import Lab, Notebook, launch, running_lab

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
        """Open a new notebook, with a kernel of its own; hls.js lies beside it as ``hls.js``."""
        notebook = self._lab.open(self._browser)
        try:
            yield notebook
        finally:
            notebook.page.context.close()
            self._lab.end_kernels()

    @cached_property
    def _browser(self) -> Browser:
        browser = launch(self._stack.enter_context(sync_playwright()))
        self._stack.callback(browser.close)
        return browser

    @cached_property
    def _lab(self) -> Lab:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        lab = self._stack.enter_context(running_lab(folder))
        shutil.copy(STATIC / "player.js", lab.root / "hls.js")
        return lab


@contextmanager
def avatar_server(**settings: Any) -> Iterator[LocalServer]:
    """Run an embedded avatar server that has drawn its faces and spoken once."""
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
