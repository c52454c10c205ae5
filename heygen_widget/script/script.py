"""`Script`: written, checked, timed and kept as a Markdown file.

Knows no notebook, and of an avatar only what everybody may.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from heygen_widget.api.examples import DEFAULT_VOICE_ID
from heygen_widget.reports.table import as_html
from heygen_widget.script import front_matter
from heygen_widget.script.calibration import MOST_TAKES, calibrate
from heygen_widget.script.check import Problems, problems
from heygen_widget.script.diff import ScriptDiff, diff
from heygen_widget.script.document import NAMES_SHOWN, Document, Source
from heygen_widget.script.errors import ScriptError
from heygen_widget.script.estimate import Estimate, SegmentEstimate
from heygen_widget.script.lexicon import Lexicon
from heygen_widget.script.measure import measure
from heygen_widget.script.performer import Performer
from heygen_widget.script.rehearsal import rehearse
from heygen_widget.script.segment import Line, lines
from heygen_widget.script.takes import Take, Takes
from heygen_widget.session.text import Pronunciation
from heygen_widget.take import unfinished

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer


class Script(Document):
    """A script for an avatar: named segments in order.

    In Markdown, headings name segments, paragraphs are spoken, HTML comments are notes, and the
    front matter holds look, voice and lexicon. ``(pause 0.5 s)`` and blank lines pause. An edit
    changes only what it is about: all else stays as its author typed it.

    Parameters
    ----------
    source
        Markdown, a mapping of names to texts, or texts, which are named by numbers.

    Raises
    ------
    ScriptError
        If a name or a text would not be read from the Markdown as it was given.

    Examples
    --------
    >>> script = Script({"hook": "What if your notebook could talk?"})
    >>> script.insert(1, "close", "Try it.")
    >>> script["hook"] = "Your notebook can talk."
    >>> script.names
    ('hook', 'close')
    """

    def __init__(self, source: Source = "") -> None:
        super().__init__(source)
        self._path: Path | None = None
        self._on_disk: bytes | None = None
        self._lexicon: Lexicon | None = None

    @classmethod
    def parse(cls, markdown: str) -> Self:
        """Read a script from Markdown."""
        return cls(markdown)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read a script from a Markdown file, to which `write` writes it back.

        Examples
        --------
        >>> script = Script.read("talk.md")  # doctest: +SKIP
        """
        target = Path(path).expanduser()
        data = target.read_bytes()
        script = cls(data.decode("utf-8", "surrogateescape"))
        script._path, script._on_disk = target, data
        return script

    def write(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Write the script as Markdown: whole or not at all.

        Parameters
        ----------
        path
            Where to; by default, where it was read from or written to before.
        overwrite
            Replace a file that has other content than this script knows of.

        Raises
        ------
        ScriptError
            If no file is known, or somebody else has changed it.
        """
        target = self._path if path is None else Path(path).expanduser()
        if target is None:
            raise ScriptError("The script has no file yet: script.write('talk.md').")
        target = target.resolve()  # a link stays one
        known = self._on_disk if self._path and self._path.resolve() == target else None
        data = self.markdown.encode("utf-8", "surrogateescape")
        there = target.read_bytes() if target.exists() else known
        if not overwrite and there not in {known, data}:
            raise ScriptError(
                f"{target.name} has other content than this script was read from. Read it again, "
                "write to another file, or replace it: script.write(overwrite=True)."
            )
        if there != data or not target.exists():
            with unfinished(target) as file:
                file.write_bytes(data)
        self._path, self._on_disk = target, data
        return target

    @property
    def path(self) -> Path | None:
        """The file it was read from or written to."""
        return self._path

    @property
    def lexicon(self) -> Lexicon:
        r"""What a voice is told instead of a word, kept in the front matter.

        Transcript, captions, differences and films keep the written word.

        Raises
        ------
        ScriptError
            If the front matter has something else there.

        Examples
        --------
        >>> script = Script("A LiDAR.")
        >>> script.lexicon["LiDAR"] = "LIE-dar"
        >>> script.markdown
        '---\nlexicon:\n  LiDAR: LIE-dar\n---\n\nA LiDAR.'
        """
        if self._lexicon is None:
            entries = front_matter.mapping(self._front, "lexicon")
            self._lexicon = Lexicon(entries, on_change=self._set_entry)
        return self._lexicon

    def copy(self) -> Self:
        """Return a script with the same Markdown and no file."""
        return type(self)(self.markdown)

    def diff(self, other: "Script | Source") -> ScriptDiff:
        """Compare with another script: what becomes of this one's segments and words in it.

        Examples
        --------
        >>> Script({"hook": "It is good."}).diff({"hook": "It was good."})
        ~ hook: It [-is-][+was+] good.
        """
        new = other if isinstance(other, Script) else Script(other)
        return diff(((each.name, each.text) for each in self), ((e.name, e.text) for e in new))

    def check(self) -> Problems:
        """List what a voice may stumble over, unless the lexicon has it.

        Acronyms, numbers, addresses, foreign words, units, and sentences too long for one breath.

        Examples
        --------
        >>> Script("A LiDAR sees 200 m.").check()
        1  acronym  LiDAR  listen to it, or put it into the lexicon
        1  unit     200 m  write the unit as a word
        """
        return Problems(problems(self, Pronunciation(self.lexicon)))

    def estimate(
        self, voice: str | None = None, *, local: "LocalServer | bool | None" = None
    ) -> Estimate:
        """Estimate how long the script takes and what it costs, before it runs.

        The embedded server computes it from the durations of its voice, without making sound;
        where that is not installed, the rate of the language is all there is.

        Parameters
        ----------
        voice
            A voice id; by default that of the front matter, else the usual one.
        local
            As of an `Avatar`: whether this will be a rehearsal, or the server that is asked.

        Raises
        ------
        LocalServerError
            When the embedded server does not start.

        Examples
        --------
        >>> script.estimate().seconds  # doctest: +SKIP
        7.4
        """
        rehearsal = bool(local) if local is not None else not os.environ.get("HEYGEN_API_KEY")
        chosen = voice or self.voice or DEFAULT_VOICE_ID
        takes = self._takes_like(chosen, rehearsal=rehearsal)
        scripts = [self, *(Script(take.script) for take in takes)]
        sent = [_told(each) for each in scripts]
        measured = measure(
            [text for told in sent for _, text, _ in told],
            chosen,
            rehearsal=rehearsal,
            server=None if isinstance(local, bool) else local,
        )
        seconds = iter(measured.seconds)
        found = [_by_segment(told, seconds) for told in sent]
        known = calibrate(
            (past[each.name], each.seconds)
            for take, past in zip(takes, found[1:], strict=True)
            for each in take.segments
            if each.name in past
        )
        factor, margin = known or (1.0, measured.margin)
        basis = measured.basis
        if known:
            basis = f"Calibrated with {len(takes)} take{'s' * (len(takes) > 1)} of this voice."
        segments = (
            SegmentEstimate(each.name, each.words, found[0].get(each.name, 0.0) * factor, margin)
            for each in self
        )
        return Estimate(tuple(segments), basis)

    @property
    def takes(self) -> Takes:
        """The takes beside the script's file, or in the folder ``takes`` if it has none.

        Examples
        --------
        >>> script.takes["long"].starred = True  # doctest: +SKIP
        """
        return Takes(self._takes_folder)

    def rehearse(self, avatar: Performer, name: str | None = None) -> Take:
        """Have an avatar speak the script, and keep what it did. Blocks until it is spoken.

        Parameters
        ----------
        avatar
            An `Avatar` without an open session; one of its own is opened, and paid with a key.
        name
            Of the take; by default, the time.

        Raises
        ------
        ScriptError
            If there is nothing to say, a session is open, or a pause is too long.
        HeyGenError
            If the session fails.

        Examples
        --------
        >>> take = script.rehearse(avatar, "long")  # doctest: +SKIP
        """
        return rehearse(
            avatar,
            lines(self),
            markdown=self.markdown,
            lexicon=self.lexicon,
            takes=self._takes_folder,
            name=name,
        )

    @property
    def _takes_folder(self) -> Path:
        return self._path.with_suffix(".takes") if self._path else Path("takes").absolute()

    def _takes_like(self, voice: str, *, rehearsal: bool) -> list[Take]:
        """Return the newest takes by which a voice is calibrated."""
        alike = [
            take
            for take in self.takes
            if take.complete and (take.voice, take.rehearsal) == (voice, rehearsal)
        ]
        return alike[-MOST_TAKES:]

    def __repr__(self) -> str:
        names = ", ".join(self.names[:NAMES_SHOWN])
        segments = f"{len(self)} segment{'s' * (len(self) != 1)}"
        return f"<Script of {segments}, {self.words} words: {names}>"

    def _repr_html_(self) -> str:
        rows = [(each.name, each.text, str(each.words)) for each in self]
        return as_html(("segment", "text", "words"), rows, ("", "", str(self.words)))


def _told(script: Script) -> list[Line]:
    """Return what a voice is told."""
    say = script.lexicon.say
    return [line._replace(text=say(line.text)) for line in lines(script)]


def _by_segment(told: Iterable[Line], seconds: Iterator[float]) -> dict[str, float]:
    """Return the seconds of each segment, of those of its lines, which are the next ones."""
    found: dict[str, float] = {}
    for line in told:
        found[line.segment] = found.get(line.segment, 0.0) + next(seconds) + line.pause
    return found
