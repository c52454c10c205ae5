"""How a widget stands: what pages say of themselves, and how the picture reaches them."""

from dataclasses import dataclass

from heygen_widget.protocol import PageReport, Playback


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a report of what is wrong should say of a widget.

    Attributes
    ----------
    page
        What the page that came last said of itself.
    playback
        What a page said last of what it plays.
    way
        How the picture reaches a page, and why so.
    rehearsal
        Whether the embedded avatar server speaks.
    """

    page: PageReport | None
    playback: Playback | None
    way: str
    rehearsal: bool
