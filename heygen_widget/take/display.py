"""Takes and pictures as a notebook shows and saves them. Knows HTML, but no notebook."""

import html
from dataclasses import dataclass, field
from typing import Final

SHOWN_WIDTH: Final = 640
"""Pixels; the film and the picture themselves may be wider."""

FRAME_HEIGHT: Final = 640
"""Pixels of a talk within a notebook; what is longer is scrolled."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A take, shown as a page that stays in the saved notebook.

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
    page
        All of it as one HTML page, with what was presented.
    """

    film: bytes = field(repr=False)
    poster: bytes = field(repr=False)
    captions: str = field(repr=False)
    transcript: str
    seconds: float
    page: str = field(repr=False)

    @property
    def size(self) -> int:
        """Characters that it adds to a notebook."""
        return len(self._repr_html_())

    def _repr_html_(self) -> str:
        label = html.escape(f"Talk of the avatar, {self.seconds:.0f} s", quote=True)
        # A frame of its own, which nothing in it can leave. JupyterLab takes frames out of
        # notebooks that are not trusted; what is in them, which nobody sees otherwise, it leaves.
        return (
            f'<iframe title="{label}" sandbox="allow-scripts" allow="fullscreen" allowfullscreen'
            f' style="width:100%;height:{FRAME_HEIGHT}px;border:0"'
            f' srcdoc="{html.escape(self.page, quote=True)}">'
            f"{label}. To play it, trust this notebook. {html.escape(self.transcript)}</iframe>"
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
