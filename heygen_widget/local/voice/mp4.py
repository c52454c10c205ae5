"""A look at the tables of an MP4 file before a decoder fills its memory with what they announce.

Knows boxes as far as they can lie about how many samples there are.
"""

from collections.abc import Iterator
from typing import Final

MAX_ENTRIES: Final = 1_000_000
"""Packets of sound: an hour of the shortest that AAC has is a third of it."""

_HEAD: Final = 8  # bytes of a box before its content: its size and its kind


def announces_too_much(data: bytes) -> bool:
    """Return whether the file announces more packets than a decoder should make room for."""
    for part in _without_media(data):
        if b"cmov" in part:  # a packed header, of any size once it is unpacked
            return True
        if any(count > MAX_ENTRIES for count in _counts(part, b"trun", 4)):
            return True
        for track in part.split(b"trak"):
            sizes = [*_counts(track, b"stsz", 8), *_counts(track, b"stz2", 8)]
            if not _is_uncoded(track) and any(count > MAX_ENTRIES for count in sizes):
                return True
    return False


def _is_uncoded(track: bytes) -> bool:
    """Return whether a track has a sample per tick; decoders read that by the chunk."""
    times = track.find(b"stts") + 4
    runs, ticks = track[times + 4 : times + 8], track[times + 12 : times + 16]
    return int.from_bytes(runs) == 1 and int.from_bytes(ticks) == 1


def _without_media(data: bytes) -> Iterator[bytes]:
    """Yield all boxes but those with the coded sound itself, whose bytes may look like anything."""
    position = 0
    while position + _HEAD <= len(data):
        size = int.from_bytes(data[position : position + 4])
        if size == 1:
            size = int.from_bytes(data[position + _HEAD : position + 2 * _HEAD])
        if size < _HEAD:  # to the end of the file, or nonsense
            size = len(data) - position
        if data[position + 4 : position + _HEAD] != b"mdat":
            yield data[position : position + size]
        position += size


def _counts(part: bytes, kind: bytes, offset: int) -> Iterator[int]:
    """Yield the number of entries of each table of that kind, `offset` bytes into its content."""
    found = part.find(kind)
    while found >= 0:
        start = found + len(kind) + offset
        yield int.from_bytes(part[start : start + 4])
        found = part.find(kind, found + 1)
