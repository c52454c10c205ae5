"""How far a stream has been read, and what comes next. Pure arithmetic on playlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

from heygen_widget.relay.playlist import Piece, Playlist, Segment

TOLERANCE: Final = 0.05
"""Seconds by which the total length of a segment's parts may differ from the segment's."""


@dataclass(slots=True)
class ReadPosition:
    """How far a stream has been read."""

    sequence: int  # sequence number of the next segment, or of the one whose parts are being read
    number: int  # number of the next part
    # How many parts of that segment were read, and their total length.
    parts_read: int = 0
    seconds: float = 0.0
    discontinuity: bool = False  # whether the next part does not continue the one before

    def advance_to(self, segment: Segment) -> bool:
        """Move to a segment; False if it was read before."""
        if segment.sequence < self.sequence:
            return False
        if segment.sequence > self.sequence:  # the server no longer has the segments between
            self.number += segment.sequence - self.sequence
            self.sequence, self.parts_read, self.seconds = segment.sequence, 0, 0.0
        if self.parts_read == 0:
            self.discontinuity |= segment.discontinuity
        return True

    def pieces(self, segment: Segment) -> Sequence[Piece]:
        """Return what to read of a segment: all of it at once, or the missing parts."""
        if segment.whole and self.parts_read == 0:
            return (segment.whole,)
        return segment.parts[self.parts_read :]

    def mark_read(self, piece: Piece, *, lost: bool) -> None:
        """Record that a piece was read, or was lost."""
        self.number += 1
        self.parts_read += 1
        self.seconds += piece.seconds
        self.discontinuity &= lost

    def leave(self, segment: Segment) -> None:
        """Move to the next segment, if this one is complete."""
        if segment.whole is None:
            return
        if self.seconds < segment.whole.seconds - TOLERANCE:  # its parts are no longer listed
            self.number += 1
        self.sequence, self.parts_read, self.seconds = segment.sequence + 1, 0, 0.0


@dataclass(frozen=True, slots=True)
class BlockingReload:
    """The position a server must reach before it responds (RFC 8216bis, 6.2.5.2)."""

    # Sequence number of the awaited segment, and the part of it if any.
    sequence: int
    part: int | None
    seconds: float  # how long that may take

    @classmethod
    def of(cls, playlist: Playlist) -> Self | None:
        """Return a reload that waits for the first segment or part that is not listed."""
        if not playlist.segments:
            return None
        last = playlist.segments[-1]
        if last.whole is None:
            return cls(last.sequence, len(last.parts), 3 * playlist.target)
        part = None if playlist.part_target is None else 0
        return cls(last.sequence + 1, part, 3 * playlist.target)

    def apply_to(self, url: str) -> str:
        """Return `url` with the delivery directives."""
        address = urlsplit(url)
        directives = {"_HLS_msn": self.sequence}
        if self.part is not None:
            directives["_HLS_part"] = self.part
        query = "&".join(filter(None, (address.query, urlencode(directives))))
        return urlunsplit(address._replace(query=query))
