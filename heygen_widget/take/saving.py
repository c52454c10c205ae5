"""Saves a take: as a file by its suffix, as a recording, as a picture."""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.relay import Part
from heygen_widget.take.captions import captions, subrip, webvtt
from heygen_widget.take.display import Recording, Snapshot
from heygen_widget.take.film import newest_picture, write_film
from heygen_widget.take.spool import Take, TakeError

FILM: Final = ".mp4"
WRITERS: Final = {".vtt": webvtt, ".srt": subrip}

MAX_INLINE: Final = 32 * 1024 * 1024
"""The largest film put into a notebook, in bytes: about eight minutes of a rehearsal."""


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Return the path to save to, if it is valid.

    Raises
    ------
    ValueError
        When the suffix is not supported.
    FileNotFoundError
        When the folder does not exist.
    """
    target = Path(path).expanduser()
    suffixes = [FILM, *WRITERS]
    if target.suffix.lower() not in suffixes:
        raise ValueError(f"A take can be saved as {', '.join(suffixes)}, not as {target.name!r}.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"The folder {str(target.parent)!r} does not exist.")
    return target


def save(take: Take, words: Sequence[WordEvent], target: Path) -> Path:
    """Write a take to a file, whole or not at all.

    Raises
    ------
    TakeError
        When there is nothing to save, or it cannot be written in this form.
    """
    shown = captions(words)
    # In our own folder with a random name, where nobody can plant a link that would be followed.
    # Replacing the target replaces a link itself, not the file it leads to.
    with TemporaryDirectory(prefix=".heygen-take-", dir=target.parent) as folder:
        unfinished = Path(folder) / f"take{target.suffix}"
        if (write := WRITERS.get(target.suffix.lower())) is not None:
            unfinished.write_text(write(shown), encoding="utf-8")
        else:
            write_film(unfinished, take.runs(), shown, joined=not take.from_start)
        return unfinished.replace(target)


def record(take: Take, words: Sequence[WordEvent]) -> Recording:
    """Make a player that a notebook shows and saves.

    Raises
    ------
    TakeError
        When there is nothing to show, or too much.
    """
    with TemporaryDirectory(prefix="heygen-take-") as folder:
        path = save(take, words, Path(folder) / "take.mp4")
        _check_size(path.stat().st_size)
        film = path.read_bytes()
    return Recording(
        film=film,
        poster=newest_picture(film),
        captions=webvtt(captions(words)),
        transcript=as_text(words),
        seconds=round(take.seconds, 3),
    )


def _check_size(size: int) -> None:
    if size > MAX_INLINE:
        raise TakeError(
            f"The take is {size / 1e6:.0f} MB, and a notebook with more than "
            f"{MAX_INLINE / 1e6:.0f} MB is hard to open. Use avatar.save('talk.mp4') instead."
        )


def snapshot(parts: Sequence[Part], width: int | None = None) -> Snapshot:
    """Make an image of the newest picture in some parts, `width` pixels wide if given.

    Raises
    ------
    TakeError
        When there is no picture.
    """
    data = b""
    # From the newest part backwards: not every part has a key frame.
    for part in reversed(parts):
        data = part.data + data
        try:
            return Snapshot(newest_picture(part.init + data, width))
        except TakeError:
            if part is parts[0]:
                raise
    raise TakeError("There is no picture yet.")
