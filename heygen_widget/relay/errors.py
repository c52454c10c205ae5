"""Why a stream cannot be read.

StreamError
├── StreamRefused       we will not, or cannot ever, read this
└── StreamUnavailable   not now; it may be asked for again
"""

from typing import Final

from heygen_widget.api.plain import one_line

_LONGEST: Final = 300  # characters; a playlist's own words and addresses are in it


class StreamError(Exception):
    """The stream cannot be read; the message says why, for people."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, _LONGEST))


class StreamRefused(StreamError):  # noqa: N818 (it says what happened)
    """Asking again would change nothing: another host, too large, encrypted, no playlist."""


class StreamUnavailable(StreamError):  # noqa: N818 (it says what happened)
    """The server did not give it this time.

    Attributes
    ----------
    gone
        Whether it answered that there is no such thing, or not for us: the address may have
        expired.
    """

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone
