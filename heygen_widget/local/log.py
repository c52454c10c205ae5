"""The server's log: warnings and errors on standard error, at a limited rate."""

import logging
import sys
import time
from typing import Final

MAX_MESSAGES: Final = 60
"""Messages per minute; the number of omitted ones is logged once."""

MAX_MESSAGE: Final = 4000
"""Maximum characters of one message, including its traceback."""

_MINUTE: Final = 60.0


def open_log() -> None:
    """Send the warnings and errors of this process to standard error, within limits."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Truncated(logging.BASIC_FORMAT))
    handler.addFilter(RateLimit())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class RateLimit(logging.Filter):
    """Passes `MAX_MESSAGES` messages per minute, and says when others are omitted."""

    def __init__(self) -> None:
        super().__init__()
        self._since = time.monotonic()
        self._count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log `record`; the last one of a minute says that others are omitted."""
        now = time.monotonic()
        if now - self._since >= _MINUTE:
            self._since, self._count = now, 0
        self._count += 1
        if self._count == MAX_MESSAGES:
            record.msg, record.args = "Further messages are suppressed for this minute.", ()
            record.exc_info = record.exc_text = record.stack_info = None
        return self._count <= MAX_MESSAGES


class _Truncated(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]} ..."
