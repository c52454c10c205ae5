"""Uploaded audio files: received over HTTP, kept in memory or on disk, used by sessions.

HeyGen also stores images, videos and documents; here an asset can only be used as audio.
Knows no session.
"""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Final, cast

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from heygen_widget.api.models import AssetId
from heygen_widget.local.bodies import Script
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import Intake
from heygen_widget.local.storage import StoredFile
from heygen_widget.local.voice import AudioError, container_of

ASSETS: Final = "/v3/assets"

MAX_FILE: Final = 32 * 1024 * 1024
"""Maximum bytes of one file."""

MAX_KEPT: Final = 256 * 1024 * 1024
MAX_IN_MEMORY: Final = 16 * 1024 * 1024
"""Bytes of all files on disk, and in memory; the least recently used are dropped first."""

MAX_FILES: Final = 128
MAX_SMALL: Final = 1024
"""Maximum number of files. On disk, each uses one of the process's open files."""

_MAX_BODY: Final = MAX_FILE + 64 * 1024  # the file and the form around it
_MAX_FIELDS: Final = 16
_MAX_FIELD: Final = 64 * 1024  # bytes of a part that is not a file
_MEDIA_TYPES: Final = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "ogg": "audio/ogg",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored file: its content, the MIME type detected from it, its name, its Unix time."""

    asset_id: str
    data: StoredFile = field(repr=False)
    mime_type: str
    name: str = ""
    uploaded_at: int = 0


class Assets:
    """The uploaded files of one server."""

    def __init__(self, intake: Intake, *, max_files: int = MAX_FILES) -> None:
        self._intake = intake
        self._max_files = max_files
        self._kept: OrderedDict[str, Asset] = OrderedDict()

    def route(self) -> Route:
        """Return the route, called `asset`, that returns a file."""
        return Route("/assets/{asset_id}", self._read, name="asset")

    def keep(self, data: StoredFile, name: str = "") -> Asset:
        """Store a sound file; 400 if it cannot be played."""
        try:
            mime_type = _MEDIA_TYPES[container_of(data)]
        except AudioError as error:
            raise ApiError.invalid(str(error), "file") from None
        asset_id = f"asset_{secrets.token_hex(16)}"
        asset = Asset(asset_id, data, mime_type, name, int(time.time()))
        self._kept[asset.asset_id] = asset
        self._make_room(on_disk=False, size=MAX_IN_MEMORY, files=MAX_SMALL)
        self._make_room(on_disk=True, size=MAX_KEPT, files=self._max_files)
        return asset

    def find(self, asset_id: str) -> Asset | None:
        """Return the file with that id, if it still exists."""
        if asset_id in self._kept:
            self._kept.move_to_end(asset_id)
        return self._kept.get(asset_id)

    def all(self) -> list[Asset]:
        """Return the stored files, the latest upload first."""
        return sorted(self._kept.values(), key=lambda asset: -asset.uploaded_at)

    def remove(self, asset_id: str) -> bool:
        """Forget a file; return whether it existed."""
        return self._kept.pop(asset_id, None) is not None

    def fill_in(self, script: Script) -> Script:
        """Return the script with the file instead of its id, if it exists."""
        if isinstance(script.audio, AssetId) and (asset := self.find(script.audio.asset_id)):
            return replace(script, audio=asset.data)
        return script

    def _make_room(self, *, on_disk: bool, size: int, files: int) -> None:
        """Drop the oldest files in one place until the others are few and small enough."""
        kept = [asset for asset in self._kept.values() if asset.data.on_disk == on_disk]
        least = size // files
        while len(kept) > 1 and sum(max(asset.data.size, least) for asset in kept) > size:
            del self._kept[kept.pop(0).asset_id]

    async def upload(self, request: Request) -> Response:
        """Store the file in a form."""
        asset = self.keep(*await self._file_in(request))
        answer = {
            "asset_id": asset.asset_id,
            "url": str(request.url_for("asset", asset_id=asset.asset_id)),
            "mime_type": asset.mime_type,
            "size_bytes": asset.data.size,
        }
        return JSONResponse({"data": answer})

    async def _file_in(self, request: Request) -> tuple[StoredFile, str]:
        """Return the part named `file`, and its file name."""
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind.strip().lower() != "multipart/form-data":
            raise _no_file()
        async with self._intake.chunks(request, _MAX_BODY) as chunks:
            reading = _Form(
                request.headers,
                chunks,
                max_files=1,
                max_fields=_MAX_FIELDS,
                max_part_size=_MAX_FIELD,
            )
            try:
                form = await reading.parse()
            except MultiPartException as error:
                raise ApiError.invalid(error.message, "file") from None
            try:
                file = form.get("file")
                if not isinstance(file, UploadFile):
                    raise _no_file()
                if (file.size or 0) > MAX_FILE:
                    raise ApiError.too_large(MAX_FILE)
                return reading.stored, file.filename or ""
            finally:
                await form.close()

    async def _read(self, request: Request) -> Response:
        asset = self.find(request.path_params["asset_id"])
        if asset is None:
            raise ApiError.not_found("The asset does not exist, or no longer exists.")
        return StreamingResponse(
            asset.data.pieces(),
            media_type=asset.mime_type,
            headers={"Content-Length": str(asset.data.size)},
        )


class _Form(MultiPartParser):
    """Reads a form with one file into a `StoredFile`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.stored = StoredFile()

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self._current_part.file.file.close()
            self._current_part.file.file = cast("BinaryIO", _Sink(self.stored))


class _Sink:
    """Adapts a stored file to what the form parser writes to."""

    def __init__(self, stored: StoredFile) -> None:
        self.write = stored.append

    def seek(self, _: int) -> None:
        """Do nothing: the file can be read at any position."""

    def close(self) -> None:
        """Do nothing: the file is kept."""


def _no_file() -> ApiError:
    message = "File is required. Upload a file using multipart/form-data."
    return ApiError.invalid(message, "file")
