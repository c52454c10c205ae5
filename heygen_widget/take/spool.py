"""A take: the parts of one stream, written to a temporary file as they arrive.

Knows bytes and where decoding can restart, not what they show.
"""

import io
import logging
import tempfile
import threading
import weakref
from dataclasses import dataclass
from typing import IO, Final, Self

from heygen_widget.relay import Part

MAX_BYTES: Final = 1024**3
"""Maximum bytes of a take: an hour at 2 Mbit/s."""

_log = logging.getLogger(__name__)


class TakeError(RuntimeError):
    """The take is not available in this form; the message says why and what to do."""


@dataclass(slots=True)
class _Run:
    """Bytes that one demuxer can read: an initialization section and the parts after it."""

    init: bytes
    start: int
    end: int


class Take:
    """The stream of one session so far. Written by one thread, read by any.

    Attributes
    ----------
    seconds
        Length, according to the playlist.
    whole
        Whether nothing is missing: neither its beginning nor parts beyond `MAX_BYTES`.
    from_start
        Whether it begins with the stream's first part.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.whole = True
        self.from_start = True
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._runs: list[_Run] = []
        self._size = 0
        self._next: int | None = None
        self._full = False

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, part: Part) -> None:
        """Add the next part. The take ends here if there is no room for it."""
        if self._next is None:
            self.from_start = part.number <= 1
            self.whole = self.from_start
        elif part.number != self._next:
            self.whole = False
        self._next = part.number + 1
        if self._full:
            return
        try:
            self._append(part)
        except OSError as error:
            _log.warning("No more of the take can be kept: %s", error)
            self._full = True
            self.whole = False

    def _append(self, part: Part) -> None:
        with self._lock:
            new = not self._runs or part.discontinuity or part.init != self._runs[-1].init
            data = part.init + part.data if new else part.data
            if self._size + len(data) > MAX_BYTES:
                raise OSError(f"it has {self._size:,} bytes; the limit is {MAX_BYTES:,}")
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="heygen-take-")  # noqa: SIM115 (it lives as we do)
                weakref.finalize(self, self._file.close)
            self._file.seek(self._size)
            self._file.write(data)
            start = self._size
            self._size += len(data)
            if new:
                self._runs.append(_Run(part.init, start, self._size))
            else:
                self._runs[-1].end = self._size
        self.seconds += part.seconds

    def runs(self) -> list["TakeFile"]:
        """Return the current take, split where decoding restarts."""
        with self._lock:
            stretches = [(run.start, run.end) for run in self._runs]
        return [TakeFile(self, start, end) for start, end in stretches]

    def read(self, position: int, size: int) -> bytes:
        """Return bytes of the file."""
        with self._lock:
            if self._file is None:
                return b""
            self._file.seek(position)
            return self._file.read(size)


class TakeFile(io.RawIOBase):
    """A stretch of a take, to be read like a file of its own."""

    def __init__(self, take: Take, start: int, end: int) -> None:
        super().__init__()
        self._take = take
        self._start = start
        self._size = end - start
        self._position = 0
        self.container: Final = "mpegts" if take.read(start, 1) == b"\x47" else "mp4"

    def __enter__(self) -> Self:
        return self

    def readable(self) -> bool:
        """As files do."""
        return True

    def seekable(self) -> bool:
        """As files do."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As files do."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """As files do."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """As files do."""
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        data = self._take.read(self._start + self._position, wanted) if wanted else b""
        self._position += len(data)
        return data
