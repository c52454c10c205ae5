"""The decorator for events: frozen dataclasses, each kind with its own fields.

pandas and polars make a table of dataclasses by the fields of the first, and so does
`dataclasses.asdict`. Events of different kinds have one thing in common: the row that stands for
them in a table. So an event shows these fields, and its class its own.
"""

from dataclasses import Field, dataclass, field
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass
class _Row:
    """The columns of a table of events."""

    time: float
    event: str
    details: str


class _Fields:
    """The `__dataclass_fields__` of a kind of events."""

    def __init__(self, own: dict[str, Field[Any]]) -> None:
        self._own = own

    def __get__(self, event: object, _: type) -> dict[str, Field[Any]]:
        return self._own if event is None else _Row.__dataclass_fields__


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(kind: type[T]) -> type[T]:
    """Make a frozen dataclass of a kind of events, whose fields are given by keyword.

    It needs to have the attributes of a row; its annotations must be known at run time, since
    polars reads them.
    """
    # Not with slots: objects of such dataclasses are pickled by the fields that they show.
    made = dataclass(frozen=True, kw_only=True)(kind)
    own = vars(made)["__dataclass_fields__"]
    made.__dataclass_fields__ = _Fields(own)  # type: ignore[attr-defined]  # which it has
    made.__annotations__ |= _Row.__annotations__
    return made
