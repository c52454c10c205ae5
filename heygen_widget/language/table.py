"""The data of sentence boundaries: Unicode's terminators, CLDR's suppressions, and ours.

`sentences.json` is the one table; this reads it. Knows no rules.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain


@dataclass(frozen=True, slots=True)
class Table:
    """What `sentences.json` lists.

    Attributes
    ----------
    terminators
        Marks that end a sentence; no space need follow those of scripts without capitals.
    dots, ellipses
        Marks that may end one: a full stop ends abbreviations and ordinal numbers too.
    greek_question_marks
        What asks in Greek and joins clauses elsewhere.
    clause_marks
        Marks that end a part of a sentence.
    closers, closers_or_openers, openers
        Quotation marks and brackets around sentences. Some close in one language and open in
        another.
    abbreviations
        Words that a full stop belongs to, without it.
    before_numbers
        Words that a full stop belongs to where a number follows.
    before_numbers_in_compounds
        The ends of such words, as in "Bahnhofstr. 5".
    may_end
        Abbreviations that end a sentence too, where one of `starters` follows.
    usually_end
        Those that end a list, and a sentence where a capital letter follows.
    times, after_times
        What says which half of the day, and what may follow it in the same sentence.
    never_end
        Those of dotted letters that never do.
    before_letters
        Words after which a single letter names something, in small letters.
    one_letter_words
        Single letters that are words of their own, not initials.
    starters, articles
        Capitalised words with which sentences begin; `articles` occur in names too.
    months, ordinal_nouns, before_ordinals
        What stands around a number whose full stop says "the third".
    """

    terminators: str
    dots: str
    ellipses: str
    greek_question_marks: str
    clause_marks: str
    closers: str
    closers_or_openers: str
    openers: str
    abbreviations: frozenset[str]
    before_numbers: frozenset[str]
    before_numbers_in_compounds: tuple[str, ...]
    may_end: frozenset[str]
    usually_end: frozenset[str]
    times: frozenset[str]
    after_times: frozenset[str]
    never_end: frozenset[str]
    before_letters: frozenset[str]
    one_letter_words: frozenset[str]
    starters: frozenset[str]
    articles: frozenset[str]
    months: frozenset[str]
    ordinal_nouns: frozenset[str]
    before_ordinals: frozenset[str]

    @property
    def sentence_marks(self) -> str:
        """All marks that may end a sentence, except the Greek ones."""
        return self.terminators + self.dots + self.ellipses

    @property
    def all_closers(self) -> str:
        """All marks that may close a sentence."""
        return self.closers + self.closers_or_openers


@cache
def table() -> Table:
    """Read the table."""
    data = json.loads(resources.files(__package__).joinpath("sentences.json").read_text("utf-8"))
    listed = chain(*data["cldr"].values(), *data["abbreviations"].values())
    abbreviations = set(listed) - set(data["not_abbreviations"])
    ordinals = data["ordinals"]
    return Table(
        terminators=data["terminators"],
        dots=data["dots"],
        ellipses=data["ellipses"],
        greek_question_marks=data["greek_question_marks"],
        clause_marks=data["clause_marks"],
        closers=data["closers"],
        closers_or_openers=data["closers_or_openers"],
        openers=data["openers"],
        # Single letters are left to the rules for initials.
        abbreviations=frozenset(form for form in _forms(abbreviations) if len(form) > 1),
        before_numbers=_forms(data["before_numbers"]),
        before_numbers_in_compounds=tuple(
            ending.removesuffix(".") for ending in data["before_numbers_in_compounds"]
        ),
        may_end=_forms(data["may_end"]),
        usually_end=_forms(data["usually_end"]),
        times=_forms(data["times"]),
        after_times=frozenset(data["after_times"]),
        never_end=_forms(data["never_end"]),
        before_letters=frozenset(data["before_letters"]),
        one_letter_words=frozenset(data["one_letter_words"]),
        starters=frozenset(data["starters"]),
        articles=frozenset(data["articles"]),
        months=frozenset(ordinals["months"]),
        ordinal_nouns=frozenset(ordinals["after"]),
        before_ordinals=frozenset(ordinals["before"]),
    )


def _forms(listed: Iterable[str]) -> frozenset[str]:
    """Return the entries without their last full stop, also as a heading has them."""
    forms = {entry.removesuffix(".") for entry in listed}
    capitalised = {form[0].upper() + form[1:] for form in forms}
    return frozenset(forms | capitalised | {form.upper() for form in forms})
