"""The takes of a script: each a folder that people can read, which outlives the kernel.

A folder has the name of its take, and holds ``take.json``, the script as ``script.md``, the film
``take.mp4`` and its captions ``take.vtt``. Knows no avatar.
"""

import os
import re
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, overload

from pydantic import ValidationError

from heygen_widget.api.plain import one_line
from heygen_widget.reports.table import as_html, as_lines
from heygen_widget.script.errors import ScriptError
from heygen_widget.script.outputs import WRITERS
from heygen_widget.script.record import TakenSegment, TakenWord, TakeRecord
from heygen_widget.take import unfinished

RECORD: Final = "take.json"
SCRIPT: Final = "script.md"
FILM: Final = "take.mp4"
CAPTIONS: Final = "take.vtt"

LONGEST_NAME: Final = 80
"""Characters of a take's name."""

_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]|^[.\s]|[.\s]$")
"""What no file system likes in the name of a folder."""


class Take:
    """A recorded rehearsal of a script. Each reading is of the files as they are now.

    Parameters
    ----------
    folder
        Where it is kept.

    Raises
    ------
    ScriptError
        If there is no take.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._record = self._read()

    @property
    def name(self) -> str:
        """Its name, which is that of its folder."""
        return self._folder.name

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    @property
    def film(self) -> Path | None:
        """The film with captions; None if none could be saved."""
        return self._file(FILM)

    @property
    def captions(self) -> Path | None:
        """The captions, as WebVTT."""
        return self._file(CAPTIONS)

    @property
    def script(self) -> str:
        """The script as it was, in Markdown."""
        data = (self._folder / SCRIPT).read_bytes()
        return data.decode("utf-8", "surrogateescape")

    @property
    def made(self) -> datetime:
        """When it was made."""
        return self._record.made

    @property
    def look(self) -> str:
        """The avatar id."""
        return self._record.look

    @property
    def voice(self) -> str:
        """The voice id."""
        return self._record.voice

    @property
    def rehearsal(self) -> bool:
        """Whether the embedded server spoke."""
        return self._record.rehearsal

    @property
    def complete(self) -> bool:
        """Whether all of the script was spoken."""
        return self._record.complete

    @property
    def seconds(self) -> float:
        """From the first word to the end of the last one."""
        return self._record.seconds

    @property
    def cost(self) -> float:
        """Dollars of its session; of a rehearsal, what it would have cost."""
        return self._record.cost

    @property
    def segments(self) -> tuple[TakenSegment, ...]:
        """The segments with their timed words."""
        return tuple(self._record.segments)

    @property
    def words(self) -> tuple[TakenWord, ...]:
        """All words, as they are written."""
        return tuple(word for each in self._record.segments for word in each.words)

    @property
    def starred(self) -> bool:
        """Whether it is marked as a good one."""
        return self._record.starred

    @starred.setter
    def starred(self, value: bool) -> None:
        self._change(starred=value)

    @property
    def notes(self) -> str:
        """What you noted on it."""
        return self._record.notes

    @notes.setter
    def notes(self, text: str) -> None:
        self._change(notes=text)

    def rename(self, name: str) -> None:
        """Give it another name.

        Raises
        ------
        ScriptError
            If there is one of that name, or no folder can have it.
        """
        target = self._folder.parent / checked_name(name)
        if target.exists():
            raise ScriptError(f"There is a take {name!r} already.")
        self._folder = self._folder.rename(target)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file, by its suffix.

        Parameters
        ----------
        path
            ``.mp4`` is the film, ``.vtt`` or ``.srt`` are captions, ``.html`` is the text with
            timecodes, ``.csv`` a table of the words with their times, ``.md`` the script.

        Raises
        ------
        ScriptError
            If the suffix is none of these, or there is no film.

        Examples
        --------
        >>> take.save("talk.srt")  # doctest: +SKIP
        """
        target = Path(path).expanduser()
        suffix = target.suffix.lower()
        copied = {".mp4": FILM, ".md": SCRIPT}.get(suffix)
        if copied is None and suffix not in WRITERS:
            raise ScriptError(
                f"A take can be saved as .mp4, .md, {', '.join(WRITERS)}, not as {target.name!r}."
            )
        with unfinished(target) as file:
            if copied is None:
                text = WRITERS[suffix](self.name, self.segments)
                file.write_text(text, encoding="utf-8", newline="")
            elif (source := self._file(copied)) is None:
                raise ScriptError(f"The take has no {copied}.")
            else:
                shutil.copyfile(source, file)
        return target

    def delete(self) -> None:
        """Delete it, with its film."""
        shutil.rmtree(self._folder)

    def __getitem__(self, name: str) -> TakenSegment:
        for each in self._record.segments:
            if each.name == name:
                return each
        raise KeyError(f"There is no segment {name!r} in this take.")

    def __repr__(self) -> str:
        return f"<Take {self.name!r}, {self.seconds:.1f} s, ${self.cost:.2f}>"

    def _repr_html_(self) -> str:
        rows = [(each.name, f"{each.start:.1f}", f"{each.seconds:.1f}") for each in self.segments]
        return as_html(("segment", "from", "seconds"), rows, ("", "", f"{self.seconds:.1f}"))

    def _file(self, name: str) -> Path | None:
        path = self._folder / name
        return path if path.is_file() else None

    def _read(self) -> TakeRecord:
        path = self._folder / RECORD
        try:
            return TakeRecord.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            reason = one_line(str(error))
            raise ScriptError(f"{path} does not describe a take: {reason}") from error

    def _change(self, **fields: object) -> None:
        record = self._read().model_copy(update=fields)
        write_record(self._folder, record)
        self._record = record


class Takes(Sequence[Take]):
    """The takes in a folder, oldest first, as they are when this is made.

    Parameters
    ----------
    folder
        Need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = sorted(_found(folder), key=lambda take: (take.made, take.name))

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self._folder

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(each.name for each in self._all)

    @overload
    def __getitem__(self, key: int | str) -> Take: ...
    @overload
    def __getitem__(self, key: slice) -> list[Take]: ...
    def __getitem__(self, key: int | str | slice) -> Take | list[Take]:
        if not isinstance(key, str):
            return self._all[key]
        for each in self._all:
            if each.name == key:
                return each
        raise KeyError(f"There is no take {key!r}. Takes: {', '.join(self.names) or 'none'}.")

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return as_lines([_HEAD, *map(_row, self._all)]) if self._all else "No takes yet."

    def _repr_html_(self) -> str:
        return as_html(_HEAD, map(_row, self._all)) if self._all else "<p>No takes yet.</p>"


@contextmanager
def new_take(takes: Path, name: str | None, made: datetime) -> Iterator[tuple[Path, Path]]:
    """Give a folder to fill, and the one that it becomes when all went well.

    Raises
    ------
    ScriptError
        If no folder can have the name.
    """
    wanted = checked_name(name) if name is not None else f"{made:%Y-%m-%d %H.%M.%S}"
    takes.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".take-", dir=takes) as parent:
        folder = Path(parent) / "take"
        folder.mkdir()
        target, number = takes / wanted, 1
        while target.exists():
            number += 1
            target = takes / f"{wanted} ({number})"
        yield folder, target
        folder.rename(target)


def write_record(folder: Path, record: TakeRecord) -> None:
    """Write what is known of a take, whole or not at all."""
    with unfinished(folder / RECORD) as path:
        path.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")


def checked_name(name: str) -> str:
    """Return a name that a folder can have.

    Raises
    ------
    ScriptError
        If it cannot.
    """
    if not 0 < len(name) <= LONGEST_NAME or _NO_NAME.search(name):
        raise ScriptError(
            f"{name!r} cannot be the name of a take: it names a folder, of 1 to {LONGEST_NAME} "
            'characters without / \\ : * ? " < > | and without a dot at its beginning or end.'
        )
    return name


def _found(folder: Path) -> Iterator[Take]:
    records = folder.glob(f"*/{RECORD}") if folder.is_dir() else ()
    for record in records:
        if record.parent.name.startswith("."):
            continue
        try:
            yield Take(record.parent)
        except ScriptError as error:
            warnings.warn(str(error), stacklevel=4)


_HEAD: Final = ("take", "", "made", "seconds", "words/min", "≈ $", "voice", "notes")


def _row(take: Take) -> tuple[str, ...]:
    words = sum(any(map(str.isalnum, each.text)) for each in take.words)
    return (
        take.name,
        "★" * take.starred,
        f"{take.made:%Y-%m-%d %H:%M}",
        f"{take.seconds:.1f}" + " (cut short)" * (not take.complete),
        f"{60 * words / take.seconds:.0f}" if take.seconds else "",
        f"{take.cost:.2f}",
        "rehearsal" if take.rehearsal else one_line(take.voice, 16),
        one_line(take.notes, 40),
    )
