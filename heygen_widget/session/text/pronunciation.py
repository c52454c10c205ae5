"""What a voice is told instead of what is written: names and terms that it would say wrong.

Pure. The written text stays: `said` knows which of its words stands for which of the voice's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from heygen_widget.session.text.pronounced import is_pronounceable

LONGEST_ENTRY: Final = 100
"""Characters of a written form."""

# Letters of scripts without spaces, or with endings that are joined to a word, are no part of it.
_NO_LETTER_BEFORE: Final = r"(?<![^\W\u0e00-\U0010ffff])"
_NO_LETTER_AFTER: Final = r"(?![^\W\u0e00-\U0010ffff])"
_LETTER: Final = re.compile(r"[^\W\u0e00-\U0010ffff]")
_ENDING: Final = r"(?:['\u2019]s|s['\u2019]?)?"
_ENDING_AFTER_SIBILANT: Final = r"(?:['\u2019]s|es['\u2019]?|['\u2019])?"
_SIBILANTS: Final = ("s", "x", "z", "ch", "sh")
_FEWEST_LETTERS: Final = 3
"""Letters from which a word may have an ending: "as" is no plural of "a"."""


class Stretch(NamedTuple):
    """A run of written text, and what is said for it.

    Attributes
    ----------
    start, end
        Where it is written.
    said
        What is said.
    replaced
        Whether that is something else.
    """

    start: int
    end: int
    said: str
    replaced: bool


class Pronunciation:
    """Replaces written words with what the voice should say.

    A form with a capital is found as it is written; one without, also at the beginning of a
    sentence and in capitals. Forms are whole words, with ``s``, ``'s`` or ``s'`` after them too.

    Parameters
    ----------
    entries
        What is said, by what is written.

    Raises
    ------
    ValueError
        If one is blank, or too long.

    Examples
    --------
    >>> Pronunciation({"LiDAR": "LIE-dar"}).said("Two LiDARs.")
    'Two LIE-dars.'
    """

    def __init__(self, entries: Mapping[str, str] | None = None) -> None:
        self._said: dict[str, str] = {}
        patterns: dict[str, str] = {}
        self._beginnings: set[str] = set()
        for form, said in (entries or {}).items():
            check_entry(form, said)
            for variant in _variants(form.strip()):
                self._said.setdefault(_key(variant), said.strip())
                patterns[variant] = _pattern(variant)
                self._beginnings |= {variant[:at] for at in _cuts(variant)}
        longest_first = sorted(patterns, key=len, reverse=True)
        alternatives = "|".join(patterns[form] for form in longest_first)
        self._forms = re.compile(alternatives) if alternatives else None

    def stretches(self, text: str) -> Iterator[Stretch]:
        """Divide a text into what is said as it is written, and what is not."""
        at = 0
        for match in self._forms.finditer(text) if self._forms else ():
            form = match[0]
            said = self._said.get(_key(form))
            ending = 0
            while said is None:  # the ending
                ending += 1
                said = self._said.get(_key(form[:-ending]))
            if at < match.start():
                yield Stretch(at, match.start(), text[at : match.start()], replaced=False)
            said += form[len(form) - ending :] if ending else ""
            yield Stretch(match.start(), match.end(), said, replaced=True)
            at = match.end()
        if at < len(text):
            yield Stretch(at, len(text), text[at:], replaced=False)

    def said(self, text: str) -> str:
        """Return what is said for a text."""
        return "".join(stretch.said for stretch in self.stretches(text))

    def decided(self, text: str) -> int:
        """Return how much of a text that goes on can be said: a form may have begun after it."""
        if not self._beginnings:
            return len(text)
        first = max(0, len(text) - LONGEST_ENTRY)
        for at in range(first, len(text)):
            begins = at == 0 or not (_LETTER.match(text[at - 1]) and _LETTER.match(text[at]))
            if begins and _key(text[at:]) in self._beginnings:
                return at
        return len(text)


def check_entry(form: str, said: str) -> None:
    """Raise a `ValueError` unless a form can be found, and something is said for it."""
    if not form.strip() or len(form) > LONGEST_ENTRY:
        raise ValueError(f"A written form has 1 to {LONGEST_ENTRY} characters, not {len(form)}.")
    if not is_pronounceable(said):
        raise ValueError(f"No voice can pronounce {said!r}, which should be said for {form!r}.")


def _variants(form: str) -> Iterable[str]:
    """Return the spellings of a form that mean the same."""
    cases = [form]
    if form == form.lower():
        cases += [form[0].upper() + form[1:], form.title(), form.upper()]
    composed = (unicodedata.normalize(way, case) for case in cases for way in ("NFC", "NFD"))
    return dict.fromkeys([*cases, *composed])


def _key(form: str) -> str:
    return re.sub(r"\s+", " ", form)


def _pattern(form: str) -> str:
    escaped = r"\s+".join(map(re.escape, form.split()))
    begins, ends = _LETTER.match(form[0]), _LETTER.match(form[-1])
    letters = sum(map(str.isalpha, form))
    ending = ""
    if ends and (letters >= _FEWEST_LETTERS or (form.isupper() and letters > 1)):
        sibilant = form.lower().endswith(_SIBILANTS)
        ending = _ENDING_AFTER_SIBILANT if sibilant else _ENDING
    before = _NO_LETTER_BEFORE if begins or form[0].isascii() else ""
    after = _NO_LETTER_AFTER if ends or form[-1].isascii() else ""
    return before + escaped + ending + after


def _cuts(form: str) -> Iterator[int]:
    """Yield where a form may be cut between two pieces of a text: after blanks and wide letters."""
    for at in range(1, len(form)):
        last = form[at - 1]
        if last.isspace() or (last.isalpha() and not _LETTER.match(last)):
            yield at
