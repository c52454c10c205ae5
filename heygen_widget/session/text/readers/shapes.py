"""Shared helpers of all readers: inspecting chunks, and their errors."""

from collections.abc import Mapping, Sequence
from typing import Final, NoReturn, Self, TypeAlias, TypeGuard

from heygen_widget.session.text.speakable import clean

LONGEST_REASON: Final = 300
"""Characters of a model's error that are shown."""


class UnspeakableChunk(TypeError):  # noqa: N818 (named for what it is about)
    """An object without text in a known shape."""


class ModelError(RuntimeError):
    """The language model failed, or was cut off, in the middle of its answer."""


class Cumulative(str):
    """A chunk that repeats all of the text before it."""

    __slots__ = ()


class Loose(str):
    """Text of which the chunk does not tell whether it repeats the text before it."""

    __slots__ = ()


class Part(str):
    """Some text of a message.

    Parameters
    ----------
    text
        What is new.
    of
        What tells the message from others of the same stream; "" where nothing does.
    """

    __slots__ = ("of",)
    of: str

    def __new__(cls, text: str, of: object = "") -> Self:
        """Make a part; what is no string tells no message."""
        part = super().__new__(cls, text)
        part.of = of if isinstance(of, str) else ""
        return part


class Whole(Part):
    """All text of a message, whose parts may have come before."""

    __slots__ = ()


class Answer(Whole):
    """All text of one message of the answer, told at the end, when it usually has come already."""

    __slots__ = ()


Reading: TypeAlias = str | list[Whole] | None
"""What a reader finds in a chunk: text, messages, or that it is a chunk of another family."""


def get(thing: object, name: str) -> object:
    """Return an entry of a dict or an attribute of an object; None if it has none."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def has(thing: object, name: str) -> bool:
    """Tell whether there is such an entry or attribute, whatever its value."""
    return name in thing if isinstance(thing, Mapping) else hasattr(thing, name)


def text(value: object) -> str:
    """Return a string as it is, and "" for anything else."""
    return value if isinstance(value, str) else ""


def items(value: object) -> list[object]:
    """Return what a sequence holds; nothing for a string or anything else."""
    return list(value) if is_list(value) else []


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a value is a sequence other than text; protocol buffers have their own."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def of_block(block: object) -> str:
    """Return the text of a block that has the type of text."""
    return text(get(block, "text")) if get(block, "type") == "text" else ""


def word(value: object) -> str:
    """Return a name that may be an enumeration's member, in lower case."""
    named = getattr(value, "value", value)
    if not isinstance(named, str):
        named = getattr(value, "name", "")
    return named.lower() if isinstance(named, str) else ""


def broken(reason: object, otherwise: str) -> NoReturn:
    """Raise what a chunk says went wrong.

    Raises
    ------
    ModelError
        Always.
    """
    details = (text(get(reason, name)) for name in ("message", "reason", "code", "error"))
    said = next(filter(None, details), "")
    plain = " ".join(clean(text(reason) or said or otherwise).split())
    shown = plain if len(plain) <= LONGEST_REASON else plain[: LONGEST_REASON - 1] + "…"
    raise ModelError(f"The language model did not finish its answer: {shown}")
