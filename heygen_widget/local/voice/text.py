"""Which piece of a text that is still arriving can be spoken now, and what of it is said aloud.

Knows marks and spaces, abbreviations and numbers; no sound and no time.
"""
# ruff: noqa: RUF001 - marks of many scripts look like each other

import re
from typing import Final

from heygen_widget.local.voice.words import kind, tokens

PIECE_LIMIT: Final = 160
"""Characters a piece may have: about ten seconds of speech."""

_CLOSERS: Final = "\"'”’»)]}」』）"
_SENTENCE_MARKS: Final = ".!?…。！？｡؟।"
_WIDE_MARKS: Final = "。！？｡、，；："  # no space follows them
_CLAUSE_MARKS: Final = ",;:—–，、；：،؛"
_MARKS: Final = _SENTENCE_MARKS + _CLAUSE_MARKS
_SENTENCE_PAUSE: Final = 0.32  # seconds, what espeak-ng itself leaves within a text
_CLAUSE_PAUSE: Final = 0.16
_UNSAID_PAUSE: Final = 0.05
_ENDS: Final = re.compile(
    rf"(?:[{_MARKS}]+[{re.escape(_CLOSERS)}]*(?=\s|$)"
    rf"|[{_WIDE_MARKS}]+[{re.escape(_CLOSERS)}]*)\s*"
    r"|\n\s*"
)
_ABBREVIATION: Final = re.compile(
    r"approx|bzw|ca|cf|col|dept|dr|etc|fig|gen|inc|jr|lt|ltd|mr|mrs|ms|mt|nr|prof|rev|sgt|sr|st"
    r"|usw|vol|vs",
    re.IGNORECASE,
)
_INITIALS: Final = re.compile(r"(?:[^\W\d]\.)*[^\W\d]")  # "J" of "J. Smith", "e.g", "U.S"
_LAST_WORD: Final = re.compile(r"[^\s(\"'“‘]*$")
_LAST_RUN: Final = re.compile(r"\S*$")
_RUN_OF_IDEOGRAPHS: Final = 8  # enough of a clause to begin with
_MARKUP: Final = frozenset("*_`~|^\\<>{}[]#")


def piece_length(text: str, *, hungry: bool, complete: bool) -> int:
    """Say how many characters from the start of `text` to speak now.

    Parameters
    ----------
    text
        What has arrived and was not spoken yet.
    hungry
        There is (nearly) no sound left: words will do where there is no end of a sentence.
    complete
        Nothing more comes, so the last word is whole although nothing follows it.

    Returns
    -------
    int
        0 to wait for more text.
    """
    head = _head(text)
    all_here = len(head) == len(text)
    clause = 0
    for match in _ENDS.finditer(head):
        if match.end() == len(head) and not match[0][-1].isspace():
            may_end = complete or (hungry and not _may_go_on(head, match))
            if not (all_here and may_end):
                break
        if _is_abbreviation(head, match):
            continue
        clause = match.end()
        if match[0].isspace() or any(mark in _SENTENCE_MARKS for mark in match[0]):
            return clause
    if all_here and complete:
        return len(head)
    if all_here and not hungry:
        return 0
    return clause or _whole_words(head) or (0 if all_here else _between_tokens(head))


def _head(text: str) -> str:
    """Return the beginning of `text` that takes as long to say as `PIECE_LIMIT` letters."""
    weight = 0
    for n, char in enumerate(text[:PIECE_LIMIT]):
        weight += 3 if kind(char) in "di" else 1  # "7" is said as a word
        if weight > PIECE_LIMIT:
            return text[:n]
    return text[:PIECE_LIMIT]


def _may_go_on(text: str, match: re.Match[str]) -> bool:
    """Tell whether the mark of `match`, last of `text`, may be inside a number: "3." or "1,"."""
    return match[0] in ".,:" and text[match.start() - 1 : match.start()].isdigit()


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    """Tell whether `match` is the full stop of an abbreviation or an initial."""
    found = _LAST_WORD.search(text, 0, match.start())
    word = found[0] if found and match[0].rstrip() == "." else ""
    return bool(_ABBREVIATION.fullmatch(word) or (word != "I" and _INITIALS.fullmatch(word)))


def _whole_words(text: str) -> int:
    """Return how much of `text` is words that nothing can be added to."""
    run = _LAST_RUN.search(text)
    whole = run.start() if run else 0
    if not whole and sum(kind(char) == "i" for char in text) >= _RUN_OF_IDEOGRAPHS:
        return _between_tokens(text)
    return whole


def _between_tokens(text: str) -> int:
    """Return the last place in `text` between two words or marks: its end if there is none."""
    return tokens(text)[-1].start or len(text)


def speakable(text: str) -> str:
    """Return `text` as it is said aloud, character for character.

    Emoji, marks of markup and control characters become spaces: a person reading aloud passes
    over them, and a synthesiser could take them for commands.
    """
    return "".join(
        " " if char in _MARKUP or kind(char) in " ev" or "\ufe00" <= char <= "\ufe0f" else char
        for char in text
    )


def goes_on(text: str) -> bool:
    """Tell whether the sentence goes on after `text`: it ends in white space, with no mark."""
    before = text.rstrip()
    return before != text and bool(before) and before[-1] not in _MARKS + _CLOSERS


def is_said(text: str) -> bool:
    """Tell whether `text` has anything to say aloud; a lone mark would be read by its name."""
    return any(token.weight for token in tokens(text))


def pause_after(text: str, *, said: bool) -> float:
    """Return the seconds of silence that belong after `text`.

    Parameters
    ----------
    text
        Its last mark asks for a pause.
    said
        Whether anything of it sounds. A smiley alone does not, but has its moment as a word.
    """
    if not said:
        return _UNSAID_PAUSE if tokens(text) else 0.0
    last = text.rstrip().rstrip(_CLOSERS)[-1:]
    if last in _SENTENCE_MARKS or "\n" in text[len(text.rstrip()) :]:
        return _SENTENCE_PAUSE
    return _CLAUSE_PAUSE if last in _CLAUSE_MARKS else 0.0
