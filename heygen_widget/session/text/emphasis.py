"""Which asterisks, underscores and tildes emphasise, and which are text: arithmetic, identifiers.

CommonMark's rules, with two changes. In scripts without spaces a mark may touch letters and
punctuation on both sides. Between other letters, digits and closing brackets it is text.
"""

import re
from dataclasses import dataclass
from typing import Final

from heygen_widget.language.graphemes import is_hangul, is_unspaced

LONGEST_HOLD: Final = 300
"""Characters within which a mark must be closed; it is text otherwise."""

_OPENING: Final = "([{\u201c\u2018\u201e\u201a\u00ab\u2039\u00bf\u00a1"
_WIDE_OPENING: Final = "\uff08\u300c\u300e\u300a\u3008\u3010\uff3b\uff5b"
_ASCII_MARKS: Final = frozenset("!\"#$%&'()+,-./:;<=>?@[]^{|}")
_CLOSING: Final = ")]}.,;:!?%\u2026\u201d\u2019\u00bb\u203a"
_WIDE_CLOSING: Final = (
    "\uff09\u300d\u300f\u300b\u3009\u3011\uff3d\uff5d\u3002\u3001\uff0c\uff1a\uff1b\uff01\uff1f"
)
_AFTER_WHICH_ONE_OPENS: Final = ",:;!?>\u2026\u2013\u2014*_~"
_LAST_LATIN: Final = "\u03ff"  # and Greek, which formulas are written in
_REACH: Final = 8
"""Characters in front of a mark that can decide about it."""
_ELISION = re.compile(r"(?:^|[^\w'])[^\W\d_]{1,5}'\Z")  # l'**eau**, dell'*arte*
_CODE_BEFORE_ONE = re.compile(r"(?:\w[!?]|[-=]>)\Z")  # n!*k!, p->*q
_FACES: Final = frozenset({"<>", "><"})  # and a mark between twins: ^_^
_IS_TERM = re.compile(r"[=+\uff0b\uff1d\u00d7\u00f7]\s*\w+\Z")
_RESERVED: Final = frozenset(
    "abs add aenter aexit aiter all anext annotations attribute author await bases bool builtins"  # noqa: SIM905
    " bytes call cause class class_getitem code complex contains context copy cplusplus debug"
    " deepcopy defaults del delattr delete delitem device dict dir dirname divmod doc enter eq exit"
    " file filename float floordiv format func future ge get getattr getattribute getitem getstate"
    " global gt hash iadd import imul index init init_subclass int invert isub iter le len"
    " length_hint loader"
    " lshift lt main match_args matmul missing mod module mro mul name ne neg new next package path"
    " pos post_init pow proto pycache qualname radd reduce repr reversed rmul round rshift rsub set"
    " set_name setattr setitem setstate slots spec str sub subclasses traceback truediv typename"
    " version weakref wrapped xor DATE FILE FUNCTION LINE TIME".split()
)
"""What stands between two underscores on each side in code: Python's names, and some of others."""


@dataclass(slots=True)
class Run:
    """A run of one mark."""

    mark: str  # the character
    start: int  # where it stands in the source
    length: int  # how many of the characters are not matched yet
    # What it may do.
    opens: bool
    closes: bool
    within_word: bool = False  # whether it closes only what has no space in it

    @property
    def rest(self) -> str:
        """What of it is not matched, as it stands in the source."""
        return self.mark * self.length


def run_at(text: str, start: int, end: int) -> Run:
    """Tell what the run of marks from `start` to `end` may do, by what stands around it."""
    mark, length = text[start], end - start
    before, after = text[max(0, start - _REACH) : start], text[end : end + 1]
    if mark == "~":
        possible = length == 2  # noqa: PLR2004 (one tilde says "about")
        return Run(
            mark,
            start,
            length,
            opens=possible and _touches(after, _CLOSING) and not _is_in_name(before[-1:]),
            closes=possible and _touches(before[-1:], _OPENING) and not _is_in_name(after),
        )
    if mark == "_":
        is_face = before[-1:] + after in _FACES or (before[-1:] == after and not after.isspace())
        possible = length <= 3 and not (length == 1 and is_face)  # noqa: PLR2004 (bold and italic)
        return Run(
            mark,
            start,
            length,
            opens=possible
            and _touches(after, _CLOSING)
            and not _is_word(before[-1:])
            and before[-1:] != "."
            and _may_open_after(before, after, length),
            closes=possible and _touches(before[-1:], _OPENING) and _may_end_before(after),
        )
    return _asterisks(start, length, before, after)


def _asterisks(start: int, length: int, before: str, after: str) -> Run:
    last = before[-1:]
    possible = length <= 3  # noqa: PLR2004 (bold and italic)
    is_within = is_spaced(last) and is_spaced(after)
    may_touch = _CLOSING.replace(".", "") if length > 1 else _CLOSING + "/"
    ends_word = length > 1 and last.isalnum() and after.isalpha() and not after.isupper()
    is_between = length == 1 and last in _ASCII_MARKS and after.isalnum() and after <= _LAST_LATIN
    return Run(
        "*",
        start,
        length,
        opens=possible
        and _touches(after, may_touch + _WIDE_CLOSING)
        and _may_open_after(before, after, length),
        closes=possible
        and _touches(last, _OPENING + _WIDE_OPENING + ("/" if length == 1 else ""))
        and (not is_within or ends_word)
        and not is_between,
        within_word=is_within,
    )


def _may_open_after(before: str, after: str, length: int) -> bool:
    last, last_but_one = before[-1:], before[-2:-1]
    if length == 1 and _CODE_BEFORE_ONE.search(before):
        return False
    if not last or last.isspace() or last in _OPENING + _AFTER_WHICH_ONE_OPENS:
        return True
    if last.isalnum():
        return _may_open_after_letter(last, after, length)
    if last == ".":
        return length > 1 and last_but_one.isalpha()
    starts = not last_but_one or last_but_one.isspace()
    return (
        last > "\u007f"
        or last_but_one == "*"
        or (last in "\"'" and (starts or last_but_one in _OPENING))
        or (last == "'" and _ELISION.search(before) is not None)
        or (last == "-" and length > 1 and starts)
        or (last in "=|#@" and length > 1 and after.isalnum())
    )


def _may_open_after_letter(last: str, after: str, length: int) -> bool:
    if last <= _LAST_LATIN:
        return is_unspaced(after) and (length > 1 or not last.isdigit())
    return length > 1 or not (is_spaced(last) or is_hangul(last))


def _may_end_before(after: str) -> bool:
    is_ascii = "" < after <= "\u007f"
    return not _is_word(after) and not (
        is_ascii
        and not after.isspace()
        and after not in _CLOSING + _AFTER_WHICH_ONE_OPENS + "\"'-<["
    )


def _touches(neighbour: str, other_side: str) -> bool:
    return bool(neighbour) and not neighbour.isspace() and neighbour not in other_side


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_in_name(character: str) -> bool:
    return is_spaced(character) or character == "_"


def _is_seen(character: str) -> bool:
    """Tell whether a character is more than punctuation: ``*_*`` is a face."""
    return character.isalnum() or character >= "\u2190"


def is_latin(character: str) -> bool:
    """Tell whether a character is of those that code and formulas are written in."""
    return character.isalnum() and character <= _LAST_LATIN


def is_spaced(character: str) -> bool:
    """Tell whether a character is a digit, or a letter of a script with spaces between words."""
    return character.isalnum() and not is_unspaced(character)


class Emphasis:
    """The runs of a paragraph that may still be closed."""

    def __init__(self) -> None:
        self._open: list[Run] = []

    @property
    def first(self) -> Run | None:
        """The first run that may still be closed."""
        return self._open[0] if self._open else None

    def __contains__(self, run: object) -> bool:
        return any(each is run for each in self._open)

    def drop_before(self, start: int) -> list[Run]:
        """Give up runs that stand before `start`, and return them."""
        dropped = [run for run in self._open if run.start < start]
        self._open = [run for run in self._open if run.start >= start]
        return dropped

    def add(self, run: Run, text: str) -> None:
        """Match a run with those before it, as far as it goes, or keep it to be matched."""
        whole = run.length
        while run.length and run.closes and (opener := self._opener(run, text)):
            matched = min(run.length, opener.length, 2)
            run.length -= matched
            opener.length -= matched
            at = next(at for at, each in enumerate(self._open) if each is opener)
            del self._open[at + bool(opener.length) :]
        if run.length == whole and run.opens:
            self._open.append(run)

    def _opener(self, run: Run, text: str) -> Run | None:
        for opener in reversed(self._open):
            fits = opener.length == run.length or 3 in {opener.length, run.length}  # noqa: PLR2004
            if opener.mark != run.mark or not fits:
                continue
            content = text[opener.start + opener.length : run.start]
            if run.within_word and any(character.isspace() for character in content):
                continue
            if not any(map(_is_seen, content)) or _is_code(opener, run, content, text):
                return None
            return opener
        return None


def _is_code(opener: Run, run: Run, content: str, text: str) -> bool:
    """Tell whether two marks around `content` belong to a name in code, or multiply."""
    if run.mark == "_":
        return opener.length == run.length == 2 and content in _RESERVED  # noqa: PLR2004
    end = run.start + run.length
    before = text[max(0, opener.start - LONGEST_HOLD) : opener.start]
    if run.length > 1 or not (before[-1:].isalnum() and text[end : end + 1].isalnum()):
        return False
    return len(content) == 1 or _IS_TERM.search(before) is not None
