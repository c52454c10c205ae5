"""The responder of a conversation: a function from what a viewer says to the answer.

Knows no session and no avatar.
"""

import importlib
from collections.abc import Callable, Iterable
from typing import Final

Responder = Callable[[str], str | Iterable[str]]
"""Takes what was said; returns the answer, or yields it in pieces. Called in a worker thread."""

ECHO: Final = "echo"


def echo(text: str) -> str:
    """Repeat what was said."""
    return text


def load_responder(name: str) -> Responder:
    """Return the responder called `name`: ``"echo"``, or ``"module:function"``, to be imported.

    Raises
    ------
    ValueError
        When the function cannot be imported.
    """
    if name == ECHO:
        return echo
    module, _, function = name.partition(":")
    try:
        found: Responder = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"Cannot load the responder {name!r}: {error}. "
            "Name a function as 'module:function', importable where the server runs."
        ) from None
    return found
