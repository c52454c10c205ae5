"""Whether there is a natural English voice, and who therefore speaks what.

Loads no voice and needs no extra: for the server, and for whoever explains what it does.
"""

import re
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final

DURATIONS: Final = "/Clip_output_0"
"""The tensor of durations in hibari's models. Its name is private: a release may have another."""

_KNOWN: Final = re.compile(r"0\.2\.(?!0\b)\d+")
"""The releases of hibari whose parts are known: 0.2.1 and later, before 0.3."""

_ADVICE: Final = "for a natural English voice: pip install 'heygen-widget[voice]'"


@dataclass(frozen=True, slots=True)
class NaturalVoice:
    """What is known of hibari in this environment.

    Attributes
    ----------
    version
        Its release; empty if it is not installed.
    missing
        Why it cannot speak; empty if it can.
    tells_durations
        Whether words and lips can follow its own durations.
    """

    version: str
    missing: str
    tells_durations: bool

    def __str__(self) -> str:
        if self.missing:
            return f"espeak-ng speaks all languages ({self.missing}); {_ADVICE}"
        timing = (
            "words and lips follow its durations"
            if self.tells_durations
            else "this release hides its durations: lips follow the sound, words their length"
        )
        return f"hibari-tts {self.version} speaks English ({timing}); espeak-ng speaks the rest"


def natural_voice() -> NaturalVoice:
    """Look for hibari, without loading it."""
    spec = find_spec("hibari")
    if spec is None or spec.origin is None:
        return NaturalVoice("", "hibari-tts is not installed", tells_durations=False)
    version = metadata.version("hibari-tts")
    model = Path(spec.origin).parent / "assets" / "hibari.onnx"
    missing = ""
    if not _KNOWN.fullmatch(version):
        missing = f"hibari-tts {version} is not supported, 0.2.1 to 0.2.x is"
    elif find_spec("onnxruntime") is None:
        missing = "hibari-tts lacks onnxruntime"
    elif not model.is_file():
        missing = f"hibari-tts {version} lacks its model"
    tells = not missing and DURATIONS.encode() in model.read_bytes()
    return NaturalVoice(version, missing, tells_durations=tells)
