"""Stores uploaded files: small ones in memory, larger ones in unnamed temporary files.

A file is gone when nothing refers to it any more, or the process ends, in whatever way. Where
the disk has no room for it, it is kept in memory after all.
"""

import tempfile
import weakref
from collections.abc import Iterator
from io import BytesIO
from threading import Lock
from typing import IO, Final, Self

IN_MEMORY: Final = 1024 * 1024
"""Bytes above which a file is stored on disk."""

_PIECE: Final = 64 * 1024  # bytes read at once


class StoredFile:
    """A file that can be appended to and read at any position. Thread-safe."""

    def __init__(self) -> None:
        self.size = 0
        self._lock = Lock()
        self._file: IO[bytes] = BytesIO()
        self._disk_is_full = False

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return a file with that content."""
        file = cls()
        file.append(data)
        return file

    @property
    def on_disk(self) -> bool:
        """Whether it is on disk, where it uses one of the process's open files."""
        return not isinstance(self._file, BytesIO)

    def append(self, data: bytes) -> None:
        """Write `data` to the end."""
        with self._lock:
            try:
                if self.size + len(data) > IN_MEMORY and not (self.on_disk or self._disk_is_full):
                    # Unbuffered: a full disk is noticed at once.
                    self._move(tempfile.TemporaryFile(buffering=0))  # noqa: SIM115
                _write(self._file, self.size, data)
            except OSError:
                self._disk_is_full = True
                self._move(BytesIO())
                _write(self._file, self.size, data)
            self.size += len(data)

    def read_at(self, position: int, count: int) -> bytes:
        """Return up to `count` bytes from a position on."""
        with self._lock:
            self._file.seek(position)
            return self._file.read(count)

    def pieces(self) -> Iterator[bytes]:
        """Yield the content in pieces."""
        position = 0
        while piece := self.read_at(position, _PIECE):
            position += len(piece)
            yield piece

    def _move(self, place: IO[bytes]) -> None:
        """Move the content to another file, if all of it fits."""
        weakref.finalize(self, place.close)
        position = 0
        while position < self.size:
            self._file.seek(position)
            piece = self._file.read(min(_PIECE, self.size - position))
            _write(place, position, piece)
            position += len(piece)
        self._file = place


def _write(file: IO[bytes], position: int, data: bytes) -> None:
    file.seek(position)
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
