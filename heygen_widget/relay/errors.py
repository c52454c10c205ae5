"""The errors of reading a stream.

StreamError
├── StreamRefused       this stream can never be read
└── StreamUnavailable   not available now; may be retried
"""

from typing import Final

from heygen_widget.api.plain import one_line

_LONGEST: Final = 300  # characters; a playlist's own words and addresses are in it


class StreamError(Exception):
    """The stream cannot be read; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, _LONGEST))


class StreamRefused(StreamError):  # noqa: N818 (it says what happened)
    """Retrying is pointless: another origin, too large, encrypted, not a playlist."""


class StreamUnavailable(StreamError):  # noqa: N818 (it says what happened)
    """The server did not deliver it this time.

    Attributes
    ----------
    gone
        Whether the status was 403, 404 or 410: the address may have
        expired.
    """

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone
