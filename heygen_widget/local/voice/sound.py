"""Processing common to all voices: resample, trim silence, normalize loudness.

Knows samples only: no text, no lips.
"""

from typing import Final

import av
import numpy as np
import numpy.typing as npt

from heygen_widget.local.voice.engine import SAMPLE_RATE

Samples = npt.NDArray[np.int16]

_SILENCE: Final = 160  # of 32768, -46 dBFS: below it nothing is heard beside speech
_EDGE: Final = 0.006  # seconds kept before and after sound, and faded, so that no cut clicks
_LOUDNESS: Final = 10 ** (-20.0 / 20)  # RMS of the sounding parts, of full scale
_PEAK: Final = 10 ** (-3.0 / 20)  # no sample above, of full scale
_BOOST: Final = 3.0  # a whispered "s" must not be lifted to the loudness of a vowel


def resample(samples: Samples, rate: int) -> Samples:
    """Return mono `samples` of `rate` per second at `SAMPLE_RATE`."""
    if rate == SAMPLE_RATE or not len(samples):
        return samples
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = rate
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([each.to_ndarray()[0] for each in frames]).astype(np.int16, copy=False)


def trim(samples: Samples, rate: int) -> tuple[Samples, int]:
    """Cut silence off both ends of `samples`.

    Returns
    -------
    samples
        The audible part, faded in and out over a few milliseconds; empty if there is none.
    cut
        How many samples were cut from the beginning.
    """
    loud = np.flatnonzero((samples > _SILENCE) | (samples < -_SILENCE))
    if not len(loud):
        return samples[:0], 0
    edge = round(_EDGE * rate)
    start = max(0, int(loud[0]) - edge)
    sounding = samples[start : int(loud[-1]) + edge].copy()
    ramp = np.linspace(0.0, 1.0, min(edge, len(sounding)), dtype=np.float32)
    sounding[: len(ramp)] = sounding[: len(ramp)] * ramp
    sounding[len(sounding) - len(ramp) :] = sounding[len(sounding) - len(ramp) :] * ramp[::-1]
    return sounding, start


def level(samples: Samples) -> Samples:
    """Scale `samples` to the common loudness of all voices, without clipping."""
    if not len(samples):
        return samples
    scaled = samples.astype(np.float32) / 32768
    gain = min(_LOUDNESS / loudness(samples), _PEAK / float(np.abs(scaled).max()), _BOOST)
    return np.rint(scaled * (gain * 32768)).astype(np.int16)


def loudness(samples: Samples) -> float:
    """Return the RMS relative to full scale of all audible windows of 20 ms, without pauses."""
    block = SAMPLE_RATE // 50
    padded = np.zeros(-(-len(samples) // block) * block, np.float32)
    padded[: len(samples)] = samples
    power = np.square(padded.reshape(-1, block) / 32768).mean(axis=1)
    return max(1e-6, float(np.sqrt(power[power >= power.max() / 100].mean())))


def silence(seconds: float) -> Samples:
    """Return `seconds` of silence."""
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)
