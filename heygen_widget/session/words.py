"""Follows the words of a session, however often the connection breaks."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import Final

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.backoff import asked_to_wait, growing
from heygen_widget.api.errors import HeyGenError
from heygen_widget.api.models import WordEvent
from heygen_widget.api.plain import plain
from heygen_widget.session.errors import retryable

LONGEST_PAUSE: Final = 2.0
"""Seconds before the next attempt after many failures in a row."""
MOST_WORDS: Final = 50_000
"""Words of a session, all of which are kept. An hour, the longest there is, has some 10,000."""
AHEAD: Final = 0.5
"""Seconds by which words that are known beforehand are told ahead of their sound."""
STEP: Final = 0.2
"""Seconds of the stream after which is looked for words that are due."""
LONGEST_WORD: Final = 1000
"""Characters of one word. Some services report a clause of Thai as a single one."""


class WordsUnavailable(Exception):  # noqa: N818 (it says what happened)
    """The server tells no words."""


async def follow_words(
    client: AsyncHeyGen,
    stream_id: str,
    known: int = 0,
    *,
    on_line: Callable[[bool], object] = lambda _: None,
) -> AsyncGenerator[tuple[int, tuple[WordEvent, ...]]]:
    """Yield the words of a session after the first `known`, each once and in order.

    Yields the number of the first word of a batch, and the batch. `on_line` is called with whether
    words can come: with False when the connection breaks, with True when the first ones come again.

    A new subscriber gets the whole history, so after a broken connection what is known already is
    passed over. Ends when the server says so.

    Raises
    ------
    WordsUnavailable
        When this server has no word timestamps, or refuses them.
    """
    pauses = growing(LONGEST_PAUSE)
    while True:
        seen = 0
        try:
            async for batch in client.avatar_realtime.words(stream_id):
                if not seen:
                    on_line(True)  # noqa: FBT003 (it says what it is)
                fresh = tuple(map(_fit_to_be_shown, batch.words[max(0, known - seen) :]))
                seen += len(batch.words)
                pauses = growing(LONGEST_PAUSE)
                if known + len(fresh) > MOST_WORDS:
                    raise WordsUnavailable(f"The server sent more than {MOST_WORDS:,} words.")
                if fresh:
                    yield known, fresh
                    known += len(fresh)
        except HeyGenError as error:
            if not retryable(error):
                raise WordsUnavailable(str(error)) from error
            on_line(False)  # noqa: FBT003
            asked = asked_to_wait(error)
        else:
            return
        await asyncio.sleep(max(next(pauses), asked))


async def known_words(
    words: Sequence[WordEvent],
    known: int,
    elapsed: Callable[[], float],
    real: Callable[[float], float],
) -> AsyncGenerator[tuple[int, tuple[WordEvent, ...]]]:
    """Yield words whose times are known beforehand, about when they are heard.

    Parameters
    ----------
    words
        All of them.
    known
        How many of them were yielded before.
    elapsed
        Returns the seconds that were streamed.
    real
        Returns how long seconds of the stream take on this machine.
    """
    told = known
    while told < len(words):
        upto = elapsed() + AHEAD
        # Those before the first that is not due.
        due = next((n for n in range(told, len(words)) if words[n].start > upto), len(words))
        if due > told:
            yield told, tuple(map(_fit_to_be_shown, words[told:due]))
            told = due
        else:
            await asyncio.sleep(max(0.02, real(STEP)))


def _fit_to_be_shown(word: WordEvent) -> WordEvent:
    shown = plain(word.word[:LONGEST_WORD])
    return word if shown == word.word else replace(word, word=shown)
