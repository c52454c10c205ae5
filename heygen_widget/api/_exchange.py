"""One operation from request to answer, retries included, without doing any I/O.

`exchange` is a generator that says what to do next: send this request, or pause so long. The two
clients drive it, one with `httpx.Client`, the other with `httpx.AsyncClient`.
"""

import logging
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

import httpx

from heygen_widget.api.backoff import LONGEST_WAIT, growing

from ._answers import api_error, retry_after
from ._key import Secret
from ._operations import AnswerT, Operation
from ._writing import Writing
from .errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    HeyGenError,
    RateLimited,
    ServerError,
)

_FIRST_PAUSE: Final = 0.5  # seconds

# Raised before the first byte of a request is written, TLS included.
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds, then go on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A request without a response. Holds no exception, because its frames would hold the key."""

    reason: str
    timed_out: bool
    sent: bool | None
    status: int | None = None

    @classmethod
    def of(cls, error: httpx.RequestError, response: httpx.Response | None = None) -> Self:
        """Describe what httpx raised, before or (with `response`) within the answer."""
        return cls(
            reason=str(error) or type(error).__name__,
            timed_out=isinstance(error, httpx.TimeoutException),
            sent=_was_sent(error, response),
            status=None if response is None else response.status_code,
        )


T = TypeVar("T")
StepT = TypeVar("StepT", httpx.Request, Operation[Any])
Step = httpx.Request | Pause
Outcome = httpx.Response | Fault


def lost_body(error: httpx.RequestError, response: httpx.Response) -> Outcome:
    """Handle a response that was cut off: for a refusal, the status alone is enough."""
    if response.is_success:
        return Fault.of(error, response)
    telling = {b"retry-after", b"x-request-id", b"location"}
    headers = [each for each in response.headers.raw if each[0].lower() in telling]
    return httpx.Response(response.status_code, headers=headers, request=response.request)


def exchange(
    operation: Operation[AnswerT], request: httpx.Request, key: Secret, *, max_retries: int
) -> Generator[Step, Outcome, httpx.Response]:
    """Yield what to do next until a request succeeds, and return its response.

    Send back the answer or the fault of each request, and nothing after a pause.

    Raises
    ------
    APIError, APIConnectionError
        When it failed for good.
    """
    attempt = 0
    pauses = growing(LONGEST_WAIT, _FIRST_PAUSE)
    while True:
        outcome = yield request
        asked: float | None = None
        if isinstance(outcome, Fault):
            error: HeyGenError = connection_error(operation, request, outcome, key)
        elif operation.dialect.accepts(outcome):
            return outcome
        else:
            error = api_error(operation, outcome, key)
            asked = retry_after(outcome)
        if attempt >= max_retries or not _may_repeat(operation, error):
            raise error
        pause = next(pauses)
        if asked is not None:
            pause = min(asked, LONGEST_WAIT)
            _log.warning("%s Retrying in %.1f s.", error.message, pause)
        yield Pause(pause)
        attempt += 1


def connection_error(
    operation: Operation[AnswerT], request: httpx.Request, fault: Fault, key: Secret
) -> APIConnectionError:
    """Create the error for a request without a complete response."""
    host = request.url.netloc.decode()
    if fault.sent is False:
        happened = f"{host} could not be reached"
        hint = "Nothing was sent; check the network and the base URL."
    elif fault.sent:
        happened = f"the response from {host} was cut off"
        hint = "The server received the request."
    else:
        happened = f"{host} did not answer in time" if fault.timed_out else f"{host} hung up"
        hint = "The server may have received the request."
    if operation.idempotency_key is not None and fault.sent is not False:
        hint = (
            f"Try again with idempotency_key={operation.idempotency_key!r}; nothing is done twice."
        )
    elif operation.repeatable and fault.sent is not False:
        hint = "The request changes nothing; try again."
    elif operation.undo and fault.timed_out and fault.sent is None:
        hint = "If the server still opens a session, it is ended once the server reports it."
    kind = APITimeoutError if fault.timed_out else APIConnectionError
    error = kind(
        key.scrub(f"{operation.name} failed: {happened} ({fault.reason})."),
        hint=hint,
        status=fault.status,
    )
    error.sent = fault.sent
    return error


def _may_repeat(operation: Operation[AnswerT], error: HeyGenError) -> bool:
    if operation.once:
        return False
    if isinstance(error, RateLimited):  # refused before anything was done
        return error.position is None  # a queue may be long: whoever waits decides
    unclear = isinstance(error, ServerError) or not isinstance(error, APIError)
    return operation.repeatable and unclear


def _was_sent(error: httpx.RequestError, response: httpx.Response | None) -> bool | None:
    if response is not None:
        return True
    writing = error.request.extensions.get("trace")
    broke_off = isinstance(writing, Writing) and writing.broke_off
    return False if broke_off or isinstance(error, _NEVER_SENT) else None
