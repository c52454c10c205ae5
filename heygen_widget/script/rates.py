"""How long a text takes to say, by the rate of its language: for when no voice can be asked."""

import re
from collections import Counter
from typing import Final

from heygen_widget.language import clause_ends, sentence_ends
from heygen_widget.script.segment import script_of
from heygen_widget.session.expected import tokens

_CHARACTERS_A_MINUTE: Final = {
    "ar": 612,
    "de": 920,
    "en": 987,
    "es": 1025,
    "fi": 1078,
    "fr": 998,
    "he": 833,
    "it": 950,
    "ja": 357,
    "nl": 978,
    "pl": 916,
    "pt": 913,
    "ru": 986,
    "sl": 885,
    "sv": 917,
    "tr": 1054,
    "zh": 255,
}
"""Read aloud by native speakers: Trauzettel-Klosinski and Dietz, 2012, doi:10.1167/iovs.11-8284."""

_PACE: Final = 0.91
"""As fast as those, measured with the English voices of the embedded server."""
_USUAL: Final = 930
"""Characters a minute in a language that is not listed."""
_NUMBER: Final = 0.35  # seconds of a digit or a symbol that is said in words
_PAUSES: Final = ((re.compile(r"\n[^\S\n]*\n"), 0.38), (clause_ends(), 0.16))
_SENTENCE_PAUSE: Final = 0.32

_LANGUAGES: Final = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
}
"""By script; in Latin letters, English unless the voice says otherwise."""


def seconds(text: str, language: str = "") -> float:
    """Return about how long a text takes to say, with the pauses at its marks.

    Parameters
    ----------
    text
        Any text.
    language
        A tag such as ``"de"``; by default, told by its script.
    """
    found = list(tokens(text))
    letters = sum(sum(map(str.isalpha, token.letters)) for token in found)
    a_minute = _CHARACTERS_A_MINUTE.get(language or _language(text), _USUAL) * _PACE
    said = 60 * letters / a_minute + _NUMBER * sum(token.in_words for token in found)
    pauses = sum(wait * len(mark.findall(text)) for mark, wait in _PAUSES)
    ends = [*sentence_ends(text)]
    return said + pauses + _SENTENCE_PAUSE * len(ends) if found else 0.0


def language_of(voice: str | None) -> str:
    """Return the language that a voice id names, as the embedded server reads it; else ""."""
    tag = re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*", (voice or "").lower())
    language = {"cmn": "zh"}.get(tag[1], tag[1]) if tag else ""
    return language if language in _CHARACTERS_A_MINUTE else ""


def _language(text: str) -> str:
    scripts = Counter(script_of(character) for character in text if character.isalpha())
    if scripts["HIRAGANA"]:
        return "ja"
    usual = scripts.most_common(1)[0][0] if scripts else ""
    return _LANGUAGES.get(usual, "en" if usual == "LATIN" else "")
