"""Everything that passes between kernel and browser, typed; `js/src/protocol.ts` mirrors it.

One synced trait, `session`, holds what a late view needs to draw itself. All else travels in
messages of the shape ``{"kind": ...}``. The API key has no place here.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

PLAYER_VERSION = "1.7.4"
"""Version of the hls.js build that the kernel hands to a page (see `js/package.json`)."""


class Problem(BaseModel):
    """An error as people read it: what happened, what to do, and the request to quote."""

    title: str
    hint: str = ""
    request_id: str | None = None


class SessionView(BaseModel):
    """State of one session, as the browser shows it. The value of the `session` trait."""

    epoch: int = 0  # counts the sessions of one avatar; words of an older epoch are stale
    status: str = "idle"  # idle creating pending streaming draining completed cancelled error
    stream_id: str | None = None
    hls_url: str | None = None  # the last playback URL the server gave
    rehearsal: bool = False  # the embedded avatar server is speaking
    elapsed: float = 0.0  # seconds on the meter when this was made
    running: bool = False  # whether the meter goes on
    price_per_second: float = 0.0  # dollars
    limit: str | None = None  # what ends it first: max_cost max_seconds longest
    limit_at: float | None = None  # seconds on the meter at which it does
    idle_timeout: float | None = None  # seconds without text after which the input is closed
    idle_at: float | None = None  # seconds on the meter at which it is; None while text comes
    end_reason: str | None = None
    error: Problem | None = None


class Word(BaseModel):
    """A spoken word; seconds from the start of the stream."""

    word: str
    start: float
    end: float


class WordsMessage(BaseModel):
    """Kernel to browser: words ``first, first + 1, ...`` of a session's word stream."""

    kind: Literal["words"] = "words"
    epoch: int
    first: int
    words: list[Word]


class SpeechMessage(BaseModel):
    """Kernel to browser: a text handed to the avatar, and what became of it."""

    kind: Literal["speech"] = "speech"
    epoch: int
    id: int
    text: str
    status: str


class PlayerMessage(BaseModel):
    """Kernel to browser, with one buffer: hls.js as a JavaScript module."""

    kind: Literal["player"] = "player"
    version: str = PLAYER_VERSION


class ProblemMessage(BaseModel):
    """Kernel to browser: something asked for in the browser could not be done."""

    kind: Literal["problem"] = "problem"
    problem: Problem


class _FromBrowser(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Hello(_FromBrowser):
    """A new browser model: wants the words so far, and hls.js if the page has none."""

    kind: Literal["hello"]
    player: bool  # whether the page already has hls.js in `PLAYER_VERSION`


class Speak(_FromBrowser):
    """Text typed into the box."""

    kind: Literal["speak"]
    text: str = Field(max_length=100_000)


class Finish(_FromBrowser):
    """No more text: let the avatar end."""

    kind: Literal["finish"]


class Stop(_FromBrowser):
    """The Stop button: cancel now."""

    kind: Literal["stop"]


class Playback(_FromBrowser):
    """What the player sees, at most once a second and at each change of state."""

    kind: Literal["playback"]
    epoch: int
    state: Literal["loading", "playing", "waiting", "blocked", "ended", "failed"]
    position: float  # seconds on the stream's clock
    latency: float | None = None  # seconds behind the live edge
    muted: bool = False
    stalls: int = 0
    detail: str = Field(default="", max_length=500)


BrowserMessage = Annotated[Hello | Speak | Finish | Stop | Playback, Field(discriminator="kind")]
_browser_message: TypeAdapter[BrowserMessage] = TypeAdapter(BrowserMessage)


def read_browser_message(content: object) -> BrowserMessage:
    """Validate a message of the browser.

    Raises
    ------
    pydantic.ValidationError
        When it is not one of the messages above.
    """
    return _browser_message.validate_python(content)


def to_browser(message: BaseModel) -> dict[str, Any]:
    """Make the plain JSON value that goes over the comm."""
    return message.model_dump(mode="json")
