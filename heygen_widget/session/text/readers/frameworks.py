"""The streams of frameworks for agents, and of engines that run models."""

from typing import Final

from heygen_widget.session.text.readers.shapes import Cumulative, broken, get, items, text

_AGENT_EVENTS: Final = frozenset({"run_item_stream_event", "agent_updated_stream_event"})
_VERCEL: Final = (
    "text-",
    "reasoning",
    "tool-",
    "start",
    "finish",
    "source",
    "data-",
    "file",
    "raw",
)


def unwrapped(chunk: object) -> object:
    """Take the event of a response out of that of openai-agents."""
    return get(chunk, "data") if get(chunk, "type") == "raw_response_event" else chunk


def read_openai_agents(chunk: object) -> str | None:
    """Read an event of openai-agents that is not a response's."""
    return "" if get(chunk, "type") in _AGENT_EVENTS else None


def read_pydantic_ai(chunk: object) -> str | None:
    """Read an event of pydantic-ai; a part begins with the first of its text."""
    kind = get(chunk, "event_kind")
    if not isinstance(kind, str):
        return None
    part, delta = get(chunk, "part"), get(chunk, "delta")
    if kind == "part_start" and get(part, "part_kind") == "text":
        return text(get(part, "content"))
    if kind == "part_delta" and get(delta, "part_delta_kind") == "text":
        return text(get(delta, "content_delta"))
    return ""


def read_autogen(chunk: object) -> str | None:
    """Read an event of AutoGen with a streaming client, which repeats the whole at the end."""
    kind = text(get(chunk, "type"))
    if kind == "ModelClientStreamingChunkEvent":
        return text(get(chunk, "content"))
    if kind.endswith(("Event", "Message")) and get(chunk, "source") is not None:
        return ""
    whole = get(chunk, "usage") is not None and get(chunk, "cached") is not None
    return "" if whole else None


def read_vllm(chunk: object) -> str | None:
    """Read an output of vLLM's engine, which holds all of the text so far."""
    if get(chunk, "request_id") is None or not isinstance(get(chunk, "outputs"), list):
        return None
    outputs = items(get(chunk, "outputs"))[:1]
    return Cumulative("".join(text(get(output, "text")) for output in outputs))


def read_dspy(chunk: object) -> str | None:
    """Read a chunk of DSPy; its status messages and its prediction are silent."""
    if get(chunk, "signature_field_name") is not None:
        return text(get(chunk, "chunk"))
    return "" if type(chunk).__name__ in {"StatusMessage", "Prediction"} else None


def read_vercel(chunk: object) -> str | None:
    """Read a part of the stream protocol of Vercel's AI SDK."""
    kind = text(get(chunk, "type"))
    if kind == "text-delta":
        return next(filter(None, (text(get(chunk, n)) for n in ("delta", "textDelta", "text"))), "")
    if kind == "abort":
        broken(None, "it was aborted.")
    return "" if kind.startswith(_VERCEL) else None


def read_llama_index(chunk: object) -> str | None:
    """Read a response of LlamaIndex: its `delta` is new, its text is all so far."""
    delta = get(chunk, "delta")
    if isinstance(delta, str):
        return delta
    known = delta is None and hasattr(chunk, "delta")
    return "" if known and (hasattr(chunk, "message") or hasattr(chunk, "text")) else None
