"""Decides which piece of an incoming text can be spoken now, and what of it is spoken.

Knows no sound and no time.
"""

import re
import string
from typing import Final

from heygen_widget.language import clause_ends, ends_sentence, sentence_ends, table
from heygen_widget.local.voice.words import kind, tokens

PIECE_LIMIT: Final = 160
"""Maximum characters of a piece: about ten seconds of speech."""

_PARAGRAPH_PAUSE: Final = 0.7  # seconds
_SENTENCE_PAUSE: Final = 0.32  # seconds, what espeak-ng itself leaves within a text
_CLAUSE_PAUSE: Final = 0.16
_UNSAID_PAUSE: Final = 0.05
_LAST_RUN: Final = re.compile(r"\S*$")
_RUN_OF_IDEOGRAPHS: Final = 8  # enough of a clause to begin with
_MARKUP: Final = frozenset("*_`~|^\\<>{}[]#")
_FULLWIDTH: Final = {ord(char) + 0xFEE0: char for char in string.ascii_letters + string.digits}


def piece_length(text: str, *, hungry: bool, complete: bool, patient: bool = False) -> int:
    """Return how many characters of `text` to speak now.

    Parameters
    ----------
    text
        Text that has arrived and was not spoken yet.
    hungry
        Hardly any sound is left: single words are enough if no sentence is complete.
    patient
        Wait for the end of the sentence all the same.
    complete
        No more text follows, so the last word is complete.

    Returns
    -------
    int
        0 to wait for more text.
    """
    head = _head(text)
    all_here = len(head) == len(text)
    clause, line = _clause(head, may_end=all_here and (complete or hungry))
    window = text[: len(head) + PIECE_LIMIT]
    ends = sentence_ends(window, final=complete and len(window) == len(text))
    sentence = next((at for at in ends if at <= len(head)), 0)
    if not sentence and all_here and (hungry or complete or head[-1:].isspace()):
        sentence = len(head) if ends_sentence(head) else 0
    if sentence or line:
        return min(filter(None, (sentence, line)))
    if all_here and complete:
        return len(head)
    if all_here and (patient or not hungry):
        return 0
    return clause or _whole_words(head) or (0 if all_here else _between_tokens(head))


def _clause(text: str, *, may_end: bool) -> tuple[int, int]:
    """Return where the last clause and the first line of `text` end; 0 if there is none.

    With `may_end`, a mark at the end of the text counts as the end of a clause.
    """
    clause = 0
    for match in clause_ends().finditer(text):
        if match[0].isspace():
            return clause, match.end()
        clause = match.end()
    rest = text.rstrip(table().all_closers)
    if may_end and rest[-1:] in table().clause_marks and not rest[-2:-1].isdigit():
        clause = len(text)  # in "1," it may be part of a number
    return clause, 0


def _head(text: str) -> str:
    """Return the beginning of `text` that takes as long to speak as `PIECE_LIMIT` letters."""
    weight = 0
    for n, char in enumerate(text[:PIECE_LIMIT]):
        weight += 3 if kind(char) in "di" else 1  # "7" is said as a word
        if weight > PIECE_LIMIT:
            return text[:n]
    return text[:PIECE_LIMIT]


def _whole_words(text: str) -> int:
    """Return the length of the complete words at the beginning of `text`."""
    run = _LAST_RUN.search(text)
    whole = run.start() if run else 0
    if not whole and sum(kind(char) == "i" for char in text) >= _RUN_OF_IDEOGRAPHS:
        return _between_tokens(text)
    return whole


def _between_tokens(text: str) -> int:
    """Return the last position in `text` between two words or marks; its end if there is none."""
    return tokens(text)[-1].start or len(text)


def speakable(text: str) -> str:
    """Return `text` as it is spoken, character for character.

    Emoji, markup and control characters become spaces: a person reading aloud skips them, and a
    synthesizer could take them for commands. Fullwidth letters and digits become ordinary ones,
    which synthesizers know.
    """
    text = text.translate(_FULLWIDTH)
    return "".join(
        " " if char in _MARKUP or kind(char) in " ev" or "\ufe00" <= char <= "\ufe0f" else char
        for char in text
    )


def goes_on(text: str) -> bool:
    """Return whether the sentence continues after `text`: it ends in white space without a mark."""
    before = text.rstrip()
    return (
        before != text
        and bool(before)
        and before[-1] not in table().sentence_marks + table().clause_marks + table().all_closers
    )


def is_said(text: str) -> bool:
    """Return whether `text` has anything to speak; a lone mark would be read by its name."""
    return any(token.weight for token in tokens(text))


def pause_after(text: str, *, said: bool) -> float:
    """Return the seconds of silence that belong after `text`.

    Parameters
    ----------
    text
        Its last mark determines the pause.
    said
        Whether any of it is audible. A lone emoji is not, but gets the time of a word.
    """
    if not said:
        return _UNSAID_PAUSE if tokens(text) else 0.0
    lines = text[len(text.rstrip()) :].count("\n")
    if lines > 1:
        return _PARAGRAPH_PAUSE
    last = text.rstrip().rstrip(table().all_closers)[-1:]
    if lines or last in table().sentence_marks:
        return _SENTENCE_PAUSE
    return _CLAUSE_PAUSE if last in table().clause_marks else 0.0
