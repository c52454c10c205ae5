"""Parses a playlist into what this package needs. The `m3u8` package does the grammar.

Knows no network and no time.
"""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

import m3u8

from heygen_widget.relay.errors import StreamRefused
from heygen_widget.relay.source import Section

MAX_BANDWIDTH: Final = 6_000_000
"""Bits per second; the best variant within this is read. It travels through the notebook's
own connection, and may be held in memory."""

MIN_TARGET: Final = 0.2
MAX_TARGET: Final = 60.0
"""Maximum target duration in seconds, whatever a server claims: all pauses derive from it."""
MIN_PART: Final = 0.1
"""Minimum seconds of a part, likewise."""
MAX_SEGMENT: Final = 3600.0
MAX_LINES: Final = 60_000
"""As many as an hour in segments of 0.2 s, each with its date."""
MAX_LINE: Final = 16 * 1024
"""Characters. Signed URLs have about 2,000."""
MAX_VARIANTS: Final = 200
"""Variants and renditions: `m3u8` compares each with every other."""
MAX_SECTIONS: Final = 1000
"""Initialization sections and keys: `m3u8` searches them linearly."""

_COMING: Final = "the-segment-to-come"


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment, or a part of one, as a playlist lists it."""

    where: Section | None  # where its bytes are; None when the server does not have them
    seconds: float  # its length


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as a playlist lists it."""

    sequence: int  # its media sequence number
    whole: Piece | None  # all of it; None while the server is still making it
    parts: tuple[Piece, ...]  # the parts of it that are listed, from its first on
    init: Section | None  # its initialization section; None for MPEG-TS
    discontinuity: bool  # whether its clock or coding does not continue the segment's before


@dataclass(frozen=True, slots=True)
class Playlist:
    """A media playlist."""

    segments: tuple[Segment, ...]  # oldest first; the last may be in the making
    target: float  # seconds that no segment is longer than
    blocks: bool  # whether a reload may be held back until something new is listed
    # Seconds that no part is longer than; None where the server lists no parts.
    part_target: float | None
    ended: bool  # whether no segment will follow

    @property
    def seconds(self) -> float:
        """How much of the stream is listed."""
        return sum(segment.whole.seconds for segment in self.segments if segment.whole)


def read_playlist(text: str, url: str) -> Playlist | str:
    """Read a playlist that was found at `url`.

    Returns
    -------
    Playlist or str
        A media playlist; of a multivariant playlist, the address of the variant to read.

    Raises
    ------
    StreamRefused
        When it is no playlist, or one of a stream that cannot be handed on.
    """
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise StreamRefused("The stream's address does not return a playlist.")
    _check_size(text)
    try:
        # m3u8 (6.0) applies DISCONTINUITY and MAP only to segments with a URI, which the segment
        # in progress does not have yet.
        coming = "" if "#EXT-X-ENDLIST" in text else f"\n#EXTINF:0,\n{_COMING}\n"
        found = m3u8.loads(text + coming, uri=url)
        if found.playlists:
            return _variant(found.playlists)
        return _media_playlist(found, url)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise StreamRefused(f"Cannot read the stream's playlist: {error}") from error


def _check_size(text: str) -> None:
    """Refuse playlists that would take `m3u8` much time or memory."""
    lines = text.splitlines()
    tags = Counter(line.partition(":")[0] for line in lines if line.startswith("#EXT"))
    variants = max(tags["#EXT-X-STREAM-INF"], tags["#EXT-X-MEDIA"])
    sections = max(tags["#EXT-X-MAP"], tags["#EXT-X-KEY"], tags["#EXT-X-SESSION-KEY"])
    if (
        len(lines) > MAX_LINES
        or max(map(len, lines)) > MAX_LINE
        or variants > MAX_VARIANTS
        or sections > MAX_SECTIONS
    ):
        raise StreamRefused("The stream's playlist is too large to be real.")


def _variant(variants: Any) -> str:
    """Choose the best variant within `MAX_BANDWIDTH`, preferably one that includes sound."""

    def rank(variant: Any) -> tuple[bool, bool, int]:
        bandwidth = variant.stream_info.bandwidth or 0
        beside = any(media.type == "AUDIO" and media.uri for media in variant.media)
        fits = bandwidth <= MAX_BANDWIDTH
        return (not beside, fits, bandwidth if fits else -bandwidth)

    best = max(variants, key=rank)
    if not rank(best)[0]:
        raise StreamRefused("The stream's sound and picture are separate, and cannot be relayed.")
    return str(best.absolute_uri)


def _media_playlist(found: Any, url: str) -> Playlist:
    if any(key and key.method and key.method != "NONE" for key in found.keys):
        raise StreamRefused("The stream is encrypted and cannot be relayed.")
    # A byte range without an offset continues the previous one of the same kind.
    wholes, parts, inits = _Ranges(url), _Ranges(url), _Ranges(url)
    segments = [_segment(segment, wholes, parts, inits) for segment in found.segments]
    if segments and segments[-1].whole is None and not segments[-1].parts:
        segments.pop()
    lengths = [piece.seconds for piece in _pieces(segments)]
    if not all(0 <= seconds <= MAX_SEGMENT for seconds in lengths):
        raise StreamRefused("The stream's playlist has a segment with an invalid length.")
    control = found.server_control
    target = _clamped(found.target_duration, max(lengths, default=0.0), MIN_TARGET)
    part_target = found.part_inf and found.part_inf.part_target
    return Playlist(
        segments=tuple(segments),
        target=target,
        blocks=bool(control and control.can_block_reload == "YES"),
        part_target=_clamped(part_target, target, MIN_PART) if part_target else None,
        ended=bool(found.is_endlist),
    )


def _clamped(seconds: float | None, otherwise: float, shortest: float) -> float:
    """Return a length from a server, within sensible limits; `otherwise` if it is not valid."""
    if seconds is None or not math.isfinite(seconds) or seconds <= 0:
        seconds = otherwise or 1.0
    return min(max(float(seconds), shortest), MAX_TARGET)


def _segment(segment: Any, wholes: "_Ranges", parts: "_Ranges", inits: "_Ranges") -> Segment:
    listed = tuple(
        Piece(None if part.gap == "YES" else parts.section(part.uri, part.byterange), part.duration)
        for part in segment.parts
    )
    whole = None
    if segment.uri != _COMING:
        where = wholes.section(segment.uri, segment.byterange)
        whole = Piece(None if segment.gap_tag else where, segment.duration)
    init = segment.init_section
    return Segment(
        sequence=segment.media_sequence,
        whole=whole,
        parts=listed,
        init=inits.section(init.uri, init.byterange) if init else None,
        discontinuity=segment.discontinuity,
    )


def _pieces(segments: list[Segment]) -> list[Piece]:
    return [piece for segment in segments for piece in (segment.whole, *segment.parts) if piece]


class _Ranges:
    """Resolves byte ranges; one without an offset begins where the previous one ended."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._ends: dict[str, int] = {}

    def section(self, uri: str, byte_range: str | None) -> Section:
        url = urljoin(self._base, uri)
        if not byte_range:
            return Section(url)
        length, _, start = byte_range.strip('"').partition("@")
        first = int(start) if start else self._ends.get(url, 0)
        if first < 0 or int(length) <= 0:
            raise ValueError(f"a byte range is {byte_range}")
        self._ends[url] = first + int(length)
        return Section(url, first, int(length))
