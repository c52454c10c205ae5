"""LangChain's messages and events, and the tuples of LangGraph."""

from collections.abc import Mapping
from typing import Final

from heygen_widget.session.text.readers.shapes import get, items, text

_MODES: Final = frozenset(
    {"values", "updates", "custom", "debug", "checkpoints", "tasks", "messages", "events", "tools"}
)
_NOTHING: Final = {"event": "on_other"}
_OTHERS: Final = ("tool", "human", "user", "system", "function", "developer", "remove")


def unwrapped(chunk: object) -> object:
    """Take the message out of a tuple: (message, metadata), (mode, …) or (path, mode, …)."""
    match chunk:
        case (str(mode), payload) | (tuple(), str(mode), payload) if mode in _MODES:
            return payload if mode == "messages" else _NOTHING
        case (tuple(), payload):
            return payload
        case (message, Mapping()) if get(message, "content") is not None:
            return message
        case _:
            return chunk


def read_event(chunk: object) -> str | None:
    """Read an event of `astream_events`: only what a model streams is its answer."""
    event = get(chunk, "event")
    if not isinstance(event, str) or not event.startswith("on_"):
        return None
    piece = get(get(chunk, "data"), "chunk")
    if event not in {"on_chat_model_stream", "on_llm_stream"}:
        return ""
    return text(piece) or text(get(piece, "text")) or read_message(piece) or ""


def read_message(chunk: object) -> str | None:
    """Read a message, or any chunk with content: text, or blocks of which some are text."""
    content = get(chunk, "content")
    if not isinstance(content, str | list | tuple):
        return None
    kind = text(get(chunk, "type")) or text(get(chunk, "role"))
    if kind.lower().startswith("chat"):  # a message of any role, which it names
        kind = text(get(chunk, "role"))
    if kind.lower().startswith(_OTHERS):
        return ""
    return text(content) + "".join(map(_of_block, items(content)))


def _of_block(block: object) -> str:
    # Blocks of other types have a text too: that of a thought, say.
    spoken = get(block, "type") in {"text", "text_delta"}
    return text(block) or (text(get(block, "text")) if spoken else "")
