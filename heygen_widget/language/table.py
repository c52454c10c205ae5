"""The data for sentence boundaries: Unicode's terminators, CLDR's suppressions, and our own.

Reads `sentences.json`, the only table. Knows no rules.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain


@dataclass(frozen=True, slots=True)
class Table:
    """The contents of `sentences.json`."""

    # Marks that end a sentence; in scripts without capitals, no space needs to follow.
    terminators: str
    # Marks that may end one: a full stop also ends abbreviations and ordinal numbers.
    dots: str
    ellipses: str
    greek_question_marks: str  # question marks in Greek that join clauses in other languages
    clause_marks: str  # marks that end a part of a sentence
    # Quotation marks and brackets around sentences. Some close in one language and open in
    # another.
    closers: str
    closers_or_openers: str
    openers: str
    abbreviations: frozenset[str]  # words that a full stop belongs to, listed without it
    before_numbers: frozenset[str]  # words that a full stop belongs to if a number follows
    # The ends of such words, as in "Bahnhofstr. 5".
    before_numbers_in_compounds: tuple[str, ...]
    may_end: frozenset[str]  # abbreviations that also end a sentence if one of `starters` follows
    # Abbreviations that end a list, and also a sentence if a capital letter follows.
    usually_end: frozenset[str]
    # "a.m.", "p.m." and their like, and what may follow them in the same sentence.
    times: frozenset[str]
    after_times: frozenset[str]
    never_end: frozenset[str]  # abbreviations of dotted letters that never end a sentence
    before_letters: frozenset[str]  # words after which a single letter is a name, in lower case
    one_letter_words: frozenset[str]  # single letters that are words, not initials
    # Capitalized words that begin sentences; `articles` also occur in names.
    starters: frozenset[str]
    articles: frozenset[str]
    # Words around a number whose full stop makes it an ordinal.
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
        # The rules for initials handle single letters.
        abbreviations=frozenset(form for form in _entry_forms(abbreviations) if len(form) > 1),
        before_numbers=_entry_forms(data["before_numbers"]),
        before_numbers_in_compounds=tuple(
            ending.removesuffix(".") for ending in data["before_numbers_in_compounds"]
        ),
        may_end=_entry_forms(data["may_end"]),
        usually_end=_entry_forms(data["usually_end"]),
        times=_entry_forms(data["times"]),
        after_times=frozenset(data["after_times"]),
        never_end=_entry_forms(data["never_end"]),
        before_letters=frozenset(data["before_letters"]),
        one_letter_words=frozenset(data["one_letter_words"]),
        starters=frozenset(data["starters"]),
        articles=frozenset(data["articles"]),
        months=frozenset(ordinals["months"]),
        ordinal_nouns=frozenset(ordinals["after"]),
        before_ordinals=frozenset(ordinals["before"]),
    )


def _entry_forms(listed: Iterable[str]) -> frozenset[str]:
    """Return the entries without their last full stop, also in title case."""
    forms = {entry.removesuffix(".") for entry in listed}
    capitalised = {form[0].upper() + form[1:] for form in forms}
    return frozenset(forms | capitalised | {form.upper() for form in forms})
