"""Whether a full stop ends a sentence, or belongs to an abbreviation, an initial or a number."""

import re
from typing import Final, NamedTuple

from heygen_widget.language.table import table

REACH: Final = 48
"""How many characters before and after a mark can affect the decision."""

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_NUMBER = re.compile(r"(?:\d{1,3}\.?[/\u2013-])*\d{1,3}")  # "3", "3./4", "12-14"
_DOTTED = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]")  # "e.g", "U.S", "z.B", "J.-P"
_NARROW = re.compile("[^\u2e80-\U0010ffff]+\\Z")  # of scripts with spaces between words
_ZONE = re.compile("[A-Z]{2,5}")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_ROMAN = re.compile(r"[IVXLC]{2,}|[VXLC]")  # "I" is a word
_ELISION = re.compile(r"[^\W\d_]{1,5}['\u2019](?=\w{2})")  # l'art
_FIRST_HANGUL: Final = "\u1100"
"""From here on, a single letter may be a word."""
_LATIN: Final = "\u024f"


class TextBefore(NamedTuple):
    """The text before a full stop."""

    word: str  # the word, including full stops inside it
    before: tuple[str, ...]  # up to two words before it, the nearest last
    start: int  # where `word` starts


class TextAfter(NamedTuple):
    """The text after a full stop."""

    word: str  # the word; empty if something else follows
    stopped: bool  # whether another full stop follows that word
    is_whole: bool  # whether it is complete: later text cannot extend it


def words_before(text: str, at: int) -> TextBefore:
    """Return the words before offset `at`."""
    parts = text[max(0, at - REACH) : at].split()
    if not parts or text[at - 1].isspace():
        return TextBefore("", (), at)
    word = _ELISION.sub("", parts[-1].lstrip(table().openers))
    if narrow := _NARROW.search(word):
        word = narrow[0]
    before = (part.lstrip(table().openers) for part in parts[-3:-1])
    return TextBefore(word, tuple(before), at - len(word))


def word_after(text: str, *, is_cut: bool) -> TextAfter:
    """Return the word at the beginning of `text`; if it `is_cut`, more may follow."""
    match = _WORD.match(text)
    end = match.end() if match else 0
    return TextAfter(text[:end], text[end : end + 1] == ".", not is_cut or end < len(text))


def full_stop_ends(last: TextBefore, following: TextAfter, *, is_first: bool) -> bool | None:
    """Return whether a full stop between two words ends a sentence; None if later text decides.

    Parameters
    ----------
    last, following
        The text before and after, which does not begin with a small letter.
    is_first
        Whether the word before is the first of its sentence or line, where it may number a list
        item.
    """
    if _NUMBER.fullmatch(last.word):
        if is_first or (last.before and last.before[-1].endswith(":")):
            return False
        return not _is_ordinal(last, following) if following.is_whole else None
    if _is_label(last, is_first=is_first):
        return False
    marks = table()
    is_letter = len(last.word) == 1 and last.word < _FIRST_HANGUL
    is_numbered = last.word in marks.before_numbers or (
        last.word.endswith(marks.before_numbers_in_compounds)
    )
    is_named = is_letter and last.before and last.before[-1].casefold() in marks.before_letters
    if is_named or not (is_letter or is_numbered or is_abbreviation(last)):
        return True  # plan B
    if not following.is_whole:
        return None
    belongs = (
        (is_numbered and (_is_number(following.word) or following.word in marks.months))
        or _is_versus(last, following)
        or (is_letter and following.stopped and _joins_next_word(last, following))  # J. R., z. B.
    )
    return not belongs and _abbreviation_ends(last, following)


def _is_label(last: TextBefore, *, is_first: bool) -> bool:
    """Return whether a letter or Roman numeral labels what follows: A. Yes, der II. Weltkrieg."""
    if _ROMAN.fullmatch(last.word):
        return is_first or _follows_article(last)
    is_letter = len(last.word) == 1 and last.word < _FIRST_HANGUL
    return is_first and is_letter and last.word not in table().one_letter_words


def seems_to_end(last: TextBefore, *, has_space: bool) -> bool:
    """Return whether a full stop probably ends a sentence, without knowing what follows."""
    if last.word.isdecimal():
        return has_space and not _NUMBER.fullmatch(last.word)
    return not (is_abbreviation(last) or _may_be_initial(last.word))


def is_abbreviation(last: TextBefore) -> bool:
    """Return whether the full stop belongs to the word, whatever follows."""
    known = table().abbreviations
    return (
        last.word in known
        or (bool(last.before) and f"{last.before[-1]} {last.word}" in known)
        or _DOTTED.fullmatch(last.word) is not None
    )


def _may_be_initial(word: str) -> bool:
    """Return whether a word is a single letter that is rarely a word."""
    is_letter = len(word) == 1 and word.isalpha() and word < _FIRST_HANGUL
    is_variable = word.islower() and word <= _LATIN  # solve for x.
    return is_letter and not is_variable and word not in table().one_letter_words


def _abbreviation_ends(last: TextBefore, following: TextAfter) -> bool:
    marks = table()
    starts = following.word in (marks.before_numbers if following.stopped else marks.starters)
    if is_abbreviation(last):
        forms = {last.word, " ".join((*last.before[-1:], last.word))}
        if forms & marks.usually_end:
            return True
        if forms & marks.times:
            is_named = following.word in marks.after_times | marks.months
            return not (is_named or _ZONE.fullmatch(following.word) or following.stopped)
        may_end = forms & marks.may_end or _DOTTED.fullmatch(last.word)
        may_start = starts or following.word in marks.articles
        return bool(may_end and may_start and not forms & marks.never_end)
    return starts or not _may_be_initial(last.word)


def _is_versus(last: TextBefore, following: TextAfter) -> bool:
    """Return whether a full stop belongs to the "v." between two names, as in "Roe v. Wade"."""
    return (
        last.word == "v"
        and bool(last.before)
        and last.before[-1][:1].isupper()
        and following.word not in table().starters
    )


def _joins_next_word(last: TextBefore, following: TextAfter) -> bool:
    """Return whether a letter and the next abbreviation belong together: J. R., z. B., v. Chr."""
    marks = table()
    names_something = last.word.isupper() and following.word in marks.before_numbers  # A. Fig. 2
    is_abbreviated = following.word in marks.abbreviations and not names_something
    return len(following.word) == 1 or is_abbreviated


def _is_number(word: str) -> bool:
    return word[:1].isdecimal() or _ROMAN.fullmatch(word) is not None


def _is_ordinal(last: TextBefore, following: TextAfter) -> bool:
    """Return whether a number with a full stop is an ordinal, as in "3. Oktober"."""
    if following.word.isdecimal():  # 3. 10. 2026
        return following.stopped or _YEAR.fullmatch(following.word) is not None
    if following.word in table().months | table().ordinal_nouns:
        return True
    return _follows_article(last)


def _follows_article(last: TextBefore) -> bool:
    """Return whether the word before is one that ordinal numbers often follow."""
    return (
        bool(last.before)
        and last.before[-1] in table().before_ordinals
        and last.before != ("I", "am")
    )
