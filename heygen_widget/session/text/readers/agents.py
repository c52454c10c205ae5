"""The streams of frameworks for agents, which tell what their models stream, and more."""

from collections.abc import Mapping
from typing import Final

from heygen_widget.session.text.readers.openai import of_item
from heygen_widget.session.text.readers.shapes import (
    Answer,
    Part,
    Reading,
    Whole,
    broken,
    get,
    has,
    items,
    text,
    word,
)

_OPENAI_EVENTS: Final = frozenset({"run_item_stream_event", "agent_updated_stream_event"})
_STRANDS_FLAGS: Final = ("init_event_loop", "start", "start_event_loop", "complete", "force_stop")
_STRANDS_EVENTS: Final = frozenset({"current_tool_use", "reasoning", "reasoningText"})
_CLAUDE: Final = frozenset({"UserMessage", "SystemMessage", "RateLimitEvent"})


def unwrapped(chunk: object) -> object:
    """Take out of its wrapping what openai-agents, Claude's agents or Semantic Kernel tell."""
    if isinstance(chunk, list) and len(chunk) == 1 and has(chunk[0], "choice_index"):
        return chunk[0]  # one answer of Semantic Kernel
    if get(chunk, "type") == "raw_response_event":
        return get(chunk, "data")
    claude = type(chunk).__name__ == "StreamEvent" and isinstance(get(chunk, "event"), Mapping)
    return get(chunk, "event") if claude else chunk


def read_openai_agents(chunk: object) -> Reading:
    """Read an event of openai-agents that is not a response's."""
    if get(chunk, "type") not in _OPENAI_EVENTS:
        return None
    if get(chunk, "name") == "message_output_created":
        return [Answer(of_item(get(get(chunk, "item"), "raw_item")))]
    return ""


def read_pydantic_ai(chunk: object) -> Reading:
    """Read an event of pydantic-ai; a part begins with the first of its text."""
    kind = get(chunk, "event_kind")
    if not isinstance(kind, str):
        return None
    part, delta = get(chunk, "part"), get(chunk, "delta")
    if kind == "part_start" and get(part, "part_kind") == "text":
        return text(get(part, "content"))
    if kind == "part_delta" and get(delta, "part_delta_kind") == "text":
        return text(get(delta, "content_delta"))
    if kind == "agent_run_result":
        return [Answer(text(get(get(chunk, "result"), "output")))]
    return ""


def read_autogen(chunk: object) -> Reading:
    """Read an event of AutoGen: the task, what a model streams, and the message it makes."""
    if has(chunk, "chat_message"):  # the response of an agent
        return read_autogen(get(chunk, "chat_message"))
    if has(chunk, "stop_reason") and has(chunk, "messages"):  # the result, told already
        return ""
    if has(chunk, "usage") and has(chunk, "cached") and has(chunk, "content"):
        return Whole(text(get(chunk, "content")))  # the result of a model client
    kind, source = text(get(chunk, "type")), get(chunk, "source")
    if kind == "ModelClientStreamingChunkEvent":
        return Part(text(get(chunk, "content")), get(chunk, "full_message_id"))
    if kind in {"TextMessage", "MultiModalMessage"} and source != "user":
        content = get(chunk, "content")
        return Whole(text(content) + "".join(map(text, items(content))), get(chunk, "id"))
    return "" if kind.endswith(("Event", "Message")) and source is not None else None


def read_adk(chunk: object) -> Reading:
    """Read an event of Google's Agent Development Kit."""
    if not (has(chunk, "author") and has(chunk, "partial")):
        return None
    if get(chunk, "error_code"):
        broken(get(chunk, "error_message"), word(get(chunk, "error_code")))
    parts = items(get(get(chunk, "content"), "parts"))
    said = "".join(text(get(part, "text")) for part in parts if not get(part, "thought"))
    if get(chunk, "author") == "user":
        return ""
    return Part(said) if get(chunk, "partial") else Whole(said)


def read_agno(chunk: object) -> Reading:
    """Read an event of Agno's agents and teams."""
    event = word(get(chunk, "event"))
    if not (event and has(chunk, "run_id") and not event.startswith("on_")):
        return None
    kind, run = event.removeprefix("team"), get(chunk, "run_id")
    if kind in {"runcontent", "runresponse"}:
        return Part(text(get(chunk, "content")), run)
    if kind in {"runcompleted", "runresponsecompleted"}:
        return Whole(text(get(chunk, "content")), run)
    if kind == "runerror":
        broken(text(get(chunk, "content")) or None, "the run failed.")
    return ""


def read_strands(chunk: object) -> Reading:
    """Read an event of Strands, which tells text beside the model's own event of it."""
    if not isinstance(chunk, Mapping):
        return None
    if isinstance(said := chunk.get("data"), str) and "delta" in chunk:
        return said
    silent = (
        any(chunk.get(flag) is True for flag in _STRANDS_FLAGS)
        or isinstance(chunk.get("event"), Mapping)
        or set(chunk) == {"message"}
        or has(chunk.get("result"), "stop_reason")
        or _STRANDS_EVENTS & chunk.keys()
    )
    return "" if silent else None


def read_claude(chunk: object) -> Reading:
    """Read a message of Claude's agents, which have blocks without a type."""
    name = type(chunk).__name__
    if name == "AssistantMessage" and has(chunk, "model"):
        return Whole("".join(text(get(b, "text")) for b in items(get(chunk, "content"))))
    if name == "ResultMessage" and has(chunk, "session_id"):
        return [Answer(text(get(chunk, "result")))]
    return "" if name in _CLAUDE else None
