"""JupyterLab and Chromium for the tests, started once."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.lab import Lab, Notebook, launch, running_lab


@pytest.fixture(scope="module")  # while it lives, Playwright keeps a loop running in this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def open_notebook(browser: Browser, lab: Lab) -> Iterator[Callable[..., Notebook]]:
    """Open a new notebook in JupyterLab, in light or dark theme."""
    notebooks: list[Notebook] = []

    def open_(*, theme: str = "light") -> Notebook:
        notebooks.append(lab.open(browser, theme=theme))
        return notebooks[-1]

    yield open_
    for notebook in notebooks:
        notebook.page.context.close()
    lab.end_kernels()


@pytest.fixture
def notebook(open_notebook: Callable[..., Notebook]) -> Notebook:
    return open_notebook()
