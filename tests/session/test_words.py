"""The words of a session, from a server that tells too many, or strange ones."""

import asyncio
import json
from contextlib import aclosing

import httpx
import pytest

from heygen_widget.api import AsyncHeyGen, WordEvent
from heygen_widget.session import words as words_module
from heygen_widget.session.words import WordsUnavailable, follow_words


def _follow(*told: str) -> list[WordEvent]:
    """Follow the words of a server that tells these, one by one, and then ends."""
    batches = [{"words": [{"word": word, "start": 0, "end": 1}]} for word in told]
    body = "".join(f"data: {json.dumps(batch)}\n\n" for batch in batches) + "event: end\n\n"

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, content=body.encode()
        )

    async def follow() -> list[WordEvent]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            client = AsyncHeyGen("key", "http://127.0.0.1:1", http_client=http)
            async with aclosing(follow_words(client, "s1")) as found:
                return [word async for _, batch in found for word in batch]

    return asyncio.run(follow())


def test_words_are_fit_to_be_shown() -> None:
    strange = ["\x1b[2Jgone", "\u202egnirts", "می\u200cرود", "👩\u200d🔬", "two\nlines"]
    said = [word.word for word in _follow(*strange)]
    assert said == [" [2Jgone", "gnirts", "می\u200cرود", "👩\u200d🔬", "two lines"]


def test_a_word_of_a_megabyte_is_cut() -> None:
    (word,) = _follow("x" * 1_000_000)
    assert len(word.word) == words_module.LONGEST_WORD


def test_a_session_has_no_more_words_than_an_hour_could_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(words_module, "MOST_WORDS", 3)
    assert len(_follow("a", "b", "c")) == 3
    with pytest.raises(WordsUnavailable, match="more than 3 words"):
        _follow("a", "b", "c", "d")
