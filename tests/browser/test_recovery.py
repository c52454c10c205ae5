"""The player comes back by itself, says what it is doing, and counts it."""

import re

import pytest
from playwright.sync_api import Route

from tests.browser.lab import VIDEO, Notebook

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True, transport='direct')\navatar"
SPEAK = "speech = avatar.speak('Once upon a time there was an avatar who told a story. ' * 20)"
PLAYLIST = re.compile(r"/hls/[^/]+/stream\.m3u8")
SEGMENT = re.compile(r"/hls/[^/]+/\d+\.m4s")
RECOVERED = """
import asyncio
from heygen_widget.frontend.events import PlaybackRecovered
while {fault!r} not in [e.fault for e in avatar.events if isinstance(e, PlaybackRecovered)]:
    await asyncio.sleep(0.05)
"""
PLAYS_ON = f"""t => {{
    const video = document.querySelector('{VIDEO}');
    return video && !video.paused && video.currentTime > t;
}}"""
NEXT_TO_IT = "Number(document.querySelector('.heygen-widget').dataset.latency) < 3"


def _speaking(notebook: Notebook) -> None:
    notebook.run(SHOW)
    notebook.run(SPEAK)
    notebook.page.wait_for_function(PLAYS_ON, arg=1)


def _position(notebook: Notebook) -> float:
    return float(notebook.page.evaluate(f"document.querySelector('{VIDEO}').currentTime"))


def _comes_back(notebook: Notebook, fault: str) -> None:
    """The picture moves near the live edge, and the kernel was told what had been broken."""
    notebook.run(RECOVERED.format(fault=fault))
    notebook.page.wait_for_function(PLAYS_ON, arg=_position(notebook) + 1)
    notebook.page.wait_for_function(NEXT_TO_IT)
    notebook.page.wait_for_function(
        "document.querySelector('.heygen-widget').dataset.playback === 'playing'"
    )


@pytest.mark.shares_a_page
def test_a_missing_segment_is_skipped(notebook: Notebook) -> None:
    _speaking(notebook)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        """The first segment that is asked for is never to be had, the others are."""
        url = route.request.url
        if not refused or url in refused:
            refused.append(url)
            route.fulfill(status=404, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    notebook.page.route(SEGMENT, refuse)
    _comes_back(notebook, "missing")
    assert refused


@pytest.mark.shares_a_page
def test_a_playlist_that_stalls_is_asked_for_again(notebook: Notebook) -> None:
    _speaking(notebook)
    held: list[Route] = []
    notebook.page.route(PLAYLIST, lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks the function)
    notebook.page.get_by_text("The stream has stalled").first.wait_for()
    notebook.page.unroute(PLAYLIST)
    _comes_back(notebook, "stalled")


def test_five_seconds_without_network_are_bridged(notebook: Notebook) -> None:
    _speaking(notebook)
    notebook.page.context.set_offline(True)
    notebook.page.get_by_text("Connection lost").first.wait_for()
    notebook.page.wait_for_function(
        "() => new Promise((resolve) => setTimeout(() => resolve(true), 5000))"
    )
    notebook.page.context.set_offline(False)
    _comes_back(notebook, "network")


@pytest.mark.shares_a_page
def test_a_server_that_cannot_be_reached_for_a_while_is_asked_again(notebook: Notebook) -> None:
    _speaking(notebook)
    notebook.page.route(re.compile("/hls/"), lambda route: route.abort())
    notebook.page.get_by_text("Connection lost").first.wait_for()
    notebook.page.unroute(re.compile("/hls/"))
    _comes_back(notebook, "network")


@pytest.mark.shares_a_page
def test_a_segment_that_breaks_the_decoder_is_got_over(notebook: Notebook) -> None:
    _speaking(notebook)
    spoilt: list[str] = []

    def spoil(route: Route) -> None:
        if spoilt:
            route.continue_()
            return
        spoilt.append(route.request.url)
        answer = route.fetch()
        body = bytearray(answer.body())
        body[len(body) // 4 :] = bytes(255 - byte for byte in body[len(body) // 4 :])
        route.fulfill(response=answer, body=bytes(body))

    notebook.page.route(SEGMENT, spoil)
    _comes_back(notebook, "decoder")
    assert spoilt


@pytest.mark.shares_a_page
def test_an_expired_address_is_asked_for_again_from_the_server(notebook: Notebook) -> None:
    _speaking(notebook)
    # From now on only an address with a newer signature is served, and the server gives one.
    notebook.run(
        "realtime = avatar._controller.queue.current._server.avatar_realtime\n"
        "ask = realtime.get\n"
        "async def get(stream_id):\n"
        "    answer = await ask(stream_id)\n"
        "    address = answer.hls_url\n"
        "    signed = f\"{address}{'&' if '?' in address else '?'}signed=again\"\n"
        "    return answer.model_copy(update={'hls_url': signed})\n"
    )
    asked: list[str] = []

    def check(route: Route) -> None:
        asked.append(route.request.url)
        if "signed=again" in route.request.url:
            route.continue_()
        else:
            route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"})

    notebook.page.route(PLAYLIST, check)
    notebook.page.get_by_text("has expired").first.wait_for()
    notebook.run("realtime.get = get")
    _comes_back(notebook, "expired")
    assert "signed=again" in asked[-1]


@pytest.mark.shares_a_page
def test_sound_that_the_browser_refuses_is_offered_by_a_large_button(notebook: Notebook) -> None:
    _speaking(notebook)
    notebook.save()
    page = notebook.page.context.new_page()
    # What Playwright evaluates in a page counts as a gesture of the user, so the page must tell.
    page.add_init_script(
        f"setInterval(() => {{ const video = document.querySelector('{VIDEO}');"
        " if (video?.currentTime > 0 && video.muted && !video.paused) console.log('muted'); }, 100)"
    )
    with page.expect_console_message(lambda message: message.text == "muted"):
        page.goto(notebook.page.url)
    page.locator(".hw-screen").get_by_role("button", name="Turn sound on").click()
    page.wait_for_function(f"!document.querySelector('{VIDEO}').muted")
    page.close()


@pytest.mark.shares_a_page
def test_a_stream_that_the_page_cannot_fetch_comes_through_the_kernel(notebook: Notebook) -> None:
    notebook.page.route(re.compile("/hls/"), lambda route: route.abort())
    notebook.run(SHOW.replace("'direct'", "'auto'"))
    notebook.run(SPEAK)
    notebook.page.wait_for_function(PLAYS_ON, arg=1)
    said = notebook.run(
        "print(avatar._controller.playback.transport, '-', avatar._controller.playback.reason)"
    )
    assert said.startswith("kernel - it could not be fetched")
