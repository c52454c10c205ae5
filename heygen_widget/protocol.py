"""Everything that passes between kernel and browser, typed; `js/src/protocol.ts` mirrors it.

One synced trait, `session`, holds what a late view needs to draw itself. All else travels in
messages of the shape ``{"kind": ...}``. The API key has no place here.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

PLAYER_VERSION = "1.7.4"
"""Version of the hls.js build that the kernel hands to a page (see `js/package.json`)."""

LIVEKIT_VERSION = "2.15.7"
"""Version of the livekit-client build that the kernel hands to a page."""


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


class StreamingView(SessionView):
    """State of a session whose picture is in a room. The value of the `session` trait."""

    version: str = "v2"  # v1: a bare peer connection, v2: a LiveKit room
    quality: str | None = None  # low medium high; None for the server's choice


class IceHelper(BaseModel):
    """A server that helps two ends to find each other, as `RTCPeerConnection` takes it."""

    urls: list[str]
    username: str | None = None
    credential: str | None = Field(default=None, repr=False)


class LibraryMessage(BaseModel):
    """Kernel to browser, with one buffer: livekit-client as a JavaScript module."""

    kind: Literal["library"] = "library"
    version: str = LIVEKIT_VERSION


class RoomMessage(BaseModel):
    """Kernel to browser: a room to join. In no trait, since the token must not be saved."""

    kind: Literal["room"] = "room"
    epoch: int
    url: str
    token: str = Field(repr=False)
    ice_servers: list[IceHelper]


class OfferMessage(BaseModel):
    """Kernel to browser: the server's offer of a bare peer connection, to be answered."""

    kind: Literal["offer"] = "offer"
    epoch: int
    sdp: str = Field(repr=False)
    ice_servers: list[IceHelper]


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


class Need(_FromBrowser):
    """The page has no livekit-client, and is to join a room."""

    kind: Literal["need"]


class Interrupt(_FromBrowser):
    """The Interrupt button: be silent."""

    kind: Literal["interrupt"]


class Switch(_FromBrowser):
    """Another quality of the picture, in a new session."""

    kind: Literal["switch"]
    quality: Literal["low", "medium", "high"]


class Answer(_FromBrowser):
    """The page's answer to an offer."""

    kind: Literal["answer"]
    epoch: int
    sdp: str = Field(max_length=100_000, repr=False)


class Candidate(_FromBrowser):
    """A way to reach the page."""

    kind: Literal["candidate"]
    epoch: int
    candidate: str = Field(max_length=2_000, repr=False)
    mid: str | None = Field(default=None, max_length=100)
    line: int | None = None
    fragment: str | None = Field(default=None, max_length=300)


class Talking(_FromBrowser):
    """What the avatar tells of itself, as a page in its room hears it."""

    kind: Literal["talking"]
    epoch: int
    type: Literal[
        "avatar_start_talking",
        "avatar_talking_message",
        "avatar_end_message",
        "avatar_stop_talking",
    ]
    task_id: str = Field(max_length=200)
    message: str = Field(default="", max_length=10_000)
    index: int = 0  # counts the messages of one task
    position: float = 0.0  # seconds since the picture began
    duration_ms: float | None = None


class ConnectionQuality(_FromBrowser):
    """How well picture and sound reach the page."""

    kind: Literal["quality"]
    epoch: int
    quality: Literal["excellent", "good", "poor", "lost", "unknown"]


BrowserMessage = Annotated[
    Hello
    | Speak
    | Finish
    | Stop
    | Playback
    | Need
    | Interrupt
    | Switch
    | Answer
    | Candidate
    | Talking
    | ConnectionQuality,
    Field(discriminator="kind"),
]
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
