"""Places other than JupyterLab where people open notebooks: each run as they run it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page

from tests.browser.lab import KERNEL_IS_IDLE, free_port, wait_for

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
BELOW = 8
"""How many cells are below the avatar's, for a notebook to scroll."""
TALL = "# A line\n\n" * 12
MARIMO = """import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from heygen_widget import Avatar

    avatar = Avatar(local=True)
    avatar
    return (avatar, mo)
"""
MARIMO_BELOW = f"""

@app.cell
def _(mo):
    mo.md({TALL!r})
    return
"""


@contextmanager
def notebook_7(folder: Path) -> Iterator[str]:
    """Jupyter Notebook; yields the address of a notebook that shows an avatar when it is run."""
    options = [
        "--ServerApp.token=",
        "--ServerApp.allow_root=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--no-browser",
        "--port={port}",
    ]
    _write(folder, "avatar.ipynb", SHOW, below=BELOW)
    with _served(folder, ["notebook", *options], "/api") as url:
        yield f"{url}/notebooks/avatar.ipynb"


@contextmanager
def voila(folder: Path) -> Iterator[str]:
    """Voilà; yields the address of the page that a notebook becomes."""
    _write(folder, "avatar.ipynb", SHOW, below=BELOW)
    with voila_pages(folder, {}) as url:
        yield f"{url}/voila/render/avatar.ipynb"


@contextmanager
def voila_pages(
    folder: Path, notebooks: Mapping[str, str], settings: Mapping[str, object] | None = None
) -> Iterator[str]:
    """Voilà with notebooks of one cell each, by name; yields its address.

    `settings` are those of its web server.
    """
    for name, source in notebooks.items():
        _write(folder, name, source)
    config = {"Voila": {"ip": "127.0.0.1", "tornado_settings": settings or {}}}
    (folder / "voila.json").write_text(json.dumps(config))
    command = ["voila", "--no-browser", "--port={port}"]
    with _served(folder, command, "/voila/static/voila.js") as url:
        yield url


@contextmanager
def marimo(folder: Path) -> Iterator[str]:
    """marimo's editor; yields the address of a notebook that shows an avatar when it is run."""
    (folder / "avatar.py").write_text(MARIMO + BELOW * MARIMO_BELOW)
    options = ["edit", "avatar.py", "--headless", "--no-token", "--port", "{port}"]
    with _served(folder, ["marimo", *options, "--skip-update-check"], "/health") as url:
        yield url


def _run_in_notebook_7(page: Page) -> None:
    page.wait_for_function(KERNEL_IS_IDLE)
    page.locator(".jp-Cell .cm-content").first.click()
    page.keyboard.press("Control+Enter")


def _wait_for_voila(_: Page) -> None:
    """Do nothing: the page runs the cell itself."""


def _run_in_marimo(page: Page) -> None:
    page.locator(".marimo-cell").first.wait_for()  # before, there is a button, but no kernel
    page.get_by_test_id("run-button").last.click()  # in the corner: all that has not run


@dataclass(frozen=True)
class Host:
    """A place to open notebooks.

    Attributes
    ----------
    name
        What people call it.
    serve
        Serves a notebook from a folder; yields the address of its page.
    run
        Runs the cell that shows an avatar.
    """

    name: str
    serve: Callable[[Path], AbstractContextManager[str]]
    run: Callable[[Page], None]


HOSTS = [
    Host("Jupyter Notebook", notebook_7, _run_in_notebook_7),
    Host("Voilà", voila, _wait_for_voila),
    Host("marimo", marimo, _run_in_marimo),
]


def _write(folder: Path, name: str, source: str, *, below: int = 0) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "show",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    tall = {"cell_type": "markdown", "source": TALL, "metadata": {}}
    content = {
        "cells": [cell, *(tall | {"id": f"below-{index}"} for index in range(below))],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / name).write_text(json.dumps(content))


@contextmanager
def _served(folder: Path, command: list[str], sign_of_life: str) -> Iterator[str]:
    """Run a server of its own in `folder`, without anybody's settings; yields its address."""
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEYGEN_")} | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    arguments = [part.replace("{port}", str(port)) for part in command]
    url = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(lambda: _answers(url + sign_of_life), 60, f"{command[0]} did not start")
            yield url
        finally:
            server.terminate()
            server.wait(60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code < 500
    except httpx.TransportError:
        return False
