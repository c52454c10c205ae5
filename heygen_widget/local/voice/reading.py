"""An audio file as a decoder reads it: without its tags, and only until stopped.

Knows no codec.
"""

import os
from collections.abc import Callable

from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice.tags import after_tags, end_of_sound, without_tags


class Reading:
    """The file interface that FFmpeg needs.

    Parameters
    ----------
    file
        The file.
    container
        FFmpeg's name for its container.
    stopped
        Checked at each read; if it returns True, the file has ended.

    Attributes
    ----------
    container
        See above.
    """

    def __init__(self, file: StoredFile, container: str, stopped: Callable[[], bool]) -> None:
        self.container = container
        self._file = file
        self._stopped = stopped
        self._read = without_tags if container == "wav" else StoredFile.read_at
        self._begin = after_tags(file) if container == "mp3" else 0
        self._end = end_of_sound(file) if container == "wav" else file.size
        self._position = 0

    def read(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer at the end of the file."""
        if self._stopped():  # an exception would go through FFmpeg, and be printed on its way
            return b""
        start = self._begin + self._position
        data = self._read(self._file, start, max(0, min(count, self._end - start)))
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position, and return it."""
        origin = {
            os.SEEK_SET: 0,
            os.SEEK_CUR: self._position,
            os.SEEK_END: self._end - self._begin,
        }
        self._position = max(0, origin[whence] + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position
