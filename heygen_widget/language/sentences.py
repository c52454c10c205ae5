"""Where sentences end, in any language, in a complete text or in one that is still arriving.

The rules follow Unicode's sentence break (UAX #29), and keep abbreviations, initials and ordinal
numbers together; `table` has their data. Expects text without Markdown.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from heygen_widget.language.full_stops import (
    REACH,
    full_stop_ends,
    is_abbreviation,
    seems_to_end,
    word_after,
    words_before,
)
from heygen_widget.language.table import table

FIRST_WIDE: Final = "\u2e80"
"""From here on, scripts without spaces between words, and emoji."""

_HIRAGANA = re.compile("[\u3041-\u309f]")
_ITEM = re.compile(r"\(?[a-z]{1,3}\)\s")  # of a list: a) and b)
_MAY_BE_ITEM = re.compile(r"\(?[a-z]{0,3}\)?")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def sentence_ends(text: str, start: int = 0, *, final: bool = True) -> Iterator[int]:
    """Iterate over the offsets at which sentences end, each after the white space that follows.

    Parameters
    ----------
    text
        Any text. What follows the last offset is unfinished.
    start
        Where to begin: 0, or an offset returned before.
    final
        Whether the text is complete. If not, only ends that no later text can undo are returned.

    Examples
    --------
    >>> list(sentence_ends("Dr. No left on Jan. 3. He was late."))
    [23, 35]
    >>> list(sentence_ends("He left. She", final=False))
    [9]
    >>> list(sentence_ends("He left. ", final=False))
    []
    """
    seen = start
    first_word = -1  # of the sentence
    for match in _candidates().finditer(text, start):
        if first_word < 0 and (word := _WORD.search(text, seen, match.start())):
            first_word = word.start()
        seen = match.end()
        if first_word < 0 or not _may_end(text, match):
            continue
        if seen < len(text):
            ends = _ends_before_text(text, match, first_word, final=final)
        else:
            ends = True if final else None
        if ends is None:
            return
        if ends:
            yield seen
            first_word = -1


def ends_sentence(text: str) -> bool:
    """Return whether a sentence probably ends at the end of `text`, though more may follow.

    False after an abbreviation or an initial, and after a number: decimals may follow.

    Examples
    --------
    >>> ends_sentence("He left. "), ends_sentence("He met Dr."), ends_sentence("Pi is 3.")
    (True, False, False)
    """
    tail = text[-2 * REACH :]
    match = next((m for m in _candidates().finditer(tail) if m.end() == len(tail)), None)
    if not match or not _WORD.search(tail, 0, match.start()) or not _may_end(tail, match):
        return False
    if not _is_full_stop(match) or match["closers"]:
        return True
    last = words_before(tail, match.start())
    return seems_to_end(last, has_space=bool(match["space"]))


@cache
def clause_ends() -> re.Pattern[str]:
    """Return a pattern for the ends of clauses and lines, with the white space that follows."""
    marks = table()
    spaced = re.escape("".join(mark for mark in marks.clause_marks if mark < FIRST_WIDE))
    wide = "".join(mark for mark in marks.clause_marks if mark >= FIRST_WIDE)
    closers, all_closers = re.escape(marks.closers), re.escape(marks.all_closers)
    return re.compile(rf"[{spaced}]++[{all_closers}]*+\s++|[{wide}]++[{closers}]*+\s*+|\n\s*+")


@cache
def _candidates() -> re.Pattern[str]:
    """Return a pattern for the places where a sentence may end."""
    marks = table()
    end = re.escape(marks.sentence_marks + marks.greek_question_marks)
    closers, either = re.escape(marks.closers), re.escape(marks.closers_or_openers)
    return re.compile(
        rf"(?P<mark>[{end}][{end}\ufe0f]*+)"
        # Marks that open a quotation in one language close it in another if white space follows.
        # French has a space inside its quotation marks.
        rf"(?P<closers>(?:[{closers}]|[{either}](?=[\s{closers}]|\Z)"
        "|[ \u00a0\u202f][\u00bb\u203a](?=[\\s.,;:!?)]|\\Z))*+)"
        r"(?P<space>\s*+)"
        r"|(?P<blank>\n[^\S\n]*\n\s*+)"
    )


def _may_end(text: str, match: re.Match[str]) -> bool:
    """Return whether a candidate can end a sentence: ";" does only in Greek."""
    mark = match["mark"]
    if not mark or mark.strip(table().greek_question_marks):
        return True
    return "\u0370" <= text[match.start() - 1] <= "\u03ff" or (
        "\u1f00" <= text[match.start() - 1] <= "\u1fff"
    )


def _is_full_stop(match: re.Match[str]) -> bool:
    """Return whether a candidate is a full stop, which also ends abbreviations and ordinals."""
    mark = match["mark"] or ""
    return len(mark) == 1 and mark in table().dots and mark < FIRST_WIDE


def _ends_before_text(
    text: str, match: re.Match[str], first_word: int, *, final: bool
) -> bool | None:
    """Return whether a sentence ends at a candidate before text; None if later text decides."""
    if match["blank"] or match["space"].count("\n") > 1:
        return True
    after = text[match.end() : match.end() + REACH]
    if not match["space"]:
        return _ends_without_space(text, match, after[0]) and not (
            match["mark"][-1] in table().dots and text[first_word : match.start()].isdecimal()
        )
    is_cut = not final and len(after) < REACH  # more may follow
    opened = after.lstrip(table().openers + " ")
    if not opened or (is_cut and _MAY_BE_ITEM.fullmatch(after)):
        return None if is_cut else True
    goes_on = opened[0].islower() and "\n" not in match["space"] and not _ITEM.match(after)
    if not _is_full_stop(match):
        is_dotted = not match["mark"].strip(table().dots + table().ellipses)
        return not (goes_on and (is_dotted or match["closers"]))  # “Go!” he said.
    last = words_before(text, match.start())
    if goes_on or (match["closers"] and not is_abbreviation(last)):
        return not goes_on
    is_first = last.start == first_word or _starts_line(text, last.start)
    return full_stop_ends(last, word_after(opened, is_cut=is_cut), is_first=is_first)


def _starts_line(text: str, at: int) -> bool:
    line = text.rfind("\n", 0, at) + 1
    return line > 0 and not text[line:at].strip()


def _ends_without_space(text: str, match: re.Match[str], after: str) -> bool:
    mark = match["mark"][-1]
    if mark in "!?":
        return after >= FIRST_WIDE
    if mark < "\u0080" or mark in table().ellipses:
        return False
    if mark in table().dots:
        return mark >= FIRST_WIDE and not (
            text[match.start() - 1].isdecimal() and after.isdecimal()
        )
    return not (match["closers"] and _HIRAGANA.match(after))  # 「行く。」と言った
