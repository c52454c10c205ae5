"""Fetches speech files, which their hosts serve without a key."""

import asyncio
from itertools import islice
from typing import Final

import httpx

from heygen_widget.api.backoff import growing
from heygen_widget.api.bounded import ENCODINGS, TooMuch, aread
from heygen_widget.api.errors import APIConnectionError, HeyGenError
from heygen_widget.api.files import MAX_UPLOAD

_ATTEMPTS: Final = 3
_TIMEOUT: Final = 30.0  # seconds


async def downloaded(url: str) -> bytes:
    """Return the content at a URL, of at most 32 MB; tries again when the line breaks.

    Raises
    ------
    HeyGenError
        When it cannot be fetched. Names no more of the URL than its host: the rest may be secret.
    """
    host = httpx.URL(url).host
    pauses = growing(2.0)
    failure: HeyGenError | None = None
    # No proxy leads to this very machine.
    nearby = host in {"127.0.0.1", "::1", "localhost"}
    async with httpx.AsyncClient(trust_env=not nearby, timeout=_TIMEOUT) as http:
        for pause in islice(pauses, _ATTEMPTS):
            try:
                return await _fetch(http, url, host)
            except httpx.HTTPError as error:
                reason = str(error) or type(error).__name__
                failure = APIConnectionError(
                    f"The speech file cannot be fetched from {host} ({reason}).",
                    hint="Listen again.",
                )
            await asyncio.sleep(pause)
    raise failure or HeyGenError("The speech file was not fetched.")


async def _fetch(http: httpx.AsyncClient, url: str, host: str) -> bytes:
    headers = {"accept-encoding": ENCODINGS}
    async with http.stream("GET", url, headers=headers, follow_redirects=True) as answer:
        if answer.is_server_error:
            raise httpx.ReadError(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise HeyGenError(
                f"The speech file cannot be fetched from {host} (HTTP {answer.status_code}).",
                hint="Its address may have expired; listen again.",
                status=answer.status_code,
            )
        try:
            return await aread(answer, MAX_UPLOAD)
        except TooMuch as much:
            raise HeyGenError(f"The speech file cannot be used: {much}.") from None
