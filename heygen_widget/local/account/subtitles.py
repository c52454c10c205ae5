"""Subtitles of a film, as SubRip: sentences, or what fits on two lines. Knows words only."""

from collections.abc import Iterator, Sequence
from typing import Final

from heygen_widget.language import sentence_ends
from heygen_widget.local.voice import TimedWord

_LONGEST: Final = 84  # characters of a subtitle


def subtitles(text: str, words: Sequence[TimedWord]) -> str:
    """Return subtitles of `text`, whose words are heard when `words` say."""
    return "\n".join(
        f"{number}\n{_clock(start)} --> {_clock(end)}\n{line}\n"
        for number, (start, end, line) in enumerate(_lines(text, words), 1)
    )


def _lines(text: str, words: Sequence[TimedWord]) -> Iterator[tuple[float, float, str]]:
    ends = {len(text[:end].rstrip()) for end in sentence_ends(text)}
    start = at = 0
    first: TimedWord | None = None
    for number, word in enumerate(words):
        found = text.find(word.word, at)
        at = found + len(word.word) if found >= 0 else at
        first = first or word
        following = words[number + 1].word if number + 1 < len(words) else ""
        long = at - start + len(following) >= _LONGEST and following[:1].isalnum()
        if not following or long or at in ends:
            yield first.start, word.end, " ".join(text[start:at].split())
            start, first = at, None


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
