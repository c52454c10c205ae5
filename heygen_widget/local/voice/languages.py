"""Chooses the language of a piece of text by its script.

Knows scripts and espeak-ng's language tags; no sound.
"""

import unicodedata
from functools import cache
from typing import Final

_READERS: Final = {
    "ARABIC": ("ar", "fa", "ur", "ug", "sd", "ku"),
    "ARMENIAN": ("hy", "hyw"),
    "BENGALI": ("bn", "as", "bpy"),
    "CJK": ("cmn", "yue", "hak", "ja"),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "tt", "ba", "cv", "nog", "uz"),
    "DEVANAGARI": ("hi", "mr", "ne", "kok"),
    "ETHIOPIC": ("am", "ti"),
    "GEORGIAN": ("ka",),
    "GREEK": ("el", "grc"),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "HANGUL": ("ko",),
    "HEBREW": ("he",),
    "HIRAGANA": ("ja",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "MYANMAR": ("my", "shn"),
    "ORIYA": ("or",),
    "SINHALA": ("si",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "THAI": ("th",),
}
"""Languages of a script, the default first."""

_WITHOUT_LATIN: Final = {each for readers in _READERS.values() for each in readers} - {
    "ku",
    "sr",
    "uz",
}
_LATIN: Final = "en-us"
"""The language for Latin letters if the voice's own language would spell them out."""


def language_runs(text: str, own: str) -> list[tuple[int, str, str]]:
    """Split `text` into runs of one language.

    Parameters
    ----------
    text
        Any text.
    own
        The voice's own language tag; it reads whatever it can.

    Returns
    -------
    list
        (index of the first character, the run, its language tag), together the whole text.
        Spaces, marks and digits belong to the run before them.
    """
    kana = any(_script(char) == "HIRAGANA" for char in text)
    runs: list[tuple[int, str, str]] = []
    start, current = 0, ""
    for n, char in enumerate(text):
        script = _script(char)
        if not script:
            continue
        language = _reader("HIRAGANA" if kana and script == "CJK" else script, own)
        if current and language != current:
            runs.append((start, text[start:n], current))
            start = n
        current = language
    return [*runs, (start, text[start:], current or own)]


def _reader(script: str, own: str) -> str:
    """Return the language that reads `script`: `own` if it can."""
    language = own.partition("-")[0]
    if script == "LATIN":
        return _LATIN if language in _WITHOUT_LATIN else own
    readers = _READERS.get(script, ())
    return readers[0] if readers and language not in readers else own


@cache
def _script(char: str) -> str:
    """Return the script of a letter, as Unicode names it; empty for what is no letter."""
    if unicodedata.category(char)[0] != "L":
        return ""
    name = unicodedata.name(char, "").partition(" ")[0]
    return "HIRAGANA" if "KATAKANA" in name else name
