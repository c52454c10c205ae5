"""The page's own way into a room, in Chromium, over lines that are lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.lab import launch
from tests.local.v1.conftest import Streamer
from tests.local.v1.lines import Cut, FaultyLine, Meets
from tests.local.v1.pages import LIVEKIT_NPM, LIVEKIT_NPM_2_11, WatchingPage, entrance

JOIN = """
  const [url, token] = given;
  window.w = join(url, token);
  await until(() => w.attentive, "a picture");
"""
LOST = "await until(() => of(w, 'interrupted').length, 'the loss');"
PICTURES = "const n = w.frames.length; await until(() => w.frames.length > n + 10, 'pictures');"
BACK = f"await until(() => of(w, 'resumed').length, 'the return'); {PICTURES}"
HEARD = """
  await until(() => of(w, 'avatar_stop_talking').length, 'the end of speech');
  await until(() => w.loud.length, 'sound');
"""


@pytest.fixture(scope="module")  # while it lives, Playwright keeps a loop running in this thread
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@dataclass
class Viewing:
    """A page that watches a session over a line."""

    streamer: Streamer
    opened: dict[str, Any]
    page: WatchingPage
    line: FaultyLine

    def assert_back(self) -> None:
        self.page.run(BACK)
        self.streamer.data("task", session_id=self.opened["session_id"], text="Here again.")
        self.page.run(HEARD)
        assert not self.page.complaints


@pytest.fixture
def viewing(
    browser: Browser, streamer: Streamer, request: pytest.FixtureRequest
) -> Iterator[Viewing]:
    """A viewer in the room; with the newest client of LiveKit, or the one named."""
    opened = streamer.open(quality="low")
    library = entrance(getattr(request, "param", LIVEKIT_NPM))
    with FaultyLine(opened["url"]) as line:
        page = WatchingPage(browser, streamer.server, library)
        page.run(JOIN, line.url, opened["access_token"])
        yield Viewing(streamer, opened, page, line)
        page.close()


@pytest.mark.parametrize(
    ("viewing", "cut", "meets"),
    [
        (LIVEKIT_NPM, "farewell", "503"),
        (LIVEKIT_NPM, "end", "refusal"),
        (LIVEKIT_NPM, "reset", "silence"),
        (LIVEKIT_NPM_2_11, "end", "503"),
    ],
    indirect=["viewing"],
)
def test_a_line_that_was_lost_is_taken_up_again(viewing: Viewing, cut: Cut, meets: Meets) -> None:
    viewing.line.lose(cut, meets)
    viewing.page.run(LOST)
    viewing.page.run(PICTURES)  # meanwhile, too
    viewing.line.mend()
    viewing.assert_back()
    assert "reconnect=1" in viewing.line.asked[-1]  # to the place it had


# As the browser tells a page that falls asleep, or is asked to go; here it wakes up, or stays.
@pytest.mark.parametrize("event", ["freeze", "beforeunload"])
def test_a_page_that_stays_is_in_the_room_again(viewing: Viewing, event: str) -> None:
    viewing.page.run("window.dispatchEvent(new Event(given[0]));", event)
    viewing.assert_back()


@pytest.mark.parametrize("viewing", [LIVEKIT_NPM, LIVEKIT_NPM_2_11], indirect=True)
def test_who_lost_its_place_with_the_line_joins_again(viewing: Viewing) -> None:
    viewing.line.lose("end", "refusal")
    viewing.page.run(LOST)
    viewing.streamer.watch(viewing.opened).leave()
    viewing.line.mend()
    viewing.assert_back()
    assert "reconnect=1" not in viewing.line.asked[-1]
