"""The server's log: warnings and errors on standard error, at a limited rate."""

import logging
import sys
import time
from typing import Final

MOST: Final = 60
"""Messages a minute; how many were left out is said once."""

LONGEST: Final = 4000
"""Characters of one message, its traceback included."""

_MINUTE: Final = 60.0


def open_log() -> None:
    """Send the warnings and errors of this process to standard error, within limits."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Short(logging.BASIC_FORMAT))
    handler.addFilter(Quota())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class Quota(logging.Filter):
    """Lets `MOST` messages a minute pass, and says when others are left out."""

    def __init__(self) -> None:
        super().__init__()
        self._since = time.monotonic()
        self._count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether `record` is logged; the last of a minute becomes a note about others."""
        now = time.monotonic()
        if now - self._since >= _MINUTE:
            self._since, self._count = now, 0
        self._count += 1
        if self._count == MOST:
            record.msg, record.args = "Further messages are suppressed for this minute.", ()
            record.exc_info = record.exc_text = record.stack_info = None
        return self._count <= MOST


class _Short(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
