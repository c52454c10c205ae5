"""The streams of model providers with a shape of their own."""

import json
from collections.abc import Mapping
from typing import Final

from heygen_widget.session.text.readers.shapes import broken, get, items, text, word

_BEDROCK: Final = frozenset(
    {"messageStart", "contentBlockStart", "contentBlockStop", "messageStop", "metadata"}
)
_CUT_OFF: Final = frozenset(
    {"safety", "recitation", "blocklist", "prohibited_content", "spii", "language", "other"}
    | {"content_filtered", "guardrail_intervened", "error", "error_toxic", "image_safety"}
)
_COHERE: Final = ("message-", "content-", "tool-", "citation-", "stream-", "search-", "debug")


def unwrapped(chunk: object) -> object:
    """Take a chunk out of Bedrock's bytes, or Mistral's event."""
    held = get(get(chunk, "chunk"), "bytes") if isinstance(chunk, Mapping) else None
    if isinstance(held, bytes):
        return json.loads(held)
    data = get(chunk, "data")
    return data if isinstance(get(data, "choices"), list | tuple) else chunk


def read_bedrock(chunk: object) -> str | None:
    """Read an event of `converse_stream`, or of a model that was invoked."""
    if not isinstance(chunk, Mapping):
        return None
    if isinstance(block := chunk.get("contentBlockDelta"), Mapping):
        return text(get(block.get("delta"), "text"))
    for name, value in chunk.items():
        if isinstance(name, str) and name.endswith("Exception"):
            broken(value, name)
    reason = word(get(chunk.get("messageStop"), "stopReason"))
    if reason in _CUT_OFF:
        broken(None, reason)
    if len(chunk) == 1 and _BEDROCK & chunk.keys():
        return ""
    for name in ("outputText", "generation"):  # Titan, Llama
        if name in chunk:
            return text(chunk[name])
    if "outputs" in chunk:  # Mistral
        return "".join(text(get(output, "text")) for output in items(chunk["outputs"]))
    return None


def read_google(chunk: object) -> str | None:
    """Read a response of google-genai; parts that are thoughts are silent."""
    blocked = get(get(chunk, "prompt_feedback"), "block_reason")
    if blocked:
        broken(None, f"the prompt was blocked ({word(blocked)}).")
    candidates = get(chunk, "candidates")
    if not isinstance(candidates, list | tuple):
        known = get(chunk, "usage_metadata") is not None and get(chunk, "content") is None
        return "" if known else None
    for candidate in candidates[:1]:
        parts = items(get(get(candidate, "content"), "parts"))
        said = "".join(text(get(part, "text")) for part in parts if not get(part, "thought"))
        reason = word(get(candidate, "finish_reason"))
        if reason in _CUT_OFF:
            broken(get(candidate, "finish_message"), reason)
        return said
    return ""


def read_ollama(chunk: object) -> str | None:
    """Read a chunk of `chat` or `generate`."""
    if isinstance(chunk, Mapping) and set(chunk) == {"error"}:
        broken(chunk["error"], "an error")
    if not isinstance(get(chunk, "done"), bool):
        return None
    return text(get(get(chunk, "message"), "content")) or text(get(chunk, "response"))


def read_cohere(chunk: object) -> str | None:
    """Read an event of the chat of Cohere, v1 or v2."""
    old = text(get(chunk, "event_type"))
    kind = old or text(get(chunk, "type"))
    if kind == "text-generation":
        return text(get(chunk, "text"))
    delta = get(chunk, "delta")
    if kind == "content-delta":
        return text(get(get(get(delta, "message"), "content"), "text"))
    if kind in {"message-end", "stream-end"}:
        reason = word(get(delta, "finish_reason") or get(chunk, "finish_reason"))
        if reason in _CUT_OFF:
            broken(get(delta, "error"), reason)
    return "" if kind.startswith(_COHERE) else None


def read_hugging_face(chunk: object) -> str | None:
    """Read a detailed chunk of `text_generation`."""
    token = get(chunk, "token")
    if not isinstance(said := get(token, "text"), str):
        return None
    return "" if get(token, "special") else said
