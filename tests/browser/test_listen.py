"""The page of a speech file, opened without a network."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from heygen_widget import Avatar, LocalServer
from tests.browser.lab import wait_for


@pytest.mark.media
def test_a_speech_plays_and_marks_the_words_that_are_heard(
    browser: Browser, server_with: Callable[..., LocalServer], tmp_path: Path
) -> None:
    with Avatar(local=server_with()) as avatar:
        speech = avatar.listen("One, two, three, four, five, six, seven, eight.")
    path = tmp_path / "speech.html"
    path.write_text(speech.page, encoding="utf-8")
    context = browser.new_context()
    context.set_offline(offline=True)
    page = context.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(path.as_uri())

    page.locator("[data-start]", has_text="three").click()

    wait_for(lambda: page.evaluate("!document.querySelector('audio').paused"), 40, "it is silent")
    marked: list[str] = []

    def hears_the_last_word() -> bool:
        marked.extend(page.locator(".now").all_text_contents())
        return "eight" in marked or bool(page.evaluate("document.querySelector('audio').ended"))

    wait_for(hears_the_last_word, 40, "it stops")
    order = [word.word for word in speech.words or () if word.word.isalpha()]
    numbers = [order.index(word) for word in marked if word.isalpha()]
    assert numbers
    assert numbers == sorted(numbers)
    assert min(numbers) >= order.index("three")
    assert failed == []
    context.close()
