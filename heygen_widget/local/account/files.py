"""Files that the server has made, for anyone who knows their address, as on HeyGen's file hosts."""

import re
import secrets
from collections import OrderedDict
from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heygen_widget.api.models import AssetUrl
from heygen_widget.local.bodies import Script
from heygen_widget.local.errors import ApiError
from heygen_widget.local.storage import StoredFile

FILES: Final = "/files/"

MAX_KEPT: Final = 256 * 1024 * 1024
MAX_FILES: Final = 64
"""Bytes and number of all files; the oldest are dropped first. Large ones are on disk."""

_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


class MadeFile(NamedTuple):
    """A file and its MIME type."""

    data: StoredFile
    media_type: str


class Files:
    """The made files of one server, and their route."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, MadeFile] = OrderedDict()

    def route(self) -> Route:
        """Return the route, called `file`."""
        return Route(FILES + "{token}/{name}", self._read, name="file")

    def keep(self, name: str, data: StoredFile, media_type: str) -> tuple[str, str]:
        """Store a file; return the token and the name that are its address."""
        token = secrets.token_urlsafe(24)
        self._kept[f"{token}/{name}"] = MadeFile(data, media_type)
        while len(self._kept) > 1 and (
            len(self._kept) > MAX_FILES
            or sum(file.data.size for file in self._kept.values()) > MAX_KEPT
        ):
            self._kept.popitem(last=False)
        return token, name

    def fill_in(self, script: Script) -> Script:
        """Return the script with the file instead of its URL, if it is one of these."""
        file = self.find(script.audio.url) if isinstance(script.audio, AssetUrl) else None
        return script if file is None else replace(script, audio=file)

    def find(self, url: str) -> StoredFile | None:
        """Return the content of a URL, if it is one of these files."""
        try:
            path = urlsplit(url).path
        except ValueError:
            return None
        file = self._kept.get(path.removeprefix(FILES)) if path.startswith(FILES) else None
        return None if file is None else file.data

    async def _read(self, request: Request) -> Response:
        path = request.path_params
        file = self._kept.get(f"{path['token']}/{path['name']}")
        if file is None:
            raise ApiError.not_found("The file does not exist, or no longer exists.")
        return send(request, file)


def send(request: Request, file: MadeFile) -> Response:
    """Return a file, or the part of it that a player asks for."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
    size = file.data.size
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(file.data.read_at(0, size), media_type=file.media_type, headers=headers)
    start = int(asked[1])
    end = min(int(asked[2] or size - 1), size - 1)
    if start > end:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=416, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    part = file.data.read_at(start, end - start + 1)
    return Response(part, 206, media_type=file.media_type, headers=headers)
