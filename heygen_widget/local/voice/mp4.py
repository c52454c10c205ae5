"""Checks the tables of an MP4 file before a decoder allocates memory for them.

Knows only the boxes that declare numbers of samples.
"""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from heygen_widget.local.storage import StoredFile

MAX_ENTRIES: Final = 1_000_000
"""Maximum audio packets: three times an hour of the shortest AAC frames."""

MAX_BOXES: Final = 100_000
"""Maximum boxes: an hour of fragments of a tenth of a second has 72,000."""

_HEAD: Final = 8  # bytes of a box before its content: its size and its kind
_LONG: Final = 16  # the same, of a box with a size of 64 bits
_WORD: Final = 4
_WINDOW: Final = 256 * 1024  # bytes looked at at once
_BEGIN: Final = 24  # bytes from the name of a table on that are looked at
_MARKS: Final = re.compile(rb"cmov|trak|trun|stsz|stz2|stts|stsc|stco|co64")
_LEAST: Final = 160  # uncoded samples that a decoder takes together


def announces_too_much(file: StoredFile) -> bool:
    """Return whether the file declares more packets than a decoder should allocate."""
    before, track = 0, _Track()
    for box in _without_media(file):
        if box is None:
            return True
        for place, table in _tables(file, *box):
            kind = table[:_WORD]
            if kind == b"cmov":  # a packed header, of any size once it is unpacked
                return True
            if kind == b"trak":
                before, track = before + track.packets, _Track()
            else:
                track.take(file, place, table)
            if before + track.fragments > MAX_ENTRIES:
                return True
        before, track = before + track.packets, _Track()
        if before > MAX_ENTRIES:
            return True
    return False


class _Track:
    """The tables of one track read so far."""

    def __init__(self) -> None:
        self.fragments = 0  # packets that fragments of it announce
        self._samples = 0
        self._uncoded = False
        self._chunks = 0
        self._in_chunk = 0  # samples of the largest chunk

    @property
    def packets(self) -> int:
        """How many packets a decoder would allocate."""
        if self._uncoded:  # a sample per tick; decoders read that by the chunk
            return self.fragments + self._chunks * (self._in_chunk // _LEAST + 1)
        return self.fragments + self._samples

    def take(self, file: StoredFile, place: int, table: bytes) -> None:
        """Read a table, whose name is at a position in the file."""
        first, second, third = (_word(table, number) for number in (2, 3, 4))
        match table[:_WORD]:
            case b"trun":
                self.fragments += first
            case b"stsz" | b"stz2":
                self._samples = max(self._samples, second)
            case b"stts":
                self._uncoded = first == 1 and third == 1
            case b"stco" | b"co64":
                self._chunks = max(self._chunks, first)
            case b"stsc":
                self._in_chunk = max(self._in_chunk, _largest_chunk(file, place, first))


def _largest_chunk(file: StoredFile, place: int, entries: int) -> int:
    """Return the largest number of samples that a chunk table declares."""
    position, end = place + 3 * _WORD, place + 3 * _WORD * (entries + 1)
    most = 0
    while position < end:
        data = file.read_at(position, min(end - position, 3 * _WORD * 4096))
        rows = len(data) // (3 * _WORD)
        if not rows:
            break
        words = np.frombuffer(data, ">u4", 3 * rows)
        most = max(most, int(words[1::3].max()))
        position += len(data)
    return most


def _word(table: bytes, number: int) -> int:
    return int.from_bytes(table[number * _WORD : (number + 1) * _WORD])


def _without_media(file: StoredFile) -> Iterator[tuple[int, int] | None]:
    """Yield the positions of all boxes except media data, which may contain anything.

    Yields None if there are too many.
    """
    position = 0
    for _ in range(MAX_BOXES):
        head = file.read_at(position, _LONG)
        if len(head) < _HEAD:
            return
        size = _word(head, 0)
        if size == 1:
            size = int.from_bytes(head[_HEAD:])
        if size < _HEAD:  # to the end of the file, or nonsense
            size = file.size - position
        if head[_WORD:_HEAD] != b"mdat":
            yield position, min(position + size, file.size)
        position += size
    yield None


def _tables(file: StoredFile, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the position and beginning of each possible table between two positions."""
    for window in range(start, end, _WINDOW):
        data = file.read_at(window, min(_WINDOW, end - window) + _BEGIN)
        for found in _MARKS.finditer(data, 0, min(len(data), _WINDOW + _WORD - 1)):
            at = found.start()
            if window + at < end:
                yield window + at, data[at : at + _BEGIN]
