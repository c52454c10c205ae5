"""The API key: kept out of sight, and put into a request only while that request is on its way.

Knows nothing of the API.
"""

import re
from collections.abc import Generator
from typing import Any, Final, NoReturn

import httpx

from .errors import ConfigurationError, MissingKey

MASK = "***"

_SHORTEST: Final = 16
"""Characters of a key that does not turn up in an answer by chance, as a word or within an id."""


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
        """Return `text` with the key blotted out, should a server have echoed it.

        Before anything is cut off, since a part of the key would not be recognised.
        """
        # Escaped, too, as in a URL or in quotes.
        each = (rf"(?:\\{{0,3}}{re.escape(one)}|%(?i:{ord(one):02x}))" for one in self._value)
        return re.sub("".join(each), MASK, text)

    def scrub_answer(self, answer: Any) -> Any:
        """Return what was read from JSON, with the key blotted out in all texts within."""
        if len(self._value) < _SHORTEST:  # one of the embedded server's, which guards nothing
            return answer
        return self._scrubbed(answer)

    def _scrubbed(self, answer: Any) -> Any:
        match answer:
            case str():
                return self.scrub(answer)
            case list():
                return [self._scrubbed(item) for item in answer]
            case dict():
                return {self.scrub(name): self._scrubbed(item) for name, item in answer.items()}
        return answer

    def check(self) -> None:
        """Refuse a key that cannot be one.

        Raises
        ------
        MissingKey
            When it is empty.
        ConfigurationError
            When it is no text, or holds what an HTTP header cannot carry.
        """
        if not isinstance(self._value, str):
            raise ConfigurationError(
                "The API key is not a str.",
                hint="Decode bytes first, with .decode(); of several keys, pass one.",
            )
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
