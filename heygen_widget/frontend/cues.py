"""The messages of figures and cues."""

from typing import Literal

from pydantic import BaseModel

from heygen_widget.frontend.browser_message import BrowserMessage


class FigureMessage(BaseModel):
    """Kernel to browser, with one buffer: a presented object, as the HTML of a frame of its own."""

    kind: Literal["figure"] = "figure"
    id: int
    title: str


class CueAction(BaseModel):
    """What a figure does: `do` is what, `target` an id, a name or a CSS selector within it."""

    do: Literal["highlight", "dim", "show", "hide", "zoom", "scroll_to"]
    target: str


class Cue(BaseModel):
    """What happens when a word is heard.

    Attributes
    ----------
    figure
        The id of the figure that is shown and acts; None where there is none.
    calls
        Whether the kernel is to be told.
    """

    figure: int | None = None
    actions: list[CueAction] = []
    calls: bool = False


class CuesMessage(BaseModel):
    """Kernel to browser: the cues ``first, first + 1, ...`` of a text.

    Attributes
    ----------
    places
        How much of the text is before each. JavaScript's count.
    estimated
        Whether no words are told, so that cues follow the length of the text.
    """

    kind: Literal["cues"] = "cues"
    speech: int
    figure: int | None  # which is shown from its first word on
    first: int
    cues: list[Cue]
    places: list[int]
    estimated: bool = False


class CueHeard(BrowserMessage):
    """A cue that calls the kernel has come due: number `cue` of a text."""

    kind: Literal["cue"]
    speech: int
    cue: int
