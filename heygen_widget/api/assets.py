"""Uploads as methods, blocking and asynchronous.

Defines the arguments; `_operations` defines the requests.
"""

import asyncio
from pathlib import Path
from typing import BinaryIO

from . import _operations as operations
from ._async_wire import AsyncWire
from ._wire import Wire
from .models import UploadedAsset


class Assets:
    """Files stored at HeyGen, used by their id.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def upload(
        self,
        data: bytes | BinaryIO | Path,
        *,
        filename: str | None = None,
        media_type: str | None = None,
    ) -> UploadedAsset:
        """Upload a file of at most 32 MB.

        Never retried automatically, except after 429.

        Parameters
        ----------
        data
            The content, an open binary file, or a path; read whole before anything is sent.
        filename
            The file name; by default its own name, if it has one.
        media_type
            Its MIME type, such as ``audio/mpeg``; guessed from the name by default. HeyGen looks
            at the content.

        Raises
        ------
        OSError
            When the file cannot be read.
        """
        return self._wire.run(operations.upload(data, filename, media_type))


class AsyncAssets:
    """Files stored at HeyGen, used by their id.

    Every method raises `InvalidRequest` for invalid arguments, `APIError` when the
    server refuses, and `APIConnectionError` when there is no response.
    """

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def upload(
        self,
        data: bytes | BinaryIO | Path,
        *,
        filename: str | None = None,
        media_type: str | None = None,
    ) -> UploadedAsset:
        """Upload a file of at most 32 MB.

        Never retried automatically, except after 429.

        Parameters
        ----------
        data
            The content, an open binary file, or a path; read whole before anything is sent.
        filename
            The file name; by default its own name, if it has one.
        media_type
            Its MIME type, such as ``audio/mpeg``; guessed from the name by default. HeyGen looks
            at the content.

        Raises
        ------
        OSError
            When the file cannot be read.
        """
        # A disk or a pipe may be slow, and nothing else on the loop should wait for it.
        upload = await asyncio.to_thread(operations.upload, data, filename, media_type)
        return await self._wire.run(upload)
