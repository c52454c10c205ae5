"""Speech as a file: long texts in several, joined to one with common word times.

Sends nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from heygen_widget.api.account.models import MAX_TEXT, SpeechAnswer
from heygen_widget.api.errors import InvalidRequest
from heygen_widget.api.models import WordEvent
from heygen_widget.api.prices import SPEECH
from heygen_widget.language import sentence_ends

_TAG: Final = re.compile(r"<[^<>]*>")
_BREAK: Final = re.compile(r"<\s*break\b[^<>]*>", re.IGNORECASE)
_SECONDS: Final = re.compile(r"""<break\s+time\s*=\s*(["'])\d+(?:\.\d+)?s\1\s*/?>""")


@dataclass(frozen=True, slots=True)
class SpeechPart:
    """One sound file of a speech; seconds."""

    audio_url: str
    duration: float
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class SpeechFile:
    """A text, spoken to a sound file; to several, one after another, if it is long.

    Attributes
    ----------
    text
        What is spoken, as it was sent.
    parts
        The files.
    ssml
        Whether the text has break tags.
    words
        The words and when they are heard, in seconds from the beginning of the first file. None
        when the server does not tell them for all of the text.
    """

    text: str = field(repr=False)
    parts: tuple[SpeechPart, ...]
    words: tuple[WordEvent, ...] | None = field(default=None, repr=False)
    ssml: bool = False

    @property
    def duration(self) -> float:
        """Seconds of sound."""
        return sum(part.duration for part in self.parts)

    @property
    def cost(self) -> float:
        """What it costs according to HeyGen's price list, in dollars: an estimate."""
        return self.duration * SPEECH


def has_breaks(text: str) -> bool:
    """Return whether a text has break tags.

    Raises
    ------
    InvalidRequest
        When one of them is not as HeyGen reads them.
    """
    for tag in _BREAK.findall(text):
        if not _SECONDS.fullmatch(tag):
            raise InvalidRequest(
                f"{tag[:80]} is not a break that HeyGen reads.",
                hint='Write pauses in seconds: <break time="0.5s"/>.',
                param="text",
            )
    return bool(_BREAK.search(text))


def pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces that fit into a request, at sentences where possible."""
    inside = {at for tag in _TAG.finditer(text) for at in range(tag.start() + 1, tag.end())}
    ends = [end for end in sentence_ends(text) if end not in inside]
    start = 0
    while len(text) - start > MAX_TEXT:
        limit = start + MAX_TEXT
        end = max((each for each in ends if start < each <= limit), default=0)
        if not end:  # a sentence that is too long itself
            spaces = (at + 1 for at in range(start, limit) if text[at].isspace())
            end = max((at for at in spaces if at not in inside), default=limit)
        yield text[start:end]
        start = end
    yield text[start:]


def joined(text: str, answers: Sequence[SpeechAnswer], *, ssml: bool) -> SpeechFile:
    """Make one speech of the files of its pieces."""
    words: list[WordEvent] = []
    start = 0.0
    for answer in answers:
        words += [
            WordEvent(each.word, start + each.start, start + each.end)
            for each in answer.word_timestamps or ()
        ]
        start += answer.duration
    told = all(answer.word_timestamps is not None for answer in answers)
    parts = tuple(SpeechPart(each.audio_url, each.duration, each.request_id) for each in answers)
    return SpeechFile(text, parts, tuple(words) if told else None, ssml)
