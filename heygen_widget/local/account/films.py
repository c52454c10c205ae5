"""Films: ordered over HTTP, rendered one after another in the background.

What this server does not render (4k, webm, images behind, another pitch) is refused.
"""

import asyncio
import hashlib
import logging
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heygen_widget.api.account.models import CreateVideoRequest
from heygen_widget.api.prices import FILM
from heygen_widget.local.account.files import Files
from heygen_widget.local.account.film import FilmError, picture_of, write_film
from heygen_widget.local.account.people import Person
from heygen_widget.local.account.speech import speak
from heygen_widget.local.account.subtitles import subtitles
from heygen_widget.local.account.wallet import Wallet
from heygen_widget.local.assets import Assets
from heygen_widget.local.bodies import checked, json_object
from heygen_widget.local.errors import ApiError
from heygen_widget.local.face import Face, face_for, look_for
from heygen_widget.local.face.look import Backdrop
from heygen_widget.local.fetch import FetchError, Policy, fetch
from heygen_widget.local.intake import Intake
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.studio import LIKELY_VOICE, Studio
from heygen_widget.local.voice import AudioError, Recording, SpokenAudio, TimedWord, VoiceError

VIDEOS: Final = "/v3/videos"

MAX_WAITING: Final = 10
"""Films that may be ordered and unfinished, as at HeyGen for those who pay as they go."""

MAX_KEPT: Final = 1000
"""Films that are remembered, and orders whose keys are."""

MAX_SECONDS: Final = 1800.0
"""Seconds of one film."""

_SHAPES: Final = {"16:9": (16, 9), "9:16": (9, 16), "4:5": (4, 5), "5:4": (5, 4), "1:1": (1, 1)}
_LINES: Final = {"720p": 720, "1080p": 1080}
_KEY: Final = re.compile(r"[A-Za-z0-9_:.-]{1,255}")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")

_logger = logging.getLogger(__name__)


class Failures(BaseModel):
    """A request to let the next films fail."""

    model_config = ConfigDict(extra="forbid")

    films: int = Field(ge=0, le=1000)


@dataclass(slots=True)
class Film:
    """One film and what became of it."""

    video_id: str
    asked: CreateVideoRequest
    created_at: int
    fails: bool
    status: Literal["pending", "processing", "completed", "failed"] = "pending"
    duration: float | None = None
    files: tuple[tuple[str, tuple[str, str]], ...] = ()  # (field of the answer, its address)
    failure: tuple[str, str] | None = None  # code and message
    completed_at: int | None = None


class Films:
    """The films of one server, and their routes.

    Parameters
    ----------
    people
        Whose voices are known, by the ids of their looks.
    policy
        Where sound may be fetched from.
    studio, assets, files, wallet, intake
        Parts of the server.
    """

    def __init__(
        self,
        people: dict[str, Person],
        policy: Policy,
        studio: Studio,
        *,
        assets: Assets,
        files: Files,
        wallet: Wallet,
        intake: Intake,
    ) -> None:
        self._people = people
        self._policy = policy
        self._studio = studio
        self._assets = assets
        self._files = files
        self._wallet = wallet
        self._intake = intake
        self._films: OrderedDict[str, Film] = OrderedDict()
        self._orders: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._failing = 0
        self._rendering = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """Return the routes, each with the one method it has."""
        return [
            Route(VIDEOS, self._create, methods=["POST"]),
            Route(VIDEOS + "/{video_id}", self._get),
            Route("/rehearsal/fail-films", self._fail, methods=["POST"]),
        ]

    async def _create(self, request: Request) -> Response:
        key = request.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise ApiError.invalid(
                "'Idempotency-Key' must be 1 to 255 letters, digits and _:.- characters.",
                "Idempotency-Key",
            )
        async with self._intake.body(request) as body:
            asked = checked(CreateVideoRequest.model_validate, json_object(body))
            digest = hashlib.sha256(asked.model_dump_json().encode()).digest()
        _refuse_what_is_not_rendered(asked)
        if key is not None and (known := self._orders.get(key)) is not None:
            if known[0] != digest:
                message = "This Idempotency-Key was used for another request."
                raise ApiError(409, "conflict", message, param="Idempotency-Key")
            return _data({"video_id": known[1]})
        unfinished = sum(film.status in {"pending", "processing"} for film in self._films.values())
        if unfinished >= MAX_WAITING:
            raise ApiError.rate_limited(2)
        self._wallet.require(FILM)
        film = Film(uuid.uuid4().hex, asked, int(time.time()), fails=self._failing > 0)
        self._failing = max(0, self._failing - 1)
        self._films[film.video_id] = film
        if key is not None:
            self._orders[key] = (digest, film.video_id)
        for kept in (self._films, self._orders):
            if len(kept) > MAX_KEPT:
                kept.popitem(last=False)
        task = asyncio.create_task(self._make(film))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return _data({"video_id": film.video_id})

    async def _get(self, request: Request) -> Response:
        film = self._films.get(request.path_params["video_id"])
        if film is None:
            raise ApiError.not_found("Video not found.")
        urls = {
            field: str(request.url_for("file", token=token, name=name))
            for field, (token, name) in film.files
        }
        code, message = film.failure or (None, None)
        return _data(
            {
                "id": film.video_id,
                "status": film.status,
                "title": film.asked.title,
                "created_at": film.created_at,
                "completed_at": film.completed_at,
                "duration": film.duration,
                "video_url": urls.get("video_url"),
                "subtitle_url": urls.get("subtitle_url"),
                "captioned_video_url": None,
                "thumbnail_url": urls.get("thumbnail_url"),
                "gif_url": None,
                "video_page_url": None,
                "failure_code": code,
                "failure_message": message,
                "folder_id": None,
                "output_language": None,
            }
        )

    async def _fail(self, request: Request) -> Response:
        async with self._intake.body(request) as body:
            self._failing = checked(Failures.model_validate, json_object(body)).films
        return _data({"films": self._failing})

    async def _make(self, film: Film) -> None:
        async with self._rendering:
            film.status = "processing"
            try:
                await self._render(film)
                film.status = "completed"
            except FilmError as error:
                film.failure = (error.code, str(error))
            except (AudioError, FetchError) as error:
                film.failure = ("invalid_audio", str(error))
            except VoiceError as error:
                film.failure = ("voice_failed", str(error))
            except Exception as error:
                _logger.exception("A film cannot be rendered")
                film.failure = ("internal_error", str(error))
            if film.failure is not None:
                film.status = "failed"
            film.completed_at = int(time.time())

    async def _render(self, film: Film) -> None:
        asked = film.asked
        if film.fails:
            raise FilmError("rehearsed_failure", "The rehearsal asked for this failure.")
        meter = _Meter(self._wallet.left)
        pieces = meter.count(await self._pieces(asked))
        face = await asyncio.to_thread(_face, asked)
        width, height = _size(asked)
        data, seconds = await asyncio.to_thread(
            write_film, face, pieces, width=width, height=height, contain=asked.fit == "contain"
        )
        film.duration = seconds
        self._wallet.pay(seconds * FILM)
        picture = StoredFile.of(await asyncio.to_thread(picture_of, face, 640))
        keep = self._files.keep
        film.files = (
            ("video_url", keep("film.mp4", data, "video/mp4")),
            ("thumbnail_url", keep("film.jpg", picture, "image/jpeg")),
        )
        if asked.caption is not None and asked.script is not None:
            text = StoredFile.of(subtitles(asked.script, meter.words).encode())
            film.files += (("subtitle_url", keep("film.srt", text, "application/x-subrip")),)

    async def _pieces(self, asked: CreateVideoRequest) -> Iterator[SpokenAudio]:
        """Return what is heard, piece by piece."""
        if asked.script is None:
            recording = await asyncio.to_thread(Recording, await self._sound(asked))
            return recording.pieces()
        person = self._people.get(asked.avatar_id)
        voice_id = asked.voice_id or (person.voice_id if person else LIKELY_VOICE)
        settings = asked.voice_settings
        speed = 1.0 if settings is None or settings.speed is None else settings.speed
        engine = await asyncio.to_thread(self._studio.engine)
        return speak(engine, asked.script, voice_id, speed)

    async def _sound(self, asked: CreateVideoRequest) -> StoredFile:
        if asked.audio_asset_id is not None:
            asset = self._assets.find(asked.audio_asset_id)
            if asset is None:
                raise FilmError("asset_not_available", "The sound file does not exist any more.")
            return asset.data
        url = asked.audio_url or ""
        return self._files.find(url) or await fetch(url, self._policy)


def _refuse_what_is_not_rendered(asked: CreateVideoRequest) -> None:
    settings, background = asked.voice_settings, asked.background
    refused = {
        "resolution": asked.resolution == "4k",
        "output_format": asked.output_format == "webm",
        "remove_background": bool(asked.remove_background),
        "voice_settings.pitch": settings is not None and bool(settings.pitch),
        "voice_settings.volume": settings is not None and settings.volume not in {None, 1},
        "background": background is not None
        and not (background.type == "color" and _COLOUR.fullmatch(background.value or "")),
        "caption.style": asked.caption is not None and asked.caption.style is not None,
    }
    for param, is_refused in refused.items():
        if is_refused:
            message = f"This server does not render that '{param}'."
            raise ApiError.invalid(message, param)


def _face(asked: CreateVideoRequest) -> Face:
    look = look_for(asked.avatar_id)
    if asked.background is None or asked.background.value is None:
        return face_for(look)
    colour = asked.background.value
    return Face(replace(look, backdrop=Backdrop("flat", (colour, colour, colour), ())))


def _size(asked: CreateVideoRequest) -> tuple[int, int]:
    across, down = _SHAPES.get(asked.aspect_ratio or "16:9", (16, 9))
    short = _LINES[asked.resolution or "1080p"]
    return short * across // min(across, down), short * down // min(across, down)


class _Meter:
    """Counts what is heard in a film, as long as there is money for it.

    Parameters
    ----------
    dollars
        What is left; None without a limit.
    """

    def __init__(self, dollars: float | None) -> None:
        self.words: list[TimedWord] = []
        self._dollars = dollars
        self._seconds = 0.0

    def count(self, pieces: Iterator[SpokenAudio]) -> Iterator[SpokenAudio]:
        for piece in pieces:
            start, self._seconds = self._seconds, self._seconds + piece.seconds
            if self._seconds > MAX_SECONDS:
                raise FilmError("too_long", f"The film is longer than {MAX_SECONDS:.0f} seconds.")
            cost = self._seconds * FILM
            if self._dollars is not None and cost > self._dollars:
                message = f"${self._dollars:.2f} left, more than ${cost:.2f} needed."
                raise FilmError("insufficient_credit", f"Insufficient credit: {message}")
            self.words += [
                TimedWord(each.word, start + each.start, start + each.end) for each in piece.words
            ]
            yield piece


def _data(data: dict[str, Any]) -> Response:
    return JSONResponse({"data": data})
