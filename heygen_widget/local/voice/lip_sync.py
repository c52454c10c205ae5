"""Derives lip movements from the spectrum of a sound.

Loudness opens the mouth, the spectrum shapes it. Knows no words and no phonemes.
"""

from collections.abc import Iterator
from math import exp
from typing import Final

import numpy as np
import numpy.typing as npt

from heygen_widget.local.mouth import REST, VISEMES, Mouth
from heygen_widget.local.voice.engine import SAMPLE_RATE, MouthCue

_STEP: Final = 0.020  # seconds between two looks at the sound
_HOP: Final = round(_STEP * SAMPLE_RATE)
_WINDOW: Final = 2048  # samples, 43 ms: two periods of a low voice
_BATCH: Final = 500  # looks transformed at once: 10 s, 8 MB
_BANDS: Final = ((80, 450), (450, 1100), (1100, 3200), (3500, 12_000))
"""Hz. A low jaw lifts the sound from the first band to the second; a tongue in front, lips drawn
out, adds to the third; the last is hiss."""
_QUIETEST: Final = -50.0  # dBFS: below it is silence in any recording
_RANGE: Final = 32.0  # dB below the loudest speech within which the mouth opens
_ATTACK: Final = exp(-_STEP / 0.015)
_DECAY: Final = exp(-_STEP / 0.080)
_NOTICEABLE: Final = 0.03  # a smaller change of the mouth is not worth a cue
_WIDEST: Final = VISEMES["I"]
_ROUNDEST: Final = VISEMES["O"]
_HISSING: Final = VISEMES["SS"]

Floats = npt.NDArray[np.float32]


def mouth_cues_of(samples: npt.NDArray[np.int16]) -> tuple[MouthCue, ...]:
    """Return mouth cues for mono `samples` at `SAMPLE_RATE`; the last is at rest."""
    ear = SpectralLipSync()
    ear.feed(samples)
    return tuple(ear.cues())


class SpectralLipSync:
    """Analyses a sound piece by piece, and returns the lip movements once it has all of it.

    Keeps 3 MB for an hour of sound.
    """

    def __init__(self) -> None:
        self._bands: list[Floats] = []
        self._windows = 0
        self._samples = 0
        # Samples for the next window: half a window before the sound, at first.
        self._rest: Floats = np.zeros(_WINDOW // 2, np.float32)

    @property
    def seconds(self) -> float:
        """Length of the sound so far."""
        return self._samples / SAMPLE_RATE

    def feed(self, samples: npt.NDArray[np.int16]) -> None:
        """Analyse the next samples: mono, at `SAMPLE_RATE`."""
        self._samples += len(samples)
        for start in range(0, len(samples), _BATCH * _HOP):
            part = samples[start : start + _BATCH * _HOP].astype(np.float32)
            self._analyse(np.concatenate([self._rest, part]))

    def cues(self) -> Iterator[MouthCue]:
        """Yield the mouth cues of the whole sound; the last is at rest."""
        if not self._samples:
            return
        missing = -(-self._samples // _HOP) - self._windows
        self._analyse(np.pad(self._rest, (0, _WINDOW))[: (missing - 1) * _HOP + _WINDOW])
        bands = np.concatenate(self._bands)
        loudness = 10 * np.log10(bands.sum(axis=1) + 1e-12)
        floor = max(_QUIETEST, float(np.percentile(loudness, 95)) - _RANGE)
        shown = REST
        yield MouthCue(0.0, REST)
        opened = 0.0
        for n, (decibels, look) in enumerate(zip(loudness, bands, strict=True)):
            heard = look.tolist()
            loud = min(1.0, max(0.0, (float(decibels) - floor) / _RANGE))
            wanted = loud * loud * _jaw(heard)
            # Opening is quicker than closing, as a jaw's is.
            left = _ATTACK if wanted > opened else _DECAY
            opened = wanted + (opened - wanted) * left
            mouth = _shape(opened, heard) if loud > 0.0 else REST
            if _differs(mouth, shown):
                shown = mouth
                yield MouthCue(n * _STEP, mouth)
        yield MouthCue(self.seconds, REST)

    def _analyse(self, samples: Floats) -> None:
        """Analyse all windows that fit into `samples`, and keep what the next one needs."""
        looks = (len(samples) - _WINDOW) // _HOP + 1 if len(samples) >= _WINDOW else 0
        if looks:
            self._bands.append(_bands(samples[: (looks - 1) * _HOP + _WINDOW]))
        self._windows += looks
        self._rest = samples[looks * _HOP :]


def _bands(samples: Floats) -> Floats:
    """Return, of shape (windows, 4), the power in each band, 1 being a full-scale square."""
    edges = [[round(hertz * _WINDOW / SAMPLE_RATE) for hertz in band] for band in _BANDS]
    window = np.hanning(_WINDOW).astype(np.float32)
    scale = 2.0 / (float(np.square(window).sum()) * _WINDOW * 32768**2)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(frames * window))) * scale
    return np.stack([power[:, a:b].sum(axis=1) for a, b in edges], axis=1).astype(np.float32)


def _jaw(look: list[float]) -> float:
    """Return how far a loud sound opens the jaw, 0.35 to 1."""
    closed, low, _, _ = look
    return 0.35 + 0.65 * min(1.0, 1.6 * low / max(closed + low, 1e-9))


def _shape(opened: float, look: list[float]) -> Mouth:
    """Return the mouth shape for an opening and the power in each band."""
    closed, low, front, hiss = look
    voiced = max(closed + low + front, 1e-9)
    hissing = min(1.0, max(0.0, 2.0 * hiss / (voiced + hiss) - 0.5))
    bright = min(1.0, 4.0 * front / voiced)
    vowel = _mix(_ROUNDEST, _WIDEST, bright)._replace(open=0.04 + 0.91 * opened)
    return _mix(vowel, _HISSING, hissing)


def _mix(one: Mouth, other: Mouth, share: float) -> Mouth:
    return Mouth(*(a + (b - a) * share for a, b in zip(one, other, strict=True)))


def _differs(mouth: Mouth, last: Mouth) -> bool:
    if REST in (mouth, last):
        return mouth != last
    return any(abs(a - b) > _NOTICEABLE for a, b in zip(mouth, last, strict=True))
