"""The first view of the demo, as somebody sees it who has never run JupyterLab."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from heygen_widget.cli import QUICKSTART
from tests.browser.lab import KERNEL_IS_IDLE, Notebook, wait_for

NEWS = "text=Would you like to get notified about official Jupyter news?"

FETCHES_NEWS = (
    "jupyterapp.serviceManager.settings.fetch('@jupyterlab/apputils-extension:notification')"
    ".then(({schema}) => schema.properties.fetchNews.default)"
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """Run the demo, and return its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = {"port": port, "port_retries": 0, "open_browser": False, "password": ""}
    settings = {
        "ServerApp": server,
        "IdentityProvider": {"token": ""},
        "LabApp": {
            "expose_app_in_browser": True,
            "user_settings_dir": str(tmp_path / "settings"),
            "workspaces_dir": str(tmp_path / "workspaces"),
        },
    }
    (tmp_path / "jupyter_config.json").write_text(json.dumps(settings))
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", "from heygen_widget.cli import main; main(['demo'])"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as run:
        try:
            wait_for(lambda: _answers(url), 60, "The demo did not start")
            yield url
        finally:
            os.killpg(run.pid, signal.SIGTERM)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api").is_success
    except httpx.TransportError:
        return False


def _first_view(browser: Browser, url: str) -> Page:
    """Open JupyterLab, and wait until a notebook is there and nothing more is about to come."""
    page = browser.new_page()
    page.goto(url)
    page.wait_for_function(KERNEL_IS_IDLE, timeout=90_000)
    page.evaluate("jupyterapp.restored")
    return page


def test_the_first_view_of_the_demo_asks_nothing(browser: Browser, demo: str) -> None:
    page = _first_view(browser, demo)
    assert page.url.endswith(QUICKSTART)
    assert page.evaluate(FETCHES_NEWS) == "false"
    assert page.locator(NEWS).count() == 0
    page.close()


def test_jupyterlab_itself_still_asks_whether_to_fetch_news(
    open_notebook: Callable[[], Notebook],
) -> None:
    open_notebook().page.locator(NEWS).wait_for()
