"""Files that came in: the same content in memory, on the disk, and when the disk is full."""

import errno
import tempfile
from typing import Any

import pytest

from heygen_widget.local import storage
from heygen_widget.local.storage import IN_MEMORY, StoredFile

PIECE = bytes(range(256)) * 1024


def stored(pieces: int) -> StoredFile:
    file = StoredFile()
    for _ in range(pieces):
        file.append(PIECE)
    return file


@pytest.mark.parametrize("pieces", [0, 1, 4, 5, 9])
def test_a_file_is_on_the_disk_when_it_is_large(pieces: int) -> None:
    file = stored(pieces)
    assert file.on_disk == (file.size > IN_MEMORY)
    assert b"".join(file.pieces()) == PIECE * pieces
    assert file.read_at(max(0, file.size - 3), 10) == (PIECE * pieces)[-3:]


@pytest.mark.parametrize("full_after", [0, 1, 3])
def test_a_full_disk_loses_nothing(monkeypatch: pytest.MonkeyPatch, full_after: int) -> None:
    writes = iter(range(1000))
    write = storage._write

    def fill(file: Any, position: int, data: bytes) -> None:
        if not hasattr(file, "getvalue") and next(writes) >= full_after:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(file, position, data)

    monkeypatch.setattr(storage, "_write", fill)
    file = stored(9)
    assert not file.on_disk
    assert b"".join(file.pieces()) == PIECE * 9


def test_no_file_is_left_in_the_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = stored(9)
    assert file.on_disk
    assert list(tmp_path.iterdir()) == []
