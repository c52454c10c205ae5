"""A place in a queue for avatars, in words and on the wire. Gateways of workshops have one."""

from collections.abc import Mapping
from typing import Final

POSITION: Final = "X-Queue-Position"
"""Header of a refusal (429): the place in the queue, from 1."""
WAIT: Final = "X-Queue-Wait"
"""Header of a refusal (429): about how many seconds it takes until it is one's turn."""

_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_MINUTE: Final = 60
_LONGEST: Final = 9
"""Digits of a number that is read."""


def place_of(headers: Mapping[str, str]) -> tuple[int | None, float | None]:
    """Return the place that a refusal names, and about how many seconds it takes."""
    position, wait = _number(headers.get(POSITION, "")), _number(headers.get(WAIT, ""))
    return position or None, wait if position else None


def in_line(position: int, seconds: float | None) -> str:
    """Say where one stands: ``third in line, about 2 min``."""
    known = position <= len(_ORDINALS)
    place = f"{_ORDINALS[position - 1] if known else f'number {position}'} in line"
    if seconds is None:
        return place
    minutes = round(seconds / _MINUTE)
    return f"{place}, about {minutes} min" if minutes else f"{place}, less than 1 min"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
