"""Hosts that cannot run here, in what sets them apart: real kernels and pages, behind a stand-in.

JupyterHub and Colab show pages of the public web, and VS Code's window has no AAC.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Page,
    Request,
    sync_playwright,
)

from tests.browser import hosts
from tests.browser.console import Console
from tests.browser.front_door import FrontDoor, front_door
from tests.browser.lab import PROBE, Lab, Listener, launch, new_context, running_lab

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
COLAB = "https://colab.test"
HTML = "text/html"
FRAME = """<!doctype html><iframe src="{src}" width="900" height="900"
  allow="autoplay; camera; microphone; xr-spatial-tracking"
  sandbox="allow-downloads allow-forms allow-pointer-lock allow-popups allow-same-origin
    allow-scripts"></iframe><p style="height: 3000px">"""
"""An output in Colab, as Chrome gets it (googlecolab/colabtools#1331), and cells below it."""

NOTEBOOKS = {
    "colab.ipynb": f"import os\nos.environ['COLAB_RELEASE_TAG'] = 'release-colab'\n{SHOW}",
    "vscode.ipynb": SHOW,
}
FORGET_THE_HUB = "import os\nos.environ.pop('JUPYTERHUB_SERVICE_PREFIX')"
FOUND = {
    "pass": [
        "host             JupyterLab; the notebook runs on JupyterHub",
        "transport        kernel: the notebook runs on JupyterHub",
    ],
    FORGET_THE_HUB: [
        "host             JupyterLab",
        "transport        kernel: the stream is on the kernel's machine, and this page is not",
    ],
}
"""What a diagnosis says where the kernel knows of the hub, and where only the page can know."""

NO_AAC = """
const known = MediaSource.isTypeSupported;
MediaSource.isTypeSupported = (type) => !type.includes("mp4a") && known(type);
HTMLMediaElement.prototype.canPlayType = () => "";
addEventListener("DOMContentLoaded", () => document.body.classList.add("vscode-dark"));
"""


@dataclass(frozen=True)
class Pages:
    """Where the pages of `NOTEBOOKS` are, for this machine and for the world."""

    here: str
    outside: str


@pytest.fixture(scope="module")
def door() -> Iterator[FrontDoor]:
    with front_door() as door:
        yield door


@pytest.fixture(scope="module")
def browser(door: FrontDoor) -> Iterator[Browser]:
    """A browser for which what is behind the door is the public web, and not this machine."""
    names = "--host-resolver-rules=MAP *.test 127.0.0.1"
    public = f"--ip-address-space-overrides=127.0.0.1:{door.port}=public"
    with sync_playwright() as playwright:
        browser = launch(playwright, names, public)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = new_context(browser)
    context.add_init_script(path=PROBE)
    yield context
    context.close()


@pytest.fixture(scope="module")
def voila(tmp_path_factory: pytest.TempPathFactory, door: FrontDoor) -> Iterator[Pages]:
    settings = {
        "allow_remote_access": True,
        "headers": {"Content-Security-Policy": f"frame-ancestors {COLAB}"},
    }
    with hosts.voila_pages(tmp_path_factory.mktemp("voila"), NOTEBOOKS, settings) as url:
        yield Pages(f"{url}/voila/render", door.admit("output.test", url) + "/voila/render")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, door: FrontDoor) -> Iterator[Lab]:
    """JupyterLab as a JupyterHub starts one for a user, at its public address."""
    prefix = "/user/ann"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTERHUB_SERVICE_PREFIX", f"{prefix}/")
        folder = tmp_path_factory.mktemp("hub")
        with running_lab(folder, "--ServerApp.allow_remote_access=True", base_url=prefix) as lab:
            yield Lab(door.admit("hub.test", lab.url) + prefix, lab.root)


def _fetched_by(page: Page) -> list[str]:
    """Return what the page fetches of any stream, from now on."""
    urls: list[str] = []

    def note(request: Request) -> None:
        if "/hls/" in request.url:
            urls.append(request.url)

    page.on("request", note)
    return urls


def _type(place: Page | FrameLocator, text: str) -> float:
    box = place.get_by_role("textbox", name="Text for the avatar to speak")
    box.fill(text)
    sent = time.time()
    box.press("Enter")
    return sent


def test_a_page_of_a_hub_gets_the_stream_from_the_kernel(hub: Lab, browser: Browser) -> None:
    notebook = hub.open(browser)
    fetched = _fetched_by(notebook.page)
    for prepare, lines in FOUND.items():
        notebook.run(prepare)
        notebook.run(SHOW)
        sent = _type(notebook.page, "You are far away, and hear me all the same.")
        notebook.watch()
        notebook.wait_for_sound(sent)
        found = notebook.run("from heygen_widget import diagnose\nprint(diagnose())")
        assert set(lines) <= set(found.splitlines())
        url = notebook.run("print(avatar._controller.queue.current.hls_url)").strip()
        notebook.run("avatar.close()")
    assert fetched == []
    assert httpx.get(url, timeout=60).is_success
    may_fetch = "url => fetch(url).then(() => true, () => false)"
    assert not notebook.page.evaluate(may_fetch, url)  # Chromium guards this machine from the web
    notebook.page.context.close()


def test_colab_shows_it_in_a_frame_of_another_origin(context: BrowserContext, voila: Pages) -> None:
    src = f"{voila.outside}/colab.ipynb"
    page = context.new_page()
    page.route(COLAB, lambda route: route.fulfill(body=FRAME.format(src=src), content_type=HTML))
    page.goto(COLAB)
    console = Console(page)
    fetched = _fetched_by(page)
    inside = page.frame_locator("iframe")
    sent = _type(inside, "Hello from inside a frame, where you can hear me.")
    (frame,) = page.main_frame.child_frames
    listener = Listener(frame)
    listener.watch()
    listener.wait_for_sound(sent)
    assert inside.get_by_role("button", name="Stop").is_enabled()
    assert not inside.get_by_role("button", name="Full screen").is_visible()  # frames may not
    page.evaluate("scrollTo(0, 2500)")
    inside.get_by_text("Picture in picture keeps the avatar in view").wait_for()
    assert inside.locator(".heygen-floating").count() == 0
    assert fetched == []
    assert console.of_the_widget == []


def test_vs_code_has_no_aac_and_a_page_that_plays_is_a_click_away(
    context: BrowserContext, voila: Pages
) -> None:
    page = context.new_page()
    page.add_init_script(NO_AAC)
    page.goto(f"{voila.here}/vscode.ipynb")
    _type(page, "You cannot hear me here, but there you can. " * 12)
    page.get_by_text("VS Code's own window cannot decode the stream's sound (AAC).").wait_for()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the player page").click()
    elsewhere = opened.value
    listener = Listener(elsewhere, "video")
    listener.watch()
    silent = elsewhere.get_by_role("button", name="Turn sound on")
    if silent.is_visible():
        silent.click()
    listener.wait_for_sound(time.time())
    assert elsewhere.evaluate("probe.frames('video')") > 0
