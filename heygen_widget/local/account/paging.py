"""Queries of lists, and their pages. Knows no list in particular."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from heygen_widget.local.bodies import refusal
from heygen_widget.local.errors import ApiError

DEFAULT_LIMIT: Final = 20
"""Items of a page whose query does not say how many."""

_LONGEST: Final = 6  # digits of a number in a query

T = TypeVar("T")
QueryT = TypeVar("QueryT", bound=BaseModel)


def read_query(request: Request, model: type[QueryT], limit: int) -> tuple[QueryT, str | None]:
    """Return a list's query and its page token; 400 for anything that is not allowed.

    Parameters
    ----------
    request
        The request.
    model
        What may be asked, beside the token.
    limit
        The most items of a page.
    """
    given = request.query_params.multi_items()
    fields: dict[str, Any] = dict(given)
    if len(fields) < len(given):
        raise ApiError.invalid("A query parameter is given twice.")
    token = fields.pop("token", None)
    asked = fields.get("limit", str(DEFAULT_LIMIT))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST else 0
    if not 1 <= number <= limit:
        raise ApiError.invalid(f"'limit' must be between 1 and {limit}.", "limit")
    fields["limit"] = number
    try:
        return model.model_validate(fields), token
    except ValidationError as error:
        raise refusal(error.errors()[0]) from None


class Pager:
    """Cuts lists into pages, with tokens that only lead on in the list they were made for."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(16)

    def page(
        self,
        items: Sequence[T],
        query: BaseModel,
        token: str | None,
        show: Callable[[T], dict[str, Any]],
    ) -> dict[str, Any]:
        """Return the page of `items` that `token` leads to; 400 if it leads nowhere.

        Parameters
        ----------
        items
            All that fits the query.
        query
            What was asked; its `limit` is the length of a page.
        token
            From the page before; None for the first.
        show
            Describes one item.
        """
        name = f"{type(query).__name__} {query.model_dump_json(exclude={'limit'})}"
        start = 0 if token is None else self._start(name, token)
        limit: int = query.limit  # type: ignore[attr-defined]
        end = start + limit
        more = end < len(items)
        return {
            "data": [show(item) for item in items[start:end]],
            "has_more": more,
            "next_token": self._token(name, end) if more else None,
        }

    def _token(self, name: str, start: int) -> str:
        signature = hmac.digest(self._secret, f"{start} {name}".encode(errors="replace"), "sha256")
        return f"{start}.{signature[:12].hex()}"

    def _start(self, name: str, token: str) -> int:
        number = token.partition(".")[0]
        known = number.isascii() and number.isdigit() and len(number) <= _LONGEST
        if not known or not hmac.compare_digest(
            token.encode(errors="replace"), self._token(name, int(number)).encode()
        ):
            raise ApiError.invalid("Invalid pagination token", "token")
        return int(number)
