"""Base classes of HeyGen's API bodies: strict in requests, lenient in responses."""

from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
)

from heygen_widget.api.plain import one_line, plain

LONGEST_NAME: Final = 200
"""Characters of an identifier. HeyGen's have 36 at most."""
LONGEST_URL: Final = 8192
"""Characters of a URL that browsers and servers accept."""


Words = Annotated[str, AfterValidator(one_line)]
"""What a server says to people: a plain line of at most `heygen_widget.api.plain.LONGEST`."""
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(plain)]
"""What a server calls something. It is said back, so it is not cut: one too long is refused."""


class RequestBody(BaseModel):
    """A request body: no unknown fields, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerBody(BaseModel):
    """A response body: unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def if_valid(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Leave out what another server means by the name of an optional field."""
    try:
        return validate(value)
    except ValidationError:
        return None


def is_http(url: str) -> bool:
    """Tell whether a browser can open `url`."""
    fits = len(url) <= LONGEST_URL and plain(url) == url
    return fits and url.lower().startswith(("http://", "https://"))
