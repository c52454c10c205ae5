"""Preview pictures, clips and sounds of the listed people and voices, made when first asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heygen_widget.local.account.files import FILES, MadeFile, send
from heygen_widget.local.account.film import picture_of, write_film
from heygen_widget.local.account.people import Person
from heygen_widget.local.account.speech import speak_to_file
from heygen_widget.local.account.voices import ListedVoice
from heygen_widget.local.errors import ApiError
from heygen_widget.local.face import HEIGHT, WIDTH, face_for
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.studio import Studio

MAX_KEPT: Final = 128
"""Previews that are kept, of some 30 kB each."""

_WIDTH: Final = 640  # pixels


class Previews:
    """The previews of one server, and their route.

    Parameters
    ----------
    people, voices
        Who there is, by the ids of looks and voices.
    studio
        Draws and speaks.
    """

    def __init__(
        self, people: Mapping[str, Person], voices: Mapping[str, ListedVoice], studio: Studio
    ) -> None:
        self._people = people
        self._voices = voices
        self._studio = studio
        self._token = token_urlsafe(24)
        self._kept: OrderedDict[str, MadeFile] = OrderedDict()
        self._making = asyncio.Lock()

    def route(self) -> Route:
        """Return the route, called `preview`."""
        return Route(FILES + "{token}/previews/{name}", self._read, name="preview")

    def url(self, request: Request, name: str) -> str:
        """Return the address of a preview, such as ``"maya.jpg"``."""
        return str(request.url_for("preview", token=self._token, name=name))

    async def _read(self, request: Request) -> Response:
        name = request.path_params["name"]
        make = self._maker(name) if request.path_params["token"] == self._token else None
        if make is None:
            raise ApiError.not_found("The preview does not exist.")
        # One after another: a page asks for many at once.
        async with self._making:
            if name not in self._kept:
                self._kept[name] = await asyncio.to_thread(make)
                if len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
        return send(request, self._kept[name])

    def _maker(self, name: str) -> Callable[[], MadeFile] | None:
        stem, _, kind = name.rpartition(".")
        person, voice = self._people.get(stem), self._voices.get(stem)
        if person is not None and kind == "jpg":
            return lambda: self._picture(person)
        if person is not None and kind == "mp4":
            return lambda: self._clip(person)
        if voice is not None and kind == "mp3":
            return lambda: self._sound(voice)
        return None

    def _picture(self, person: Person) -> MadeFile:
        return MadeFile(StoredFile.of(picture_of(face_for(person.face), _WIDTH)), "image/jpeg")

    def _clip(self, person: Person) -> MadeFile:
        said = self._studio.engine().speak(f"Hello, I am {person.name}.", person.voice_id)
        film, _ = write_film(
            face_for(person.face), [said], width=_WIDTH, height=_WIDTH * HEIGHT // WIDTH
        )
        return MadeFile(film, "video/mp4")

    def _sound(self, voice: ListedVoice) -> MadeFile:
        engine = self._studio.engine()
        spoken = speak_to_file(engine, voice.sample, voice.voice_id, ssml=False, speed=1.0)
        return MadeFile(spoken.mp3, "audio/mpeg")
