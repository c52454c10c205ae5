"""The API key: kept out of sight, and put into a request only while that request is on its way.

Knows nothing of the API.
"""

from collections.abc import Generator
from typing import NoReturn

import httpx

from .errors import ConfigurationError, MissingKey

MASK = "***"


class Secret:
    """A key that shows itself in no repr, log or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An API key is not pickled or copied: it could end up in a file.")

    def reveal(self) -> str:
        """Return the key itself, for the wire only."""
        return self._value

    def scrub(self, text: str) -> str:
        """Return `text` with the key blotted out, should a server have echoed it."""
        return text.replace(self._value, MASK)

    def check(self) -> None:
        """Refuse a key that cannot be one.

        Raises
        ------
        MissingKey
            When it is empty.
        ConfigurationError
            When it holds what an HTTP header cannot carry.
        """
        if not self._value:
            raise MissingKey(
                "There is no HeyGen API key.",
                hint="Set HEYGEN_API_KEY or pass api_key=; to rehearse without a key, use "
                "heygen_widget.local.LocalServer.",
            )
        if not all("!" <= character <= "~" for character in self._value):
            raise ConfigurationError(
                "The API key holds white space, a line break or a character that is not ASCII.",
                hint="Copy it again, without quotes and without the end of the line.",
            )


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
