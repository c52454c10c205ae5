"""Turns phonemes (IPA, as synthesizers report it) into mouth shapes on a timeline.

Knows how sounds look on a face and how neighbouring sounds affect each other. `lips` smooths
over time.
"""
# ruff: noqa: RUF001 - phonemes are written in IPA

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from heygen_widget.local.mouth import REST, VISEMES, Mouth
from heygen_widget.local.voice.engine import MouthCue

_SOUNDS: Final = {
    "PP": "pbmɓʙ",
    "FF": "fvʋɱɸβ",
    "TH": "θð",
    "DD": "tdɾʈɖ",
    "kk": "kɡgŋxχqɣʔɢħʕɟc",
    "h": "hɦ",
    "CH": "ʃʒʂʐ",
    "SS": "szɕʑç",
    "nn": "nlɲʎɫɬɭɳ",
    "RR": "rɹʁɻʀɽ",
    "aa": "aɑæɐʌä",
    "E": "eɛəɜɚɝœøɘ",
    "I": "iɪyʏjɨ",
    "O": "oɔɒɤ",
    "U": "uʊwɯʉʍ",
}
_VISEME: Final = {sound: viseme for viseme, sounds in _SOUNDS.items() for sound in sounds}
_VOWELS: Final = frozenset({"aa", "E", "I", "O", "U"})
_YIELDING: Final = {"DD": 0.4, "kk": 0.6, "nn": 0.4, "TH": 0.2, "h": 1.0}
"""How far the lips already form the next vowel, for sounds made with the tongue."""
_AFFRICATES: Final = frozenset({("DD", "CH"), ("DD", "SS")})
_UNSTRESSED: Final = 0.75  # of a stressed vowel's opening
_STRESS: Final = "ˈˌ"
_PAUSES: Final = ",.!?;:—…$"  # and the end of a text


def mouth_cues(phonemes: Sequence[tuple[float, str]], duration: float) -> tuple[MouthCue, ...]:
    """Return the mouths of `phonemes`.

    Parameters
    ----------
    phonemes
        (seconds, IPA) in order; an empty string is a pause, "(en)" switches the language.
    duration
        Seconds of the whole sound; the last cue, at rest, is within it.
    """
    shapes: list[tuple[float, str, bool]] = []  # seconds, viseme or "" for a pause, stressed
    heard = [each for each in phonemes if not each[1].startswith("(")]
    for n, (time, ipa) in enumerate(heard):
        visemes = _visemes(ipa)
        if not visemes and ipa:
            continue
        after = heard[n + 1][0] if n + 1 < len(heard) else duration
        step = (after - time) / max(1, len(visemes))
        stressed = any(mark in _STRESS for mark in ipa)
        shapes += [(time + k * step, each, stressed) for k, each in enumerate(visemes or [""])]
    cues = [MouthCue(shape[0], _mouth(shapes, n)) for n, shape in enumerate(shapes)]
    return (*cues, MouthCue(duration, REST))


def sounds(symbols: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return the phonemes among the symbols of a model, as `mouth_cues` takes them.

    Parameters
    ----------
    symbols
        (seconds, symbol): IPA, marks of stress before what bears it, and punctuation, which is
        a pause; others, such as blanks, last as long as the sound before them.
    """
    found: list[tuple[float, str]] = []
    stress: tuple[float, str] | None = None
    for time, symbol in symbols:
        if symbol in _STRESS:
            stress = (time, symbol)
        elif symbol in _PAUSES:
            found.append((time, ""))
        elif symbol.isalpha():
            begin, mark = stress or (time, "")
            found.append((begin, mark + symbol))
            stress = None
    return found


def pauses(phonemes: Sequence[tuple[float, str]], duration: float) -> list[tuple[float, float]]:
    """Return (start, end) in seconds of the silences among `phonemes`."""
    found: list[tuple[float, float]] = []
    ends = [*(time for time, _ in phonemes[1:]), duration]
    for (time, ipa), end in zip(phonemes, ends, strict=False):
        if ipa:
            continue
        start = found.pop()[0] if found and found[-1][1] == time else time
        found.append((start, end))
    return found


def is_closure(mouth: Mouth) -> bool:
    """Return whether the lips are pressed together: p, b, m."""
    return mouth.open <= 0.0 and mouth != REST


def _visemes(ipa: str) -> list[str]:
    """Return the mouths of one phoneme: two for a diphthong, none for a tone."""
    found: list[str] = []
    for char in ipa:
        viseme = _VISEME.get(char) or _VISEME.get(unicodedata.normalize("NFD", char)[0])
        if viseme and found[-1:] != [viseme]:
            found.append(viseme)
    if tuple(found[:2]) in _AFFRICATES:
        del found[0]
    return found if len(found) <= 2 else [found[0], found[-1]]  # noqa: PLR2004 - both ends


def _mouth(shapes: Sequence[tuple[float, str, bool]], n: int) -> Mouth:
    """Return the mouth of `shapes[n]`, adjusted for its stress and for the next vowel."""
    _, viseme, stressed = shapes[n]
    if not viseme:
        return REST
    if viseme in _VOWELS:
        full = VISEMES[viseme]
        return full if stressed else full._replace(open=full.open * _UNSTRESSED)
    own = VISEMES["kk" if viseme == "h" else viseme]
    coming = shapes[n + 1][1] if n + 1 < len(shapes) else ""
    if coming not in _VOWELS:
        return own
    vowel = VISEMES[coming]
    if viseme == "PP":
        return vowel._replace(open=0.0, wide=vowel.wide / 2, round=vowel.round / 2, teeth=0.0)
    share = _YIELDING.get(viseme, 0.0)
    return Mouth(*(a + (b - a) * share for a, b in zip(own, vowel, strict=True)))
