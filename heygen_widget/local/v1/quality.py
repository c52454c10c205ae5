"""The qualities of a stream, by the names that the API gives them."""

from typing import Final, Literal

from heygen_widget.local.encoding import VideoFormat

Quality = Literal["low", "medium", "high"]
Coding = Literal["H264", "VP8"]

_SIZES: Final[dict[Quality, tuple[int, int]]] = {
    "low": (854, 480),
    "medium": (1280, 720),
    "high": (1920, 1080),
}
_FORMATS: Final[dict[Coding, VideoFormat]] = {
    "H264": VideoFormat("libx264", profile="baseline"),
    "VP8": VideoFormat("libvpx"),
}


def form_of(quality: Quality, coding: Coding) -> VideoFormat:
    """Return how pictures of a quality are encoded.

    Sizes are those of HeyGen's skill document: 480p, 720p, 1080p, at about 0.5, 1 and 2 Mbit/s.
    HeyGen's reference (docs.heygen.com/reference/new-session) names 360p, 480p and 720p for the
    same bit rates. A drawn face needs 0.2, 0.35 and 0.5 Mbit/s.
    """
    return _FORMATS[coding].sized(*_SIZES[quality])
