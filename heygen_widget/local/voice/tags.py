"""Hides the metadata of an audio file: ID3 tags may contain decompression bombs.

Knows where MP3 and WAV files keep them.
"""

import re
from typing import Final

from heygen_widget.local.storage import StoredFile

MAX_TAGS: Final = 16
MAX_CHUNKS: Final = 1000
"""Maximum tags of an MP3 file, or chunks of a WAV file, before the audio; usually a few."""

_HEAD: Final = 10  # bytes; the last four are the size of a tag, seven bits in each
_CHUNK_HEAD: Final = 8  # bytes of a RIFF chunk: its kind and its size
_LARGE: Final = 0xFFFFFFFF  # the size of a chunk whose size is in another one
_CHUNK: Final = re.compile(rb"id3 ", re.IGNORECASE)
_JUNK: Final = b"JUNK"  # a WAV chunk that decoders pass over


class TooManyTagsError(ValueError):
    """The file has more tags than any real one."""


def after_tags(file: StoredFile) -> int:
    """Return the position where the audio of an MP3 file begins.

    Raises
    ------
    TooManyTagsError
        When there are more than `MAX_TAGS` before it.
    """
    position = 0
    for _ in range(MAX_TAGS):
        head = file.read_at(position, _HEAD)
        if head[:3] != b"ID3":
            return position
        size = 0
        for byte in head[-4:]:
            size = size << 7 | byte & 127
        position += _HEAD + size
    raise TooManyTagsError


def end_of_sound(file: StoredFile) -> int:
    """Return the position where the audio of a WAV file ends.

    Raises
    ------
    TooManyTagsError
        When there are more than `MAX_CHUNKS` before it.
    """
    position, large = 12, 0  # after "RIFF", its size, and "WAVE"
    for _ in range(MAX_CHUNKS):
        head = file.read_at(position, _CHUNK_HEAD + 16)
        if len(head) < _CHUNK_HEAD:
            return file.size
        size = int.from_bytes(head[4:8], "little")
        if head[:4] == b"ds64":
            large = int.from_bytes(head[16:24], "little")
        if head[:4] == b"data":
            size = large if size == _LARGE else size
            return min(position + _CHUNK_HEAD + size, file.size) if size else file.size
        position += _CHUNK_HEAD + size + size % 2
    raise TooManyTagsError


def without_tags(file: StoredFile, position: int, count: int) -> bytes:
    """Return `count` bytes of a WAV file from a position on, without the names of its tags.

    They may be anywhere. Audio that looks like one changes for an inaudible moment.
    """
    margin = len(_JUNK) - 1
    start = max(0, position - margin)
    data = file.read_at(start, position - start + count + margin)
    begin = position - start
    return _CHUNK.sub(_JUNK, data)[begin : begin + count]
