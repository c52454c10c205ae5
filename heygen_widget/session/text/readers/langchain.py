"""LangChain's messages and events, and what LangGraph streams in each of its modes."""

from collections.abc import Mapping
from typing import Final

from heygen_widget.session.text.readers.shapes import (
    Loose,
    Part,
    Reading,
    Whole,
    get,
    is_list,
    items,
    text,
    word,
)

_MODES: Final = frozenset(
    {"values", "updates", "custom", "debug", "checkpoints", "tasks", "messages", "events", "tools"}
)
_NOTHING: Final = {"event": "on_other"}
_OTHERS: Final = ("tool", "human", "user", "system", "function", "developer", "remove")
_ASKING: Final = ("human", "user")
_WHOLE: Final = frozenset({"ai", "chat"})
_CHAIN: Final = frozenset({"input", "question", "chat_history", "context", "answer"})
_PARTS: Final = frozenset({"AIMessageChunk", "ChatMessageChunk"})


def unwrapped(chunk: object) -> object:
    """Take out of a tuple or a dict what LangGraph streams in a mode."""
    match chunk:
        # A part of the second version of its streams, or of a server's.
        case {"type": str(mode), "ns": _, "data": payload} if mode in _MODES:
            return _in_mode(mode, payload)
        case (str(mode), payload, _) if hasattr(chunk, "event"):
            return _in_mode(mode, payload)
        case (str(mode), payload) | (tuple(), str(mode), payload) if mode in _MODES:
            return _in_mode(mode, payload)
        case (tuple(), payload):
            return payload
        case (message, Mapping()) if get(message, "content") is not None:
            return message
        case _:
            return chunk


def _in_mode(mode: str, payload: object) -> object:
    """Return what there is to read of a payload."""
    mode = mode.partition("|")[0]  # a subgraph's name follows
    if mode in {"messages/partial", "messages/complete"}:
        return {"messages": payload}
    if mode == "messages":
        return tuple(items(payload)) or payload
    state = mode in {"values", "updates"} and read_state(payload) is not None
    return payload if state else _NOTHING


def read_event(chunk: object) -> Reading:
    """Read an event of `astream_events`: only what a model streams is its answer."""
    event = get(chunk, "event")
    if not isinstance(event, str) or not event.startswith("on_"):
        return None
    data, run = get(chunk, "data"), get(chunk, "run_id")
    if event in {"on_chat_model_stream", "on_llm_stream"}:
        return Part(_of_output(get(data, "chunk")), run)
    if event in {"on_chat_model_end", "on_llm_end"}:
        return Whole(_of_output(get(data, "output")), run)
    return ""


def _of_output(output: object) -> str:
    generations = items(get(output, "generations"))
    first = next(iter(items(next(iter(generations), None))), None)
    if first is not None:
        output = get(first, "message") or first
    return text(output) or text(get(output, "text")) or _said(output)


def read_chain(chunk: object) -> Reading:
    """Read what a chain tells that answers from documents: its question, those, its answer."""
    if isinstance(chunk, Mapping) and chunk and chunk.keys() <= _CHAIN:
        return text(chunk.get("answer"))
    return None


def read_state(chunk: object) -> Reading:
    """Read the state of a graph, or what its nodes changed of it: the model's latest messages.

    A state begins with what was said in earlier turns, and each one repeats those before.
    """
    if not isinstance(chunk, Mapping):
        return None
    updates = [update for value in chunk.values() for update in (value, *items(value))]
    found = [messages for state in (chunk, *updates) if (messages := _messages(state)) is not None]
    if not found:
        return "" if "__interrupt__" in chunk else None
    return [answer for messages in found for answer in _answers(messages)]


def _messages(state: object) -> list[object] | None:
    """Return the messages in a state, or in a change of one; None if that is something else."""
    held = state.get("messages") if isinstance(state, Mapping) else None
    messages = list(held) if is_list(held) else [held]
    return messages if all(map(_is_message, messages)) else None


def _is_message(thing: object) -> bool:
    return isinstance(get(thing, "content"), str | list | tuple) and bool(_kind(thing))


def _answers(messages: list[object]) -> list[Whole]:
    asked = [n for n, message in enumerate(messages) if _kind(message).startswith(_ASKING)]
    latest = max(asked, default=-1) + 1
    return [
        Whole(said, get(message, "id") or f"message {number}")
        for number, message in enumerate(messages[latest:], latest)
        if (said := _said(message))
    ]


def read_message(chunk: object) -> Reading:
    """Read a message, or any chunk with content: text, or blocks of which some are text."""
    if not isinstance(get(chunk, "content"), str | list | tuple):
        return None
    kind = text(get(chunk, "type"))
    if kind in _WHOLE:
        return Whole(_said(chunk), get(chunk, "id"))
    if kind in _PARTS:
        return Part(_said(chunk), get(chunk, "id"))
    return "" if word(get(chunk, "chunk_type")) == "tool_call" else Loose(_said(chunk))


def _said(message: object) -> str:
    if _kind(message).startswith(_OTHERS):
        return ""
    content = get(message, "content")
    return text(content) + "".join(map(_of_block, items(content)))


def _kind(message: object) -> str:
    """Return whose message it is, in lower case."""
    kind, role = word(get(message, "type")), word(get(message, "role"))
    return kind if kind and not kind.startswith("chat") else role  # "chat" may be anybody's


def _of_block(block: object) -> str:
    # Blocks of other types have a text too: that of a thought, say.
    spoken = get(block, "type") in {"text", "text_delta"}
    return text(block) or (text(get(block, "text")) if spoken else "")
