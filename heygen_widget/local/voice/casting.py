"""Who speaks for a voice id: one of a few people, or whoever reads a language.

Knows no synthesizer. A person sounds alike, high or deep, whichever synthesizer lends the voice.
"""

import hashlib
from typing import Final, NamedTuple


class Timbre(NamedTuple):
    """How a natural voice is changed to be another person's; 1 leaves it as it is.

    Attributes
    ----------
    pitch
        Factor on the pitch.
    throat
        Factor on the resonances: below 1 of a longer throat, as men have.
    pace
        Factor on the speed.
    """

    pitch: float = 1.0
    throat: float = 1.0
    pace: float = 1.0


class Voice(NamedTuple):
    """A person's voice.

    Attributes
    ----------
    language
        Tag of espeak-ng's language, such as ``"en-us"``.
    variant
        Name of espeak-ng's speaker, such as ``"f3"``; empty for the language's own.
    rate
        Words per minute.
    pitch, pitch_range
        0 to 100.
    timbre
        How a natural voice becomes this person's. None where a speaker of espeak-ng's was asked
        for by name.
    id
        The id that asked for this person; other people may share the voice.
    """

    language: str
    variant: str = ""
    rate: int = 170
    pitch: int = 50
    pitch_range: int = 50
    timbre: Timbre | None = Timbre()
    id: str = ""


VOICES: Final = (
    Voice("en-us", "f3", rate=170, pitch=48, pitch_range=55),
    Voice("en-us", "m3", rate=168, pitch=44, pitch_range=58, timbre=Timbre(0.62, 0.86)),
    Voice("en-gb-x-rp", "f2", rate=172, pitch=52, pitch_range=52, timbre=Timbre(1.13, 1.06, 1.02)),
    Voice("en-gb-x-rp", "m7", rate=166, pitch=46, pitch_range=56, timbre=Timbre(0.54, 0.86, 0.97)),
    Voice("en-us", "f5", rate=168, pitch=42, pitch_range=60, timbre=Timbre(0.9, 0.94, 0.98)),
    Voice("en-us", "m1", rate=172, pitch=52, pitch_range=54, timbre=Timbre(0.71, 0.89, 1.03)),
)
"""The voices of ids that are no language tag: women and men in turn."""


def voice_of(voice_id: str) -> Voice:
    """Return the voice of an id that is no language tag: always the same one."""
    return VOICES[number_of(voice_id) % len(VOICES)]._replace(id=voice_id)


def number_of(voice_id: str) -> int:
    """Return a number that is always the same for the same id."""
    digest = hashlib.sha256(voice_id.encode(errors="replace")).digest()
    return int.from_bytes(digest[:4])
