"""Has an avatar speak a script, and keeps what it did as a take. Blocks until it is spoken."""

import time
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import WrittenWord, is_unspaced
from heygen_widget.script.errors import ScriptError
from heygen_widget.script.performer import Performer
from heygen_widget.script.record import TakenSegment, TakenWord, TakeRecord
from heygen_widget.script.segment import Line
from heygen_widget.script.takes import (
    CAPTIONS,
    FILM,
    SCRIPT,
    Take,
    new_take,
    write_record,
)
from heygen_widget.session import Speech, SpeechStatus
from heygen_widget.take import TakeError

LONGEST_PAUSE: Final = 20.0
"""Seconds: sessions end that get no text for half a minute."""

ON_ITS_WAY: Final = 0.3
"""Seconds from sending a text to hearing it, about."""


def rehearse(
    avatar: Performer,
    lines: Sequence[Line],
    *,
    markdown: str,
    lexicon: Mapping[str, str],
    takes: Path,
    name: str | None,
) -> Take:
    """Speak some lines in a session of their own, and keep them as a take.

    Raises
    ------
    ScriptError
        If there is nothing to say, a session is open, or a pause is too long.
    HeyGenError
        If the session fails.
    """
    if not lines:
        raise ScriptError("The script has nothing to say.")
    if avatar.in_session:
        raise ScriptError("The avatar is in a session: avatar.finish() or avatar.stop() it first.")
    if longest := next((each.pause for each in lines if each.pause > LONGEST_PAUSE), 0.0):
        raise ScriptError(f"A pause of {longest:g} s is too long: at most {LONGEST_PAUSE:g} s.")
    made = datetime.now().astimezone()
    with new_take(takes, name, made) as (folder, target):
        try:
            speeches = _speak(avatar, lines, lexicon)
        except BaseException:
            avatar.stop()
            raise
        record = _record(avatar, lines, speeches, made)
        (folder / SCRIPT).write_bytes(markdown.encode("utf-8", "surrogateescape"))
        _save(avatar, folder / CAPTIONS)
        _save(avatar, folder / FILM)
        write_record(folder, record)
    return Take(target)


def _speak(avatar: Performer, lines: Sequence[Line], lexicon: Mapping[str, str]) -> list[Speech]:
    """Speak all lines to their end; after one with a pause, wait for that."""
    speeches = []
    for line in lines:
        # It was read as Markdown already.
        speech = avatar.speak(line.text, lexicon=lexicon, raw=True)
        speeches.append(speech)
        if line.pause:
            _pause_after(speech, line.pause)
    avatar.finish()
    avatar.wait()
    return speeches


def _pause_after(speech: Speech, pause: float) -> None:
    """Wait until a text is spoken, and so long that silence follows for `pause` seconds."""
    over = time.monotonic()
    for word in speech:  # told when it begins
        over = time.monotonic() + word.end - word.start
    time.sleep(max(0.0, over + pause - ON_ITS_WAY - time.monotonic()))


def _save(avatar: Performer, path: Path) -> None:
    try:
        avatar.save(path)
    except TakeError as error:  # without PyAV, say, the rest is still worth keeping
        warnings.warn(f"The take has no {path.name}: {error}", stacklevel=4)


def _record(
    avatar: Performer, lines: Sequence[Line], speeches: Sequence[Speech], made: datetime
) -> TakeRecord:
    words = list(avatar.written_words)
    end = max((word.end for word in words), default=0.0)
    starts: dict[str, float] = {}
    for line, speech in zip(lines, speeches, strict=True):
        if speech.words:
            starts.setdefault(line.segment, speech.words[0].start)
    places = [*starts.items(), ("", max([end, *starts.values()]))]
    segments = [
        TakenSegment(name=name, start=start, end=stop, words=_words(words, start, stop))
        for (name, start), (_, stop) in pairwise(places)
    ]
    silent = {SpeechStatus.SPOKEN, SpeechStatus.SILENT}
    return TakeRecord(
        made=made,
        look=avatar.avatar_id,
        voice=avatar.voice_id,
        rehearsal=avatar.rehearsal,
        complete=all(speech.status in silent for speech in speeches),
        seconds=round(end - min(starts.values(), default=end), 3),
        cost=round(avatar.cost, 4),
        segments=segments,
    )


def _words(words: Sequence[WordEvent], start: float, stop: float) -> list[TakenWord]:
    """Return the words that begin within some time, each with its marks."""
    found: list[TakenWord] = []
    for word in words:
        if not start <= word.start < stop:
            continue
        written = word.text if isinstance(word, WrittenWord) else f" {word.word}"
        text = written.strip()
        # A mark, the rest of a word, or more of what is said for it.
        goes_on = written[:1].strip() and not is_unspaced(written[0])
        if found and (goes_on or not any(map(str.isalnum, text))):
            found[-1] = TakenWord(text=found[-1].text + text, start=found[-1].start, end=word.end)
        elif text:
            found.append(TakenWord(text=text, start=word.start, end=word.end))
    return found
