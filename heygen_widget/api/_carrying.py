"""What both wires have in common: settings, requests and responses. Sends nothing."""

import asyncio
import copy
from collections.abc import Generator
from dataclasses import replace
from io import BytesIO
from typing import Any, Final, Self

import httpx

from heygen_widget.api.bounded import TooMuch

from ._answers import unexpected
from ._birth import Birth
from ._exchange import Outcome, Step, exchange
from ._key import KeyAuth, Secret
from ._lines import Line, Lines
from ._operations import AnswerT, Operation
from ._settings import Settings
from ._writing import AsyncWriting, Writing
from .errors import HeyGenError

MAX_REFUSAL: Final = 64 * 1024
"""Bytes of a refusal that are read; the status says enough, so the rest is dropped."""


class BaseWire:
    """Carries out operations."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._auth = KeyAuth(settings.key)
        self._birth = Birth("client")

    @property
    def once(self) -> Self:
        """The same wire, on which each request is sent once: its user repeats them."""
        wire = copy.copy(self)
        wire.settings = replace(self.settings, max_retries=0)
        return wire

    def _flow(
        self, http: httpx.Client | httpx.AsyncClient, operation: Operation[AnswerT]
    ) -> Generator[Step, Outcome, httpx.Response]:
        """Return what to do until the operation is answered; a streamed answer stays unread."""
        settings = self.settings
        request = request_for(http, settings, operation)
        return exchange(operation, request, settings.key, max_retries=settings.max_retries)


def request_for(
    http: httpx.Client | httpx.AsyncClient, settings: Settings, operation: Operation[AnswerT]
) -> httpx.Request:
    file = operation.upload
    uploads = file is not None
    key = operation.idempotency_key
    writing = AsyncWriting() if isinstance(http, httpx.AsyncClient) else Writing()
    return http.build_request(
        operation.method,
        settings.base_url + operation.path,
        content=operation.body,
        # From bytes httpx would make a single write, and one timeout for all of it.
        files={"file": (file.filename, BytesIO(file.data), file.media_type)} if file else None,
        headers={
            **settings.headers(streamed=operation.streamed, uploads=uploads),
            **({"idempotency-key": key} if key else {}),
        },
        timeout=settings.timeouts(
            streamed=operation.streamed, uploads=uploads, patience=operation.patience
        ),
        extensions={"trace": writing},
    )


def give_up_unless_orderly(lines: Lines[Any], line: Line[Any], error: BaseException) -> None:
    """Trust a line no longer, unless what ended a request is known to leave it in order.

    httpx clears up after a cancellation, which comes only where it awaits; and after the end of a
    generator, which is that of its consumer.
    """
    if not isinstance(error, HeyGenError | asyncio.CancelledError | GeneratorExit):
        lines.give_up(line)


def most_of(operation: Operation[AnswerT], response: httpx.Response) -> int:
    return operation.most if response.is_success else MAX_REFUSAL


def patience_of(request: httpx.Request) -> float | None:
    """Return the seconds in which an answer is to be there, whole."""
    patience: float | None = request.extensions["timeout"]["read"]
    return patience


def writing_of(request: httpx.Request) -> Writing:
    writing: Writing = request.extensions["trace"]
    return writing


def as_read(response: httpx.Response, body: bytes) -> httpx.Response:
    """Return an answer that holds its body, unpacked; not how it came."""
    # As bytes: what httpx reads in a header, it does not always write.
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in {b"content-encoding", b"content-length", b"transfer-encoding"}
    ]
    return httpx.Response(
        response.status_code, headers=headers, content=body, request=response.request
    )


def cut_short(
    operation: Operation[AnswerT], response: httpx.Response, much: TooMuch, key: Secret
) -> httpx.Response:
    """Handle a response that is too long: for a refusal, the status alone is enough."""
    if response.is_success:
        raise unexpected(operation, response, str(much), key)
    return as_read(response, much.start)
