"""Reads a server's response: a model, or the matching error of the tree.

Trusts nothing: error pages may be HTML, empty, or come from another service.
"""

import email.utils
import math
import time
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import ValidationError
from pydantic_core import from_json

from heygen_widget.api.in_line import place_of
from heygen_widget.api.plain import one_line

from ._key import Secret
from ._operations import AnswerT, Operation
from .errors import APIError, RateLimited, ServerError, UnexpectedResponse

_MOST_THINGS: Final = 100_000  # lists and objects in an answer; words are 10,000 an hour
_MOST_PROBLEMS: Final = 3  # of an answer, that are worth telling
_LONGEST_DATE: Final = 100  # characters of the longest form of Retry-After, and some


def read_answer(operation: Operation[AnswerT], response: httpx.Response, key: Secret) -> AnswerT:
    """Read the `data` of a successful answer.

    Raises
    ------
    UnexpectedResponse
        When the body is not the agreed one.
    """
    try:
        data = operation.dialect.data_of(key.scrub_answer(parsed(response.content)))
        return operation.answer.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[:_MOST_PROBLEMS]
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in first)
    except (ValueError, LookupError, TypeError):
        found = "it contains no JSON object with 'data'"
    raise unexpected(operation, response, found, key)


def parsed(text: str | bytes) -> Any:
    """Read JSON.

    Raises
    ------
    ValueError
        When it is none, or holds so many things that they take far more memory than their text.
    """
    opening: Any = ("{", "[") if isinstance(text, str) else (b"{", b"[")
    if sum(map(text.count, opening)) > _MOST_THINGS:
        raise ValueError("it has too many elements")
    return from_json(text)


def unexpected(
    operation: Operation[AnswerT], response: httpx.Response, found: str, key: Secret
) -> UnexpectedResponse:
    """Create the error for a successful response that cannot be read; `found` says why."""
    return UnexpectedResponse(
        f"{operation.name} succeeded, but the response cannot be read: "
        f"{one_line(key.scrub(found))}.",
        hint="Check that the base URL points to HeyGen's API.",
        status=response.status_code,
        request_id=_request_id(response, key),
    )


def api_error(operation: Operation[AnswerT], response: httpx.Response, key: Secret) -> APIError:
    """Create the error for a response that refuses the request."""
    status = response.status_code
    details = _details(response, key)
    kind = operation.dialect.kind_of(status, details)
    words = details.get("message") or _phrase(status)
    number = " ".join(filter(None, (str(status), details.get("code"))))
    error = kind(
        f"{operation.name} failed ({number}): {words.rstrip('.')}.",
        hint=operation.hints.get(status) or _hint(operation, kind, response),
        status=status,
        code=details.get("code"),
        param=details.get("param"),
        doc_url=details.get("doc_url"),
        request_id=_request_id(response, key),
    )
    if isinstance(error, RateLimited):
        error.retry_after = retry_after(response)
        position, wait = place_of(response.headers)
        error.position, error.wait = position, wait
        if error.retry_after and position is None:
            error.hint = (
                f"{error.hint} The server asks you to wait {error.retry_after:g} s.".strip()
            )
    return error


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the header Retry-After asks for, in either of its two forms."""
    value = response.headers.get("retry-after", "")[:_LONGEST_DATE].strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
        seconds = max(seconds, 0.0)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _hint(operation: Operation[AnswerT], kind: type[APIError], response: httpx.Response) -> str:
    if response.has_redirect_location:
        return "The server redirects, and the key is not forwarded. Correct the base URL."
    if kind is ServerError:
        return (
            "The server failed; try again later."
            if operation.repeatable
            else "The server failed, but may still have carried out the request."
        )
    return operation.dialect.hints.get(kind, "")


def _details(response: httpx.Response, key: Secret) -> dict[str, str]:
    """Find message, code, param and doc_url in whatever the server sent."""
    try:
        body = parsed(response.content)
    except ValueError:
        return {"message": _plain_text(key.scrub(response.content.decode(errors="replace")))}
    if not isinstance(body, dict):
        return {}
    inner = body.get("error") or body.get("detail")
    source: dict[str, Any] = inner if isinstance(inner, dict) else body
    found = {name: source.get(name) for name in ("message", "code", "param", "doc_url")}
    if isinstance(inner, str):
        found["message"] = inner
    return {
        name: one_line(key.scrub(str(value)))
        for name, value in found.items()
        if isinstance(value, str | int) and value != ""
    }


def _plain_text(text: str) -> str:
    """Return what a person would read in a text or a web page."""
    lower = text.lower()
    if not any(f"<{tag}" in lower for tag in ("html", "!doctype", "head", "body")):
        return one_line(text)
    # With `find`, as a regular expression would look for the end of each of many titles.
    start = lower.find(">", lower.find("<title")) + 1 if "<title" in lower else 0
    title = one_line(text[start : text.find("<", start)]) if start else ""
    return f"a web page: {title}" if title else "a web page"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


def _request_id(response: httpx.Response, key: Secret) -> str | None:
    return one_line(key.scrub(response.headers.get("x-request-id", ""))) or None
