"""HeyGen's own SDK in Chromium, unmodified, at the embedded server.

It drives the REST routes with a session token, the room by LiveKit's client, and a chat socket.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.lab import launch
from tests.local.v1.conftest import Streamer
from tests.local.v1.pages import HEYGEN, HEYGEN_2_0, WatchingPage, heygen

START = """
  const [base, token, more] = given;
  const request = { avatarName: "anna", quality: "medium", voice: { voiceId: "en" }, ...more };
  window.w = await startAvatar(base, token, request);
  await until(() => of(w, "stream_ready").length, "the stream");
  await until(() => w.attentive, "a picture");
  return w.session.session_id;
"""
SAID = "return of(w, 'avatar_talking_message').map((event) => event.message).join('');"
STOPPED = """
  await w.avatar.stopAvatar();
  await until(() => of(w, "stream_disconnected").length, "the end");
  w.end();
"""
TRANSPORTS = ["websocket", "livekit"]


@pytest.fixture(scope="module")  # while it lives, Playwright keeps a loop running in this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, streamer: Streamer) -> Iterator[WatchingPage]:
    page = WatchingPage(browser, streamer.server, heygen(HEYGEN))
    yield page
    page.close()


@pytest.fixture
def page_2_0(browser: Browser, streamer: Streamer) -> Iterator[WatchingPage]:
    """A page with an earlier SDK and the newest client of LiveKit."""
    page = WatchingPage(browser, streamer.server, heygen(HEYGEN_2_0))
    yield page
    page.close()


@pytest.fixture
def start(page: WatchingPage, streamer: Streamer) -> Callable[..., str]:
    """Start an avatar, as a page does that was given a token; return the session's id."""

    def start_(**more: object) -> str:
        token = streamer.data("create_token")["token"]
        session_id: str = page.run(START, streamer.server.base_url, token, more)
        return session_id

    return start_


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_avatar_is_started_talked_to_and_stopped(
    page: WatchingPage, start: Callable[..., str], streamer: Streamer, transport: str
) -> None:
    session_id = start(voiceChatTransport=transport)
    assert streamer.sessions()[session_id] == "connected"
    page.run("await w.avatar.speak({ text: 'Good morning.' });")  # talk, by the transport
    page.run("await until(() => of(w, 'avatar_stop_talking').length, 'the end of speech');")
    page.run("await until(() => w.loud.length, 'sound');")
    assert page.run(SAID) == "Good morning."
    page.run(STOPPED)
    assert session_id not in streamer.sessions()
    assert not page.complaints


def test_an_avatar_repeats_what_it_is_told_and_the_promise_waits(
    page: WatchingPage, start: Callable[..., str]
) -> None:
    start()
    done = page.run("""
      return await w.avatar.speak({ text: "Hello there.", taskType: "repeat", taskMode: "sync" });
    """)
    # The answer has its body in `data`, and the SDK hands that on.
    assert done["duration_ms"] > 300
    page.run("await until(() => of(w, 'avatar_stop_talking').length, 'the end of speech');")
    assert page.run("return of(w, 'avatar_stop_talking')[0].task_id;") == done["task_id"]
    page.run("await w.avatar.keepAlive();")
    page.run("await w.avatar.startListening(); await w.avatar.stopListening();")
    page.run(STOPPED)


def test_an_earlier_sdk_sees_a_picture_each_time(
    page_2_0: WatchingPage, streamer: Streamer
) -> None:
    for _ in range(4):
        token = streamer.data("create_token")["token"]
        page_2_0.run(START, streamer.server.base_url, token, {"quality": "low"})
        page_2_0.run("await w.avatar.startListening(); await w.avatar.stopListening();")
        page_2_0.run(STOPPED)
    assert not page_2_0.complaints


def test_an_avatar_is_interrupted(page: WatchingPage, start: Callable[..., str]) -> None:
    start()
    page.run("""
      const text = "One two three four five six seven eight nine ten. ".repeat(5);
      await w.avatar.speak({ text, taskType: "repeat", taskMode: "async" });
      await until(() => w.loud.length > 20, "sound");
      await w.avatar.interrupt();
      await until(() => of(w, "avatar_stop_talking").length, "the end of speech");
      await until(() => performance.now() - w.loud.at(-1) > 500, "silence");
    """)
    page.run(STOPPED)


def test_twenty_avatars_leave_nothing_behind(
    page: WatchingPage, start: Callable[..., str], streamer: Streamer
) -> None:
    for _ in range(20):
        session_id = start(quality="low")
        page.run(STOPPED)
        assert session_id not in streamer.sessions()
    assert not page.complaints
