"""JupyterLab and Chromium for the tests, started once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.lab import PROBE, Lab, Notebook, launch, new_context, running_lab


@pytest.fixture(scope="module")  # while it lives, Playwright keeps a loop running in this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that notes what is played in it."""
    context = new_context(browser)
    page = context.new_page()
    page.add_init_script(path=PROBE)
    yield page
    context.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


class SharedNotebook:
    """A notebook that tests use one after another: a page and a kernel take seconds to start."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self._browser = browser
        self._lab = lab
        self._notebook: Notebook | None = None

    @property
    def name(self) -> str:
        """Of its file; empty while there is none."""
        return self._notebook.name if self._notebook else ""

    @contextmanager
    def lent(self) -> Iterator[Notebook]:
        """Lend it, empty; what a test leaves in it that cannot be cleared goes with it."""
        self._notebook = self._notebook or self._lab.open(self._browser)
        yield self._notebook
        try:
            self._notebook.clear()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._notebook:
            self._notebook.page.context.close()
            self._notebook = None
        self._lab.end_kernels()


@pytest.fixture(scope="module")
def shared_notebook(browser: Browser, lab: Lab) -> Iterator[SharedNotebook]:
    shared = SharedNotebook(browser, lab)
    yield shared
    shared.close()


@pytest.fixture
def open_notebook(
    browser: Browser, lab: Lab, shared_notebook: SharedNotebook
) -> Iterator[Callable[[], Notebook]]:
    """Open a new notebook in JupyterLab."""
    notebooks: list[Notebook] = []

    def open_() -> Notebook:
        notebooks.append(lab.open(browser))
        return notebooks[-1]

    yield open_
    for notebook in notebooks:
        notebook.page.context.close()
    lab.end_kernels(but={shared_notebook.name})


@pytest.fixture
def notebook(
    request: pytest.FixtureRequest,
    open_notebook: Callable[[], Notebook],
    shared_notebook: SharedNotebook,
) -> Iterator[Notebook]:
    """An empty notebook: a new one, or `shared_notebook` where a test says that it may share."""
    if request.node.get_closest_marker("shares_a_page"):
        with shared_notebook.lent() as notebook:
            yield notebook
    else:
        yield open_notebook()
