"""Reads files for upload, whole and within HeyGen's limit. Knows no API and no format."""

import os
from pathlib import Path
from typing import Any, BinaryIO, Final

MAX_UPLOAD: Final = 32 * 1024 * 1024
"""The largest file that HeyGen accepts, in bytes (developers.heygen.com/docs/upload-assets)."""

NAMELESS: Final = "file"
"""The name of files without one."""

_MEGABYTE: Final = 1024 * 1024


def read_file(source: bytes | BinaryIO | os.PathLike[str]) -> bytes:
    """Return the content of bytes, of the file at a path, or the rest of a file object.

    Raises
    ------
    ValueError
        When it is empty or larger than `MAX_UPLOAD`; never more than that is read.
    TypeError
        When it is nothing to read bytes from.
    OSError
        When the file cannot be read.
    """
    if isinstance(source, bytes):
        content = source
    elif isinstance(source, os.PathLike):
        with Path(source).open("rb") as file:
            content = _read(file)
    elif hasattr(source, "read"):
        content = _read(source)
    else:
        raise TypeError(
            f"A file must be bytes, a path or an open binary file, not {type(source).__name__}."
        )
    if not content:
        raise ValueError("The file is empty.")
    check_size(len(content))
    return content


def check_size(size: int) -> None:
    """Raise a ValueError when `size` bytes are more than HeyGen accepts."""
    if size > MAX_UPLOAD:
        raise ValueError(
            f"The file is larger than the {MAX_UPLOAD // _MEGABYTE} MB that HeyGen accepts: "
            "shorten or compress it, or put it on the web and pass its URL."
        )


def name_of(source: object) -> str:
    """Return the bare name of a path or of an open file; `NAMELESS` for anything else."""
    path = source if isinstance(source, os.PathLike) else getattr(source, "name", None)
    name = Path(path).name if isinstance(path, str | os.PathLike) else ""
    # A name that is not UTF-8 on the disk cannot travel as it is.
    return name.encode(errors="replace").decode() or NAMELESS


def _read(file: Any) -> bytes:
    content = bytearray()
    while len(content) <= MAX_UPLOAD:
        piece = file.read(MAX_UPLOAD + 1 - len(content))  # a pipe or a socket gives less
        if not isinstance(piece, bytes):
            raise TypeError("The file object does not return bytes: open the file with mode 'rb'.")
        if not piece:
            break
        content += piece
    return bytes(content)
