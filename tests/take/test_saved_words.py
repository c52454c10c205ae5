"""What is saved and shown is what the author wrote, and at once."""
# ruff: noqa: RUF001 - texts of many scripts hold marks that look like others

import html
from pathlib import Path

import pytest

from heygen_widget import Avatar, LocalServer

TEXTS = [
    "Hello there.",
    '3.14 (about 22/7), "roughly" 45% of $5.00, e.g. C++ & R&D.',
    "你好，世界。",
    "It was 2026.",
]


@pytest.mark.parametrize("text", TEXTS)
def test_right_after_the_last_word_transcript_and_captions_are_the_authors_text(
    text: str, swift_server: LocalServer, tmp_path: Path
) -> None:
    with Avatar(local=swift_server) as avatar:
        speech = avatar.speak(text, final=True).result(timeout=60)
        saved = avatar.save(tmp_path / "o.vtt", timeout=60).read_text(encoding="utf-8")
        assert avatar.transcript == text
        lines = [line for line in saved.splitlines()[1:] if line and "-->" not in line]
        assert html.unescape(" ".join(lines)) == text
        assert speech.status == "spoken"


def test_a_speech_is_spoken_when_its_last_word_is_over_and_not_when_that_is_told(
    local_server: LocalServer,
) -> None:
    with Avatar(local=local_server) as avatar:
        speech = avatar.speak("สวัสดีครับวันนี้อากาศดีมากเราจะมาพูดคุยกันเกี่ยวกับเทคโนโลยี").result(timeout=60)
        assert avatar.elapsed >= max(word.end for word in speech.words if word.word.isprintable())
