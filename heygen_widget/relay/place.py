"""How far a stream has been read, and what comes next. Arithmetic on playlists, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

from heygen_widget.relay.playlist import Piece, Playlist, Segment

TOLERANCE: Final = 0.05
"""Seconds by which the lengths of a segment's parts may fail to add up to the segment's."""


@dataclass(slots=True)
class Place:
    """How far a stream has been read.

    Attributes
    ----------
    sequence
        Of the segment that comes next, or of which parts were read.
    number
        Of the part that comes next.
    taken, seconds
        Parts read of that segment, and their length.
    broken
        Whether the part that comes next does not continue the one before.
    """

    sequence: int
    number: int
    taken: int = 0
    seconds: float = 0.0
    broken: bool = False

    def come_to(self, segment: Segment) -> bool:
        """Go on to a segment; False if it was read before."""
        if segment.sequence < self.sequence:
            return False
        if segment.sequence > self.sequence:  # the server has forgotten what lies between
            self.number += segment.sequence - self.sequence
            self.sequence, self.taken, self.seconds = segment.sequence, 0, 0.0
        if self.taken == 0:
            self.broken |= segment.discontinuity
        return True

    def pieces(self, segment: Segment) -> Sequence[Piece]:
        """Return what is to be read of it: all at once, or the parts still missing."""
        if segment.whole and self.taken == 0:
            return (segment.whole,)
        return segment.parts[self.taken :]

    def pass_over(self, piece: Piece, *, lost: bool) -> None:
        """Note that a piece was read, or cannot be."""
        self.number += 1
        self.taken += 1
        self.seconds += piece.seconds
        self.broken &= lost

    def leave(self, segment: Segment) -> None:
        """Go on to the next segment, if no more will come of this one."""
        if segment.whole is None:
            return
        if self.seconds < segment.whole.seconds - TOLERANCE:  # its parts are listed no more
            self.number += 1
        self.sequence, self.taken, self.seconds = segment.sequence + 1, 0, 0.0


@dataclass(frozen=True, slots=True)
class Ahead:
    """The position a server must reach before it responds (RFC 8216bis, 6.2.5.2).

    Attributes
    ----------
    sequence, part
        Of the segment, or the part of it, that is awaited.
    seconds
        How long that may take.
    """

    sequence: int
    part: int | None
    seconds: float

    @classmethod
    def of(cls, playlist: Playlist) -> Self | None:
        """Return what comes after all that is listed."""
        if not playlist.segments:
            return None
        last = playlist.segments[-1]
        if last.whole is None:
            return cls(last.sequence, len(last.parts), 3 * playlist.target)
        part = None if playlist.part_target is None else 0
        return cls(last.sequence + 1, part, 3 * playlist.target)

    def added_to(self, url: str) -> str:
        """Return `url` with the directives that say so."""
        address = urlsplit(url)
        directives = {"_HLS_msn": self.sequence}
        if self.part is not None:
            directives["_HLS_part"] = self.part
        query = "&".join(filter(None, (address.query, urlencode(directives))))
        return urlunsplit(address._replace(query=query))
