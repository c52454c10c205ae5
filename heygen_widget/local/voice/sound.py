"""Processing common to all voices: resample, trim silence, one loudness (EBU R128, -16 LUFS).

Knows samples only: no text, no lips.
"""

from collections.abc import Sequence
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from heygen_widget.local.voice.engine import SAMPLE_RATE

Samples = npt.NDArray[np.int16]

_SILENCE: Final = 160  # of 32768, -46 dBFS: below it nothing is heard beside speech
_BLOCKS: Final = 200  # a second, of which the quietest is looked for
_EDGE: Final = 0.006  # seconds kept before and after sound, and faded, so that no cut clicks
_LOUDNESS: Final = -16.0  # LUFS, of all speech
_PEAK: Final = 10 ** (-1.0 / 20)  # no sample above, of full scale
_GAINS: Final = (0.05, 20.0)  # of a voice that can be heard at all
_ATTACK: Final = 48  # samples: within a millisecond the limiter has turned a peak down
_RELEASE: Final = 24  # milliseconds over which it turns up again

COUNTING: Final = "1, 2, 3, 4, 5, 6, 7, 8, 9."
"""A text that can be read in any language, by which the loudness of a voice is measured."""


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


def gain_for(counting: Samples, rate: int, *, quieter: float) -> float:
    """Return what a voice is multiplied by to be as loud as all speech.

    Parameters
    ----------
    counting, rate
        Its `COUNTING`, and how many samples a second that has.
    quieter
        LU by which its counting is quieter than its sentences.
    """
    missing = _LOUDNESS - quieter - loudness(resample(counting, rate))
    return float(np.clip(10 ** (missing / 20), *_GAINS))


def amplify(samples: Samples, gain: float) -> Samples:
    """Multiply `samples` at `SAMPLE_RATE` by `gain`, turning single peaks down before they clip."""
    if not len(samples):
        return samples
    scaled = samples.astype(np.float32) * (gain / 32768)
    blocks = -(-len(scaled) // _ATTACK)
    peaks = np.abs(np.pad(scaled, (0, blocks * _ATTACK - len(scaled)))).reshape(blocks, -1)
    wanted = np.minimum(1.0, _PEAK / np.maximum(peaks.max(axis=1), _PEAK))
    if wanted.min() < 1.0:
        window = np.lib.stride_tricks.sliding_window_view
        around = np.pad(wanted, _RELEASE, constant_values=1.0)
        lowest = window(around, _RELEASE + 1).min(axis=1)
        smooth = np.hanning(_RELEASE + 3)[1:-1]
        turned = np.convolve(lowest, smooth / smooth.sum(), "valid")
        at = np.arange(len(scaled)) / _ATTACK - 0.5
        scaled *= np.interp(at, np.arange(blocks), turned)
    limited: Samples = np.rint(np.clip(scaled, -_PEAK, _PEAK) * 32767).astype(np.int16)
    return limited


def loudness(samples: Samples) -> float:
    """Return the integrated loudness of mono `samples` at `SAMPLE_RATE` (EBU R128), in LUFS."""
    size, hop = SAMPLE_RATE * 2 // 5, SAMPLE_RATE // 10
    padded = np.pad(samples, (0, max(0, size - len(samples)) + hop)).astype(np.float32) / 32768
    # The filters ring for less than the padding, so that a transform does for a recursion.
    weighted = np.fft.irfft(np.fft.rfft(padded) * _k_weighting(len(padded) // 2 + 1), len(padded))
    power = np.square(np.lib.stride_tricks.sliding_window_view(weighted, size)[::hop]).mean(axis=1)
    levels = 10 * np.log10(power + 1e-12) - 0.691
    for above in (-70.0, None):  # the absolute gate, then the relative one
        gate = above if above is not None else 10 * np.log10(power.mean() + 1e-12) - 10.691
        power, levels = power[levels > gate], levels[levels > gate]
        if not len(power):
            return -70.0
    return float(10 * np.log10(power.mean()) - 0.691)


def _k_weighting(count: int) -> npt.NDArray[np.complex128]:
    """Return the response of the filters of ITU-R BS.1770 at `count` frequencies up to half."""
    z = np.exp(-1j * np.linspace(0.0, np.pi, count))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    response: npt.NDArray[np.complex128] = shelf * high_pass
    return response


def lengthen_pauses(
    samples: Samples, rate: int, wanted: Sequence[tuple[float, float, float]]
) -> tuple[Samples, list[float]]:
    """Make pauses at least as long as they should be.

    Parameters
    ----------
    wanted
        (earliest second, latest second, seconds) of pauses, in order.

    Returns
    -------
    samples
        With silence added where it is quietest between the two times, faded over its edges.
    added
        Seconds added to each pause.
    """
    step = rate // _BLOCKS
    blocks = np.abs(samples[: len(samples) // step * step].astype(np.int32)).reshape(-1, step)
    peaks = blocks.max(axis=1, initial=0)
    loud = np.flatnonzero(peaks > _SILENCE)
    sound = samples.astype(np.float32)
    fade = np.linspace(0.0, 1.0, 2 * step, dtype=np.float32)
    parts: list[npt.NDArray[np.float32]] = []
    added: list[float] = []
    done, free = 0, 4
    for earliest, latest, seconds in wanted:
        first = max(free, round(earliest * _BLOCKS))
        near = peaks[first : min(round(latest * _BLOCKS), len(peaks) - 4)]
        at = first + int(near.argmin()) if len(near) else 0
        there = int(loud[loud > at][:1].sum()) - int(loud[loud < at][-1:].sum())
        missing = seconds - max(0, there - 1) / _BLOCKS if at else 0.0
        added.append(max(0.0, missing))
        if missing > 0.0:
            cut, free = at * step, at + 4
            sound[cut - len(fade) : cut] *= fade[::-1]
            sound[cut : cut + len(fade)] *= fade
            parts += [sound[done:cut], np.zeros(round(missing * rate), np.float32)]
            done = cut
    return np.concatenate([*parts, sound[done:]]).astype(np.int16), added


def silence(seconds: float) -> Samples:
    """Return `seconds` of silence."""
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)
