"""Fragmented MP4, written by hand: one `moof` and one `mdat` for each segment.

A muxer would hold a frame back to learn its length; here every frame lasts the same and is known.
Knows bytes and numbers, not what they show or sound like.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_START_CODE: Final = re.compile(rb"\x00{2,3}\x01")
_SLICES: Final = frozenset({1, 5})  # NAL unit types of coded pictures

_SYNC: Final = 0x02000000  # sample_flags: depends on no other sample
_DEPENDENT: Final = 0x01010000  # sample_flags: depends on others, no place to start


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of one track that follow each other without a gap.

    Attributes
    ----------
    track
        The track's number in the init segment.
    start
        Decode time of the first sample, in units of the track's timescale.
    duration
        Of each sample, in the same units.
    samples
        The coded samples. The first one must be decodable by itself.
    independent
        Whether the others are too.
    """

    track: int
    start: int
    duration: int
    samples: Sequence[bytes]
    independent: bool


def fragment(sequence: int, runs: Sequence[Run]) -> bytes:
    """Write one media segment.

    Parameters
    ----------
    sequence
        Number of the fragment in its stream, from 1.
    runs
        One for each track.
    """
    head = len(_moof(sequence, runs, [0] * len(runs))) + 8  # 8: the head of `mdat`
    sizes = [sum(map(len, run.samples)) for run in runs]
    offsets = [head + sum(sizes[:i]) for i in range(len(runs))]
    media = _box(b"mdat", *(sample for run in runs for sample in run.samples))
    return _moof(sequence, runs, offsets) + media


def length_prefixed(annex_b: bytes) -> bytes:
    """Turn an encoder's H.264 byte stream into an MP4 sample.

    Only coded pictures are kept: parameter sets stand in the init segment.
    """
    units = (unit for unit in _START_CODE.split(annex_b) if unit and unit[0] & 31 in _SLICES)
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def _moof(sequence: int, runs: Sequence[Run], offsets: Sequence[int]) -> bytes:
    header = _full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))
    return _box(b"moof", header, *map(_traf, runs, offsets))


def _traf(run: Run, offset: int) -> bytes:
    others = _SYNC if run.independent else _DEPENDENT
    # 0x020000 default-base-is-moof, 0x08 default-sample-duration, 0x20 default-sample-flags
    header = struct.pack(">III", run.track, run.duration, others)
    # 0x01 data-offset, 0x04 first-sample-flags, 0x200 sample-size
    table = struct.pack(">IiI", len(run.samples), offset, _SYNC)
    sizes = struct.pack(f">{len(run.samples)}I", *map(len, run.samples))
    return _box(
        b"traf",
        _full_box(b"tfhd", 0, 0x020028, header),
        _full_box(b"tfdt", 1, 0, struct.pack(">Q", run.start)),
        _full_box(b"trun", 0, 0x000205, table, sizes),
    )


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)
