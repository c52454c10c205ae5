"""The account's routes: people, voices, speech files, money and stored files; films join them."""

import asyncio
import hashlib
import time
import uuid
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heygen_widget.api.account.models import (
    AssetQuery,
    GroupQuery,
    LookQuery,
    SpeechRequest,
    VoiceQuery,
    VoiceSearch,
)
from heygen_widget.api.prices import SPEECH
from heygen_widget.local.account.files import Files
from heygen_widget.local.account.films import Films
from heygen_widget.local.account.paging import Pager, read_query
from heygen_widget.local.account.people import Person, list_people
from heygen_widget.local.account.previews import Previews
from heygen_widget.local.account.speech import speak_to_file
from heygen_widget.local.account.voices import ListedVoice, list_voices
from heygen_widget.local.account.wallet import Wallet
from heygen_widget.local.assets import ASSETS, Asset, Assets
from heygen_widget.local.bodies import checked, json_object
from heygen_widget.local.errors import ApiError
from heygen_widget.local.face import HEIGHT, WIDTH
from heygen_widget.local.fetch import ANYWHERE, PUBLIC
from heygen_widget.local.intake import Intake
from heygen_widget.local.settings import Settings
from heygen_widget.local.studio import Studio

USERNAME: Final = "rehearsal"
"""Whose account it is."""

STARFISH: Final = "starfish"
"""The engine of voices that speak to files: here, all."""

_MOST_GROUPS: Final = 50
_MOST_VOICES: Final = 100
_MATCHES: Final = 3
_AT_ONCE: Final = 2  # texts that are spoken to files


class AccountApi:
    """The account of one server.

    Parameters
    ----------
    settings, studio, assets, files, wallet, intake
        Parts of the server.
    """

    def __init__(
        self,
        settings: Settings,
        studio: Studio,
        *,
        assets: Assets,
        files: Files,
        wallet: Wallet,
        intake: Intake,
    ) -> None:
        self._studio = studio
        self._assets = assets
        self._files = files
        self._wallet = wallet
        self._intake = intake
        self._people = list_people(settings.avatar_count)
        self._groups = {person.group_id: person for person in self._people}
        self._looks = {person.look_id: person for person in self._people}
        self._voices = list_voices(settings.voice_count, settings.voices)
        self._own_voices = settings.voices
        self._previews = Previews(self._looks, self._voices, studio)
        self._pager = Pager()
        self._films = Films(
            self._looks,
            ANYWHERE if settings.allow_private_urls else PUBLIC,
            studio,
            assets=assets,
            files=files,
            wallet=wallet,
            intake=intake,
        )
        self._began = int(time.time())
        self._speaking = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/v3/avatars", self._list_groups),
            Route("/v3/avatars/looks", self._list_looks),
            Route("/v3/avatars/looks/{look_id}", self._get_look),
            Route("/v3/avatars/{group_id}", self._get_group),
            Route("/v3/voices", self._list_or_search, methods=["GET", "POST"]),
            Route("/v3/voices/speech", self._speak, methods=["POST"]),
            Route("/v3/voices/{voice_id}", self._get_voice),
            Route("/v3/users/me", self._me),
            Route(ASSETS, self._list_or_store, methods=["GET", "POST"]),
            Route(ASSETS + "/{asset_id}", self._get_or_delete_asset, methods=["GET", "DELETE"]),
            *self._films.routes(),
            self._files.route(),
            self._previews.route(),
        ]

    async def _list_groups(self, request: Request) -> Response:
        query, token = read_query(request, GroupQuery, _MOST_GROUPS)
        people = [] if query.ownership == "private" else self._people
        return JSONResponse(
            self._pager.page(people, query, token, lambda each: self._group(request, each))
        )

    async def _get_group(self, request: Request) -> Response:
        person = self._groups.get(request.path_params["group_id"])
        if person is None:
            raise ApiError.not_found("Avatar not found.")
        return _data(self._group(request, person))

    async def _list_looks(self, request: Request) -> Response:
        query, token = read_query(request, LookQuery, _MOST_GROUPS)
        fits = query.ownership != "private" and query.avatar_type in {None, "photo_avatar"}
        looks = [
            person for person in self._people if fits and query.group_id in {None, person.group_id}
        ]
        return JSONResponse(
            self._pager.page(looks, query, token, lambda each: self._look(request, each))
        )

    async def _get_look(self, request: Request) -> Response:
        person = self._looks.get(request.path_params["look_id"])
        if person is None:
            raise ApiError.not_found("Avatar look not found.")
        return _data(self._look(request, person))

    async def _list_or_search(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._search(request)
        query, token = read_query(request, VoiceQuery, _MOST_VOICES)
        kind = query.type or "public"
        language = (query.language or "").casefold()
        voices = [
            voice
            for voice in self._voices.values()
            if self._type(voice) == kind
            and query.engine in {None, STARFISH}
            and language in {"", voice.language.casefold()}
            and query.gender in {None, voice.gender}
        ]
        return JSONResponse(
            self._pager.page(voices, query, token, lambda each: self._listed(request, each))
        )

    async def _search(self, request: Request) -> Response:
        async with self._intake.body(request) as body:
            asked = checked(VoiceSearch.model_validate, json_object(body))
        words = {*asked.prompt.casefold().split()}
        locale = (asked.locale or "").casefold().partition("-")[0]

        def rank(voice: ListedVoice) -> tuple[int, bytes]:
            about = {voice.language.casefold(), voice.gender, voice.name.casefold()}
            language = "en" if voice.language == "English" else voice.voice_id[: len(locale)]
            misfits = 2 * (asked.gender not in {None, voice.gender})
            misfits += 2 * (locale not in {"", language})
            chance = f"{asked.seed} {asked.prompt} {voice.voice_id}".encode(errors="replace")
            return misfits - len(words & about), hashlib.sha256(chance).digest()

        found = sorted(self._voices.values(), key=rank)[:_MATCHES]
        voices = [self._listed(request, voice) for voice in found]
        return _data({"seed": asked.seed, "voices": voices})

    async def _get_voice(self, request: Request) -> Response:
        voice = self._voices.get(request.path_params["voice_id"])
        if voice is None:
            raise ApiError(404, "voice_not_found", "Voice not found.")
        listed = self._listed(request, voice)
        for name in ("support_locale", "type"):
            del listed[name]
        return _data(
            {
                **listed,
                "status": "complete",
                "failure_message": None,
                "created_at": self._began,
                "support_interactive_avatar": False,
            }
        )

    async def _speak(self, request: Request) -> Response:
        async with self._intake.body(request) as body:
            asked = checked(SpeechRequest.model_validate, json_object(body))
        async with self._speaking:
            engine = await asyncio.to_thread(self._studio.engine)
            spoken = await asyncio.to_thread(
                speak_to_file,
                engine,
                asked.text,
                asked.voice_id,
                ssml=asked.input_type == "ssml",
                speed=asked.speed,
            )
        cost = spoken.seconds * SPEECH
        self._wallet.require(cost)
        self._wallet.pay(cost)
        token, name = self._files.keep("speech.mp3", spoken.mp3, "audio/mpeg")
        return _data(
            {
                "audio_url": str(request.url_for("file", token=token, name=name)),
                "duration": round(spoken.seconds, 3),
                "request_id": uuid.uuid4().hex,
                "word_timestamps": [
                    {"word": each.word, "start": round(each.start, 3), "end": round(each.end, 3)}
                    for each in spoken.words
                ],
            }
        )

    async def _me(self, _: Request) -> Response:
        return _data(
            {
                "username": USERNAME,
                "email": None,
                "first_name": None,
                "last_name": None,
                "billing_type": "wallet",
                "wallet": {
                    "currency": "usd",
                    "remaining_balance": self._wallet.left,
                    "auto_reload": {
                        "enabled": False,
                        "amount_usd": None,
                        "threshold_usd": None,
                    },
                },
                "subscription": None,
                "usage_based": None,
            }
        )

    async def _list_or_store(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._assets.upload(request)
        query, token = read_query(request, AssetQuery, _MOST_VOICES)
        theirs = query.username == USERNAME and query.folder_id is None
        assets = self._assets.all() if theirs else []
        return JSONResponse(
            self._pager.page(assets, query, token, lambda each: _asset(request, each))
        )

    async def _get_or_delete_asset(self, request: Request) -> Response:
        asset = self._assets.find(request.path_params["asset_id"])
        if asset is None:
            raise ApiError(404, "resource_not_found", "Asset not found.")
        if request.method == "DELETE":
            self._assets.remove(asset.asset_id)
            return _data({"id": asset.asset_id})
        return _data(_asset(request, asset))

    def _group(self, request: Request, person: Person) -> dict[str, Any]:
        return {
            "id": person.group_id,
            "name": person.name,
            "created_at": self._began,
            "looks_count": 1,
            **self._about(request, person),
            "consent_status": None,
            "status": None,
            "error": None,
        }

    def _look(self, request: Request, person: Person) -> dict[str, Any]:
        return {
            "id": person.look_id,
            "name": person.look_name,
            "avatar_type": "photo_avatar",
            "group_id": person.group_id,
            **self._about(request, person),
            "tags": [*person.tags],
            "supported_api_engines": ["avatar_iv"],
            "image_width": WIDTH,
            "image_height": HEIGHT,
            "preferred_orientation": "landscape",
            "status": None,
            "error": None,
        }

    def _about(self, request: Request, person: Person) -> dict[str, Any]:
        return {
            "preview_image_url": self._previews.url(request, f"{person.look_id}.jpg"),
            "preview_video_url": self._previews.url(request, f"{person.look_id}.mp4"),
            "gender": person.gender,
            "default_voice_id": person.voice_id,
        }

    def _listed(self, request: Request, voice: ListedVoice) -> dict[str, Any]:
        return {
            "voice_id": voice.voice_id,
            "name": voice.name,
            "language": voice.language,
            "gender": voice.gender,
            "preview_audio_url": self._previews.url(request, f"{voice.voice_id}.mp3"),
            "support_pause": True,
            "support_locale": False,
            "type": self._type(voice),
        }

    def _type(self, voice: ListedVoice) -> str:
        return "private" if voice.voice_id in self._own_voices else "public"


def _asset(request: Request, asset: Asset) -> dict[str, Any]:
    return {
        "id": asset.asset_id,
        "name": asset.name,
        "type": asset.mime_type.partition("/")[0],
        "owner": USERNAME,
        "space_id": USERNAME,
        "uploaded_at": asset.uploaded_at,
        "url": str(request.url_for("asset", asset_id=asset.asset_id)),
        "folder_id": None,
    }


def _data(data: dict[str, Any]) -> Response:
    return JSONResponse({"data": data})
