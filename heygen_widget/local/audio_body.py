"""Splits the body of a create request into its JSON and the file in ``data`` while it arrives.

The file is decoded on the fly; it is never in memory as a whole, neither as base64 nor decoded.
"""

import binascii
import re
import string
from typing import Final, Literal

from pydantic_core import from_json

from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import MAX_JSON
from heygen_widget.local.storage import StoredFile

_KEY: Final = b"data"
_PLACEHOLDER: Final = b"AAAA"
_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_WHOLE: Final = re.compile(rb'(?:[^"\\]++|\\u[0-9a-fA-F]{4}|\\[^u])*+', re.DOTALL)
_LONGEST_ESCAPE: Final = 6
_CONTROL: Final = re.compile(rb"[\0-\x1f]")
_SPACES: Final = string.whitespace.encode()
_GROUP: Final = 4  # characters of base64 that belong together


class AudioBody:
    """Splits a body, chunk by chunk.

    Attributes
    ----------
    json
        The body, with a placeholder instead of the file.
    file
        The file; None without a string called ``data``. The last one counts, as in JSON.
    damaged
        Whether that string is not base64.
    """

    def __init__(self) -> None:
        self.json = bytearray()
        self.file: StoredFile | None = None
        self.damaged = False
        self._inside: Literal["", "string", "file"] = ""
        self._began = 0  # where in `json` the latest string begins
        self._key: Literal["", "name", "colon"] = ""  # how much of the key came before this
        self._cut = b""  # an escape that continues in the next chunk
        self._group = b""  # base64 that continues in the next chunk
        self._padded = False

    def feed(self, chunk: bytes) -> None:
        """Process the next chunk.

        Raises
        ------
        ApiError
            413 when what is beside the file is too large, 400 when it cannot be JSON.
        """
        chunk = self._cut + chunk
        self._cut = b""
        position = 0
        while position < len(chunk):
            if self._inside == "file":
                position = self._in_file(chunk, position)
            elif self._inside:
                position = self._in_string(chunk, position)
            else:
                position = self._between(chunk, position)
            if len(self.json) > MAX_JSON:
                raise ApiError.too_large(MAX_JSON)

    def finish(self) -> None:
        """Mark the body as complete."""
        self.json += self._cut
        self.damaged = self.damaged or bool(self._group)

    def _between(self, chunk: bytes, position: int) -> int:
        """Read up to the next string."""
        quote = chunk.find(b'"', position)
        end = len(chunk) if quote < 0 else quote
        between = chunk[position:end]
        self.json += between
        if between.strip(_SPACES):
            named = self._key == "name" and between.strip(_SPACES) == b":"
            self._key = "colon" if named else ""
        if quote < 0:
            return end
        self.json += b'"'
        self._began = len(self.json)
        if self._key == "colon":
            self._inside = "file"
            self.file, self.damaged, self._padded, self._group = StoredFile(), False, False, b""
            self.json += _PLACEHOLDER
        else:
            self._inside = "string"
        self._key = ""
        return end + 1

    def _in_string(self, chunk: bytes, position: int) -> int:
        """Read up to the end of a string that stays in the JSON."""
        end = _end(_STRING, chunk, position)
        self.json += chunk[position:end]
        if chunk[end : end + 1] == b"\\":
            return self._wait(chunk, end)
        if end < len(chunk):
            self._key = "name" if self.json[self._began :] == _KEY else ""
            self._leave()
        return end + 1

    def _in_file(self, chunk: bytes, position: int) -> int:
        """Read up to the end of the file, and store it."""
        end = _end(_WHOLE, chunk, position)
        self._keep(chunk[position:end])
        if chunk[end : end + 1] == b"\\":
            if len(chunk) - end >= _LONGEST_ESCAPE:
                raise _no_json("an escape is wrong")
            return self._wait(chunk, end)
        if end < len(chunk):
            self._leave()
        return end + 1

    def _leave(self) -> None:
        self.json += b'"'
        self._inside = ""

    def _wait(self, chunk: bytes, position: int) -> int:
        """Keep the rest for the next chunk."""
        self._cut = chunk[position:]
        return len(chunk)

    def _keep(self, written: bytes) -> None:
        """Decode a piece of the file from its JSON escapes and base64."""
        if self.file is None or self.damaged or not written:
            return
        if _CONTROL.search(written):
            raise _no_json("there is a control character in a string")
        if b"\\" in written:
            try:
                written = from_json(b'"' + written + b'"').encode()
            except ValueError:
                raise _no_json("an escape is wrong") from None
        # The `base64` command writes line breaks; anything else is an error.
        coded = self._group + written.translate(None, _SPACES)
        whole = len(coded) - len(coded) % _GROUP
        self._group = coded[whole:]
        if not whole:
            return
        try:
            decoded = binascii.a2b_base64(coded[:whole], strict_mode=True)
        except ValueError:
            self.damaged = True
            return
        self.damaged = self._padded  # nothing may follow the padding
        self._padded = coded[whole - 1 : whole] == b"="
        self.file.append(decoded)


def _end(pattern: re.Pattern[bytes], chunk: bytes, position: int) -> int:
    found = pattern.match(chunk, position)
    return found.end() if found else position


def _no_json(why: str) -> ApiError:
    return ApiError.invalid(f"The request body is not valid JSON: {why}.")
