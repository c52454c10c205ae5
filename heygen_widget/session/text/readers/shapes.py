"""What all readers share: looking into chunks, and what can be wrong with them."""

from collections.abc import Mapping
from typing import Final, NoReturn

from heygen_widget.session.text.speakable import clean

LONGEST_REASON: Final = 300
"""Characters of a model's error that are shown."""


class UnspeakableChunk(TypeError):  # noqa: N818 (named for what it is about)
    """Something that holds no text of a known shape."""


class ModelError(RuntimeError):
    """The language model failed, or was cut off, in the middle of its answer."""


class Cumulative(str):
    """A chunk that repeats all of the text before it."""

    __slots__ = ()


def get(thing: object, name: str) -> object:
    """Return an entry of a dict or an attribute of an object; None if it has none."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def text(value: object) -> str:
    """Return a string as it is, and "" for anything else."""
    return value if isinstance(value, str) else ""


def items(value: object) -> list[object]:
    """Return what a list or tuple holds; nothing for anything else."""
    return list(value) if isinstance(value, list | tuple) else []


def word(value: object) -> str:
    """Return a name that may be an enumeration's member, in lower case."""
    value = getattr(value, "value", value)
    return value.lower() if isinstance(value, str) else ""


def broken(reason: object, otherwise: str) -> NoReturn:
    """Raise what a chunk says went wrong.

    Raises
    ------
    ModelError
        Always.
    """
    said = next(
        (
            text(get(reason, name))
            for name in ("message", "reason", "code", "error")
            if text(get(reason, name))
        ),
        "",
    )
    plain = " ".join(clean(text(reason) or said or otherwise).split())
    shown = plain if len(plain) <= LONGEST_REASON else plain[: LONGEST_REASON - 1] + "…"
    raise ModelError(f"The language model did not finish its answer: {shown}")
