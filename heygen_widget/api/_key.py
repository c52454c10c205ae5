"""The API key: hidden, and added to a request only while it is being sent.

Knows nothing of the API.
"""

from collections.abc import Generator, Iterator
from typing import Any, Final, NoReturn

import httpx

from ._frames import sealed
from ._masking import MASK, SHORTEST, masked
from .errors import ConfigurationError, MissingKey

_BETWEEN: Final = "\v"
"""Between texts that are looked at together; no form of a key holds it, and hardly any text."""


class Secret:
    """A key that never appears in a repr, log or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An API key cannot be pickled or copied: it could end up in a file.")

    def reveal(self) -> str:
        """Return the key itself, for the wire only."""
        return self._value

    @sealed
    def scrub(self, text: str) -> str:
        """Return `text` with the key masked, in case a server echoed it.

        Before anything is cut off, since too small a part of the key would not be recognised.
        """
        return masked(text, self._value)

    @sealed
    def scrub_answer(self, answer: Any) -> Any:
        """Return parsed JSON with the key masked in all its strings."""
        if len(self._value) < SHORTEST:  # one of the embedded server's, which guards nothing
            return answer
        # All at once, as looking for a key takes its time, however short the text.
        texts = list(_texts(answer))
        said = _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)
        scrubbed = masked(said, self._value, keep=_BETWEEN)
        if scrubbed == said:
            return answer
        return _replaced(answer, iter(scrubbed.split(_BETWEEN)))

    def check(self) -> None:
        """Raise unless the value can be a key.

        Raises
        ------
        MissingKey
            When it is empty.
        ConfigurationError
            When it is not text, or contains characters that an HTTP header cannot carry.
        """
        if not isinstance(self._value, str):
            raise ConfigurationError(
                "The API key must be a str.",
                hint="Decode bytes with .decode(); if you have several keys, pass one.",
            )
        if not self._value:
            raise MissingKey(
                "No HeyGen API key found.",
                hint="Set HEYGEN_API_KEY or pass api_key=; to rehearse without a key, use "
                "heygen_widget.local.LocalServer.",
            )
        if not all("!" <= character <= "~" for character in self._value):
            raise ConfigurationError(
                "The API key contains white space, a line break or a non-ASCII character.",
                hint="Copy it again, without quotes or line breaks.",
            )


def _texts(answer: Any) -> Iterator[str]:
    """Yield all texts within what was read from JSON."""
    match answer:
        case str():
            yield answer
        case list():
            for item in answer:
                yield from _texts(item)
        case dict():
            for name, item in answer.items():
                yield name
                yield from _texts(item)


def _replaced(answer: Any, texts: Iterator[str]) -> Any:
    """Return the same with other texts, in the order of `_texts`."""
    match answer:
        case str():
            return next(texts)
        case list():
            return [_replaced(item, texts) for item in answer]
        case dict():
            return {next(texts): _replaced(item, texts) for item in answer.values()}
    return answer


class KeyAuth(httpx.Auth):
    """Puts the key into the request for as long as it takes to send it.

    Afterwards the request, which answers and exceptions refer to, holds no key.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Send `request` once, with the key."""
        request.headers["x-api-key"] = self._secret.reveal()
        try:
            yield request
        finally:
            del request.headers["x-api-key"]
