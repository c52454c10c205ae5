"""Whether a full stop ends a sentence, or belongs to an abbreviation, an initial or a number."""

import re
from typing import Final, NamedTuple

from heygen_widget.language.table import table

REACH: Final = 48
"""Characters before and after a mark that can decide about it."""

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_NUMBER = re.compile(r"(?:\d{1,3}\.?[/\u2013-])*\d{1,3}")  # "3", "3./4", "12-14"
_DOTTED = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]")  # "e.g", "U.S", "z.B", "J.-P"
_NARROW = re.compile("[^\u2e80-\U0010ffff]+\\Z")  # of scripts with spaces between words
_ZONE = re.compile("[A-Z]{2,5}")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_ROMAN = re.compile(r"[IVXLC]{2,}|[VXLC]")  # "I" is a word
_ELISION = re.compile(r"[^\W\d_]{1,5}['\u2019](?=\w{2})")  # l'art
_FIRST_HANGUL: Final = "\u1100"
"""From here on, a single letter may well be a word."""
_LATIN: Final = "\u024f"


class Last(NamedTuple):
    """The text before a full stop.

    Attributes
    ----------
    word
        The word, full stops inside it included.
    before
        The words before it, the nearest one last; up to two.
    start
        Where `word` starts.
    """

    word: str
    before: tuple[str, ...]
    start: int


class Next(NamedTuple):
    """The text after a full stop.

    Attributes
    ----------
    word
        The word; empty if something else follows.
    stopped
        Whether a full stop follows that word in turn.
    is_whole
        Whether later text cannot make it longer.
    """

    word: str
    stopped: bool
    is_whole: bool


def last_words(text: str, at: int) -> Last:
    """Return the words in front of offset `at`."""
    parts = text[max(0, at - REACH) : at].split()
    if not parts or text[at - 1].isspace():
        return Last("", (), at)
    word = _ELISION.sub("", parts[-1].lstrip(table().openers))
    if narrow := _NARROW.search(word):
        word = narrow[0]
    before = (part.lstrip(table().openers) for part in parts[-3:-1])
    return Last(word, tuple(before), at - len(word))


def next_word(text: str, *, is_cut: bool) -> Next:
    """Return the word with which `text` begins; if it `is_cut`, more may follow."""
    match = _WORD.match(text)
    end = match.end() if match else 0
    return Next(text[:end], text[end : end + 1] == ".", not is_cut or end < len(text))


def full_stop_ends(last: Last, following: Next, *, is_first: bool) -> bool | None:
    """Tell whether a full stop between two words ends a sentence; None if later text decides.

    Parameters
    ----------
    last, following
        What stands before and after. What follows does not begin with a small letter.
    is_first
        Whether the word in front is the first of its sentence or line: then it may number an item
        of a list, or a king.
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
        or _names_a_case(last, following)
        or (is_letter and following.stopped and _goes_on(last, following))  # J. R., z. B.
    )
    return not belongs and _abbreviation_ends(last, following)


def _is_label(last: Last, *, is_first: bool) -> bool:
    """Tell whether a letter or Roman number names what follows: A. Yes, der II. Weltkrieg."""
    if _ROMAN.fullmatch(last.word):
        return is_first or _follows_article(last)
    is_letter = len(last.word) == 1 and last.word < _FIRST_HANGUL
    return is_first and is_letter and last.word not in table().one_letter_words


def seems_to_end(last: Last, *, has_space: bool) -> bool:
    """Tell whether a full stop ends a sentence as far as one can know without what follows."""
    if last.word.isdecimal():
        return has_space and not _NUMBER.fullmatch(last.word)
    return not (is_abbreviation(last) or _may_be_initial(last.word))


def is_abbreviation(last: Last) -> bool:
    """Tell whether the full stop belongs to the word, whatever follows."""
    known = table().abbreviations
    return (
        last.word in known
        or (bool(last.before) and f"{last.before[-1]} {last.word}" in known)
        or _DOTTED.fullmatch(last.word) is not None
    )


def _may_be_initial(word: str) -> bool:
    """Tell whether a word is one letter that rarely is a word."""
    is_letter = len(word) == 1 and word.isalpha() and word < _FIRST_HANGUL
    is_variable = word.islower() and word <= _LATIN  # solve for x.
    return is_letter and not is_variable and word not in table().one_letter_words


def _abbreviation_ends(last: Last, following: Next) -> bool:
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


def _names_a_case(last: Last, following: Next) -> bool:
    """Tell whether a full stop belongs to the "v." of two names, as in "Roe v. Wade"."""
    return (
        last.word == "v"
        and bool(last.before)
        and last.before[-1][:1].isupper()
        and following.word not in table().starters
    )


def _goes_on(last: Last, following: Next) -> bool:
    """Tell whether a letter and the abbreviated word after it are one: J. R., z. B., v. Chr."""
    marks = table()
    names_something = last.word.isupper() and following.word in marks.before_numbers  # A. Fig. 2
    is_abbreviated = following.word in marks.abbreviations and not names_something
    return len(following.word) == 1 or is_abbreviated


def _is_number(word: str) -> bool:
    return word[:1].isdecimal() or _ROMAN.fullmatch(word) is not None


def _is_ordinal(last: Last, following: Next) -> bool:
    """Tell whether a number with a full stop counts what follows, as in "3. Oktober"."""
    if following.word.isdecimal():  # 3. 10. 2026
        return following.stopped or _YEAR.fullmatch(following.word) is not None
    if following.word in table().months | table().ordinal_nouns:
        return True
    return _follows_article(last)


def _follows_article(last: Last) -> bool:
    """Tell whether a word stands in front that ordinal numbers often follow."""
    return (
        bool(last.before)
        and last.before[-1] in table().before_ordinals
        and last.before != ("I", "am")
    )
