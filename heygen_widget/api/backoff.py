"""How long to wait before a request is sent again. Sends nothing, and does not decide whether.

A request passes through one layer that repeats it: `_exchange` for callers of the client, the
session for its own requests, since it knows what was accepted and what is still wanted.
"""

import random
from collections.abc import Iterator
from typing import Final

FIRST_PAUSE: Final = 0.125
"""Seconds after the first failure."""
LONGEST_PAUSE: Final = 8.0
"""Seconds after many failures."""
LONGEST_WAIT: Final = 30.0
"""Seconds that one request waits because it was refused (429), whatever Retry-After says."""

# Spreads clients, guards nothing. Not `random` itself, which users seed for their own sequences.
_random: Final = random.Random()  # noqa: S311


def growing(longest: float = LONGEST_PAUSE, first: float | None = None) -> Iterator[float]:
    """Yield the seconds before each attempt: twice as long each time, and never in step."""
    pause = FIRST_PAUSE if first is None else first
    while True:
        yield min(pause * _random.uniform(0.75, 1.25), longest)
        pause = min(2 * pause, longest)


def asked_to_wait(error: Exception) -> float:
    """Return the seconds that a refusal (429) asks to wait, `LONGEST_WAIT` at most; 0 for none."""
    return min(getattr(error, "retry_after", None) or 0.0, LONGEST_WAIT)
