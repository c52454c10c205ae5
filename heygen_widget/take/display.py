"""Takes and pictures as a notebook shows and saves them. Knows HTML, but no notebook."""

import base64
import html
from dataclasses import dataclass, field
from typing import Final

SHOWN_WIDTH: Final = 640
"""Pixels; the film and the picture themselves may be wider."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A take, shown as a player that stays in the saved notebook.

    Attributes
    ----------
    film
        An MP4.
    poster
        A JPEG, shown until the film is played.
    captions
        WebVTT.
    transcript
        The spoken text.
    seconds
        Length.
    """

    film: bytes = field(repr=False)
    poster: bytes = field(repr=False)
    captions: str = field(repr=False)
    transcript: str
    seconds: float

    def _repr_html_(self) -> str:
        label = html.escape(f"Recording of the avatar, {self.seconds:.0f} s", quote=True)
        track = _data("text/vtt", self.captions.encode())
        return (
            f'<video controls playsinline preload="metadata" aria-label="{label}"'
            f' style="max-width:100%;width:{SHOWN_WIDTH}px"'
            f' poster="{_data("image/jpeg", self.poster)}"'
            f' src="{_data("video/mp4", self.film)}">'
            f'<track kind="captions" label="Captions" default src="{track}">'
            f"{html.escape(self.transcript)}</video>"
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One picture of the avatar, which stays in the saved notebook.

    Attributes
    ----------
    data
        A JPEG.
    """

    data: bytes = field(repr=False)

    def _repr_jpeg_(self) -> tuple[bytes, dict[str, int]]:
        return self.data, {"width": SHOWN_WIDTH}


def _data(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
