"""The messages between kernel and browser, typed; `js/src/protocol.ts` mirrors them.

Those of figures and cues are in `cues`.

One synced trait, `session`, holds what a late view needs to draw itself. All else travels in
messages of the shape ``{"kind": ...}``. The API key has no place here.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter

from heygen_widget.api.plain import one_line, plain
from heygen_widget.frontend.browser_message import BrowserMessage, FromBrowser, Request
from heygen_widget.frontend.cues import CueHeard

PLAYER_VERSION = "0.1.0"
"""Version of the players that the kernel sends to a page: this package's own."""

Transport = Literal["auto", "direct", "kernel"]
"""How the picture reaches a page: fetched by the page itself, pushed by the kernel, or either."""


PictureQuality = Literal["low", "medium", "high"]
"""How fine a picture can be."""


class Problem(BaseModel):
    """An error as people read it: what happened, what to do, and the request to quote."""

    title: str
    hint: str = ""
    request_id: str | None = None


class SessionView(BaseModel):
    """State of one session, as the browser shows it. The value of the `session` trait."""

    epoch: int = 0  # counts the sessions of one avatar; words of an older epoch are stale
    status: str = "idle"  # idle creating pending streaming draining completed cancelled error
    state: str = "idle"  # the same; or unreachable, stopping: the server does not answer
    stream_id: str | None = None
    place: str | None = None  # where it stands in a workshop's queue, in words
    hls_url: str | None = None  # the last playback URL the server gave
    rehearsal: bool = False  # the embedded avatar server is speaking
    transport: Transport = "auto"
    page_url: str | None = None  # a page that plays the stream, for a browser that cannot
    elapsed: float = 0.0  # seconds on the meter when this was made
    running: bool = False  # whether the meter goes on
    certain: bool = True  # whether no more is billed than is on it
    price_per_second: float = 0.0  # dollars
    limit: str | None = None  # what ends it first: max_cost max_seconds longest
    limit_at: float | None = None  # seconds on the meter at which it does
    idle_timeout: float | None = None  # seconds without text after which the input is closed
    idle_at: float | None = None  # seconds on the meter at which it is; None while text comes
    end_reason: str | None = None
    error: Problem | None = None
    player: Literal["stream", "room"] = "stream"  # what plays it in a page
    can_interrupt: bool = False  # it speaks, or is about to, and can be silenced without an end
    qualities: list[PictureQuality] = []
    quality: PictureQuality | None = None  # how fine it is; None for the server's choice
    floating: bool = True  # whether the picture may float while it is out of sight


class Word(BaseModel):
    """A spoken word, or part of one; seconds from the start of the stream."""

    word: str
    start: float
    end: float
    # What its author wrote for it. The texts of words piece together.
    text: str
    caption: int  # the number of the caption that shows it
    # Where it stands in which text: the id of the speech, the start and the end. None where that
    # is not known. JavaScript's count: UTF-16 code units.
    place: tuple[int, int, int] | None = None
    cues: list[int] = []  # the numbers, in that text, of the cues that come due with it


class WordsMessage(BaseModel):
    """Kernel to browser: words ``first, first + 1, ...`` of a session's word stream."""

    kind: Literal["words"] = "words"
    epoch: int
    first: int
    words: list[Word]


class SpeechMessage(BaseModel):
    """Kernel to browser: a text handed to the avatar, or what is new of it; what became of it."""

    kind: Literal["speech"] = "speech"
    epoch: int
    id: int
    text: str
    status: str
    # How much of it was told before, which `text` continues. JavaScript's count, too.
    first: int = 0


class PlayerMessage(BaseModel):
    """Kernel to browser, with one buffer: the avatar's player as a JavaScript module."""

    kind: Literal["player"] = "player"
    version: str = PLAYER_VERSION


class PresenterMessage(BaseModel):
    """Kernel to browser, with one buffer: what shows figures and cues, as a JavaScript module."""

    kind: Literal["presenter"] = "presenter"
    version: str = PLAYER_VERSION


class MediaPart(BaseModel):
    """A piece of the stream, for hls.js a segment. A number left out is a part that was lost."""

    number: int
    seconds: float
    discontinuity: bool


class MediaMessage(BaseModel):
    """Kernel to browser, with a buffer for `init` and one for each part.

    Parts of a stream that the page does not fetch itself. Every message carries the initialization
    section, since a page may come while the kernel cannot hear it ask.
    """

    kind: Literal["media"] = "media"
    epoch: int
    init: int | None  # counts the initialization sections of a stream; None where it has none
    parts: list[MediaPart]
    ended: bool = False
    error: str | None = None  # why no more will come, although the stream has not ended
    may_pass: bool = False  # whether that may be otherwise when it is asked for again


class ProblemMessage(BaseModel):
    """Kernel to browser: something failed that no page asked for."""

    kind: Literal["problem"] = "problem"
    problem: Problem


class IceHelper(BaseModel):
    """A server that helps two ends to find each other, as `RTCPeerConnection` takes it."""

    urls: list[str]
    username: str = ""
    credential: str = Field(default="", repr=False)


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
    answered: bool  # a page has taken it, and no other can


class AckMessage(BaseModel):
    """Kernel to browser: it has read a message, and begun what that asks for, or not.

    Reaches every page; only the one that sent a message of this id is meant.
    """

    kind: Literal["ack"] = "ack"
    id: str
    problem: Problem | None = None  # why it was not done


Line = Annotated[str, AfterValidator(one_line)]
"""Text from a page that is shown in reports; it may contain terminal control characters."""

Plain = Annotated[str, AfterValidator(plain)]
"""The same for long text."""


class PageReport(FromBrowser):
    """A page's report about itself, without its address, which may name the user."""

    host: Line = Field(max_length=50)  # JupyterLab, VS Code...; empty if unknown
    browser: Line = Field(max_length=300)  # its own name for itself
    secure: bool  # under https, or of this machine
    framed: bool  # within another page
    lacks: Line = Field(max_length=50)  # what of the stream it cannot decode; empty if nothing
    autoplay: Line = Field(max_length=50)  # allowed allowed-muted disallowed; empty if unknown


class Hello(BrowserMessage):
    """A new browser model: wants the words so far, and the player if the page has none."""

    kind: Literal["hello"]
    player: bool  # whether the page already has it in `PLAYER_VERSION`
    presenter: bool = False  # the same of what shows figures and cues
    page: PageReport | None = None


class Speak(Request):
    """Text typed into the box."""

    kind: Literal["speak"]
    text: str = Field(max_length=100_000)


class Finish(Request):
    """No more text: let the avatar end."""

    kind: Literal["finish"]


class Stop(Request):
    """The Stop button: cancel now."""

    kind: Literal["stop"]


PlaybackState = Literal[
    "loading",
    "playing",
    "waiting",  # ran dry; goes on by itself
    "recovering",  # something broke and is being repaired
    "paused",
    "blocked",  # the browser plays nothing, not even without sound, until the user acts
    "ended",
    "failed",
    "unsupported",  # this browser cannot decode the stream
]


class Playback(BrowserMessage):
    """The player's state, sent at most once a second and at each change."""

    kind: Literal["playback"]
    epoch: int
    state: PlaybackState
    position: float  # seconds on the stream's clock
    latency: float | None = None  # seconds behind the live edge
    sound: Literal["on", "muted", "blocked"] = "on"  # blocked: by the browser, until the user acts
    stalls: int = 0
    recoveries: int = 0  # times it came back after a fault
    transport: Literal["direct", "kernel"] = "direct"  # by which the picture comes
    reason: Line = Field(default="", max_length=500)  # why by that one
    detail: Line = Field(default="", max_length=500)


class Recovered(BrowserMessage):
    """Playback has come back after a fault."""

    kind: Literal["recovered"]
    epoch: int
    fault: Line = Field(max_length=50)  # network missing expired stalled decoder
    seconds: float  # from when it showed
    position: float  # seconds on the stream's clock


class Refresh(BrowserMessage):
    """The playback URL no longer works: the kernel should look for a newer one."""

    kind: Literal["refresh"]
    epoch: int


class Yield(BrowserMessage):
    """The session is over and the widget is idle: its output may be redrawn."""

    kind: Literal["yield"]
    epoch: int


class Relay(BrowserMessage):
    """Whether a page plays what the kernel pushes; said again every few seconds while it does."""

    kind: Literal["relay"]
    epoch: int
    page: Line = Field(max_length=100)  # tells the pages of one avatar apart
    wanted: bool
    next: int | None = None  # the first part it lacks; None when it has none yet


class Interrupt(Request):
    """The Interrupt button: be silent."""

    kind: Literal["interrupt"]


class Switch(Request):
    """Another quality of the picture, in a new session."""

    kind: Literal["switch"]
    quality: PictureQuality


class Answer(BrowserMessage):
    """The page's answer to a WebRTC offer."""

    kind: Literal["answer"]
    epoch: int
    sdp: str = Field(max_length=100_000, repr=False)


class Candidate(BrowserMessage):
    """A way to reach the page."""

    kind: Literal["candidate"]
    epoch: int
    candidate: str = Field(max_length=2_000, repr=False)
    mid: str | None = Field(default=None, max_length=100)
    line: int | None = None
    fragment: str | None = Field(default=None, max_length=300)


class Talking(BrowserMessage):
    """The avatar's own events, as received by a page in its room."""

    kind: Literal["talking"]
    epoch: int
    type: Literal[
        "avatar_start_talking",
        "avatar_talking_message",
        "avatar_end_message",
        "avatar_stop_talking",
    ]
    task_id: Line = Field(max_length=200)
    message: Plain = Field(default="", max_length=10_000)
    index: int = 0  # counts the messages of one task
    position: float = 0.0  # seconds since the picture began
    duration_ms: float | None = None


class ConnectionQuality(BrowserMessage):
    """How well picture and sound reach the page."""

    kind: Literal["quality"]
    epoch: int
    quality: Literal["excellent", "good", "poor", "lost", "unknown"]


AnyMessage = Annotated[
    Hello
    | Speak
    | Finish
    | Stop
    | Playback
    | Recovered
    | CueHeard
    | Refresh
    | Relay
    | Yield
    | Interrupt
    | Switch
    | Answer
    | Candidate
    | Talking
    | ConnectionQuality,
    Field(discriminator="kind"),
]
_browser_message: TypeAdapter[BrowserMessage] = TypeAdapter(AnyMessage)


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
