"""Saves a take: as a file by its suffix, as a small film, as a picture."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from heygen_widget.api.models import WordEvent
from heygen_widget.relay import Part
from heygen_widget.take.captions import captions, subrip, webvtt
from heygen_widget.take.display import Snapshot
from heygen_widget.take.film import newest_picture, write_film
from heygen_widget.take.smaller import NARROWEST, write_smaller
from heygen_widget.take.spool import Take, TakeError

FILM: Final = ".mp4"
TALK: Final = ".html"
WRITERS: Final = {".vtt": webvtt, ".srt": subrip}

MAX_INLINE: Final = 32 * 1024 * 1024
"""Maximum bytes of a talk in a notebook, which is hard to open beyond: half an hour or so."""

MAX_TALK: Final = 64 * 1024 * 1024
"""Maximum bytes of a talk in a file."""


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
    suffixes = [FILM, TALK, *WRITERS]
    if target.suffix.lower() not in suffixes:
        raise ValueError(f"A take can be saved as {', '.join(suffixes)}, not as {target.name!r}.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"The folder {str(target.parent)!r} does not exist.")
    return target


def save(take: Take, words: Sequence[WordEvent], target: Path) -> Path:
    """Write a take to a film or to captions, whole or not at all.

    Raises
    ------
    TakeError
        When there is nothing to save, or it cannot be written in this form.
    """
    shown = captions(words)
    with unfinished(target) as path:
        if (write := WRITERS.get(target.suffix.lower())) is not None:
            path.write_text(write(shown), encoding="utf-8")
        else:
            write_film(path, take.runs(), shown, joined=not take.from_start)
    return target


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """Give a file to write, which becomes `target` when all went well."""
    # In our own folder with a random name, where nobody can plant a link that would be followed.
    # Replacing the target replaces a link itself, not the file it leads to.
    with TemporaryDirectory(prefix=".heygen-take-", dir=target.parent) as folder:
        path = Path(folder) / f"take{target.suffix}"
        yield path
        path.replace(target)


@dataclass(frozen=True, slots=True)
class SmallFilm:
    """A take as a film that a page can carry.

    Attributes
    ----------
    data
        An MP4.
    poster
        A JPEG of its end.
    shift
        Seconds to add to a time of the stream for the time of the film.
    """

    data: bytes = field(repr=False)
    poster: bytes = field(repr=False)
    shift: float


def small_film(take: Take, width: int, most: int) -> SmallFilm:
    """Make a film with a picture `width` pixels wide, of at most so many bytes.

    Raises
    ------
    TakeError
        When there is nothing to show, or too much.
    ValueError
        When the picture would be too narrow.
    """
    if width < NARROWEST:
        raise ValueError(f"A picture is at least {NARROWEST} pixels wide, not {width}.")
    with TemporaryDirectory(prefix="heygen-take-") as folder:
        whole, smaller = Path(folder) / "whole.mp4", Path(folder) / "smaller.mp4"
        shift = write_film(whole, take.runs(), (), joined=not take.from_start)
        write_smaller(whole, smaller, width)
        check_size(smaller.stat().st_size, most, width)
        data = smaller.read_bytes()
    return SmallFilm(data, newest_picture(data), shift)


def check_size(size: int, most: int, width: int) -> None:
    """Check the size of a take that is shown, in bytes.

    Raises
    ------
    TakeError
        When it is above the limit.
    """
    if size > most:
        narrower = max(NARROWEST, 2 * int(width * (most / size) ** 0.5 / 2))
        raise TakeError(
            f"The take is {size / 1e6:.0f} MB, and the limit is {most / 1e6:.0f} MB. Save it with "
            f"a smaller picture, avatar.save('talk.html', width={narrower}), or as a film alone, "
            "avatar.save('talk.mp4')."
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
