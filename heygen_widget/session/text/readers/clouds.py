"""The streams of model providers with a shape of their own."""

import json
from collections.abc import Mapping
from typing import Final

from heygen_widget.session.text.readers.shapes import (
    Answer,
    Loose,
    Reading,
    broken,
    get,
    has,
    is_list,
    items,
    of_block,
    text,
    word,
)

_BEDROCK: Final = frozenset(
    {"messageStart", "contentBlockStart", "contentBlockStop", "messageStop", "metadata"}
    # Of agents, knowledge bases and flows.
    | {"trace", "returnControl", "files", "citation", "guardrail", "flowTraceEvent"}
    | {"flowCompletionEvent"}
)
_CUT_OFF: Final = frozenset(
    {"safety", "recitation", "blocklist", "prohibited_content", "spii", "language", "other"}
    | {"content_filtered", "guardrail_intervened", "error", "error_toxic", "image_safety"}
)
_COHERE: Final = ("message-", "content-", "tool-", "citation-", "stream-", "search-", "debug")
_INTERACTION: Final = ("interaction.", "step.", "content.", "input", "user_action")
_MISTRAL: Final = ("conversation.", "agent.handoff", "function.call", "tool.execution")


def unwrapped(chunk: object) -> object:
    """Take a chunk out of Bedrock's bytes, or Mistral's event."""
    held = get(get(chunk, "chunk"), "bytes") if isinstance(chunk, Mapping) else None
    if isinstance(held, bytes):
        return _decoded(held)
    data = get(chunk, "data")
    known = is_list(get(data, "choices")) or text(get(data, "type")).startswith(
        ("message.output.", *_MISTRAL)
    )
    return data if known else chunk


def _decoded(held: bytes) -> object:
    """Return the chunk of a model that was invoked, or the text of an agent that was."""
    try:
        chunk = json.loads(held)
    except ValueError:
        chunk = None
    return chunk if isinstance(chunk, dict) else {"outputText": held.decode(errors="replace")}


def read_bedrock(chunk: object) -> Reading:
    """Read an event of `converse_stream`, or one that any stream of Bedrock may have."""
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
    return "" if len(chunk) == 1 and _BEDROCK & chunk.keys() else None


def read_invoked(chunk: object) -> Reading:
    """Read an event of a model, an agent, a knowledge base or a flow that Bedrock invoked."""
    for name in ("outputText", "generation"):  # Titan and agents, Llama
        if isinstance(chunk, Mapping) and name in chunk:
            return text(chunk[name])
    if isinstance(chunk, Mapping) and "outputs" in chunk:  # Mistral
        return "".join(text(get(output, "text")) for output in items(chunk["outputs"]))
    base = get(get(chunk, "output"), "text")
    flow = get(get(get(chunk, "flowOutputEvent"), "content"), "document")
    return next((Loose(said) for said in (base, flow) if isinstance(said, str)), None)


def read_google(chunk: object) -> Reading:
    """Read a response of google-genai; parts that are thoughts are silent."""
    feedback = get(chunk, "prompt_feedback") or get(chunk, "promptFeedback")
    blocked = get(feedback, "block_reason") or get(feedback, "blockReason")
    if blocked:
        broken(None, f"the prompt was blocked ({word(blocked)}).")
    if has(chunk, "server_content"):  # of the live API
        content = get(chunk, "server_content")
        return _of_parts(get(content, "model_turn")) or text(
            get(get(content, "output_transcription"), "text")
        )
    candidates = get(chunk, "candidates")
    if not is_list(candidates):
        known = has(chunk, "candidates") or get(chunk, "usage_metadata") is not None
        return "" if known and get(chunk, "content") is None else None
    for candidate in candidates[:1]:
        said = _of_parts(get(candidate, "content"))
        reason = word(get(candidate, "finish_reason") or get(candidate, "finishReason"))
        if reason in _CUT_OFF:
            broken(get(candidate, "finish_message"), reason)
        return said
    return ""


def _of_parts(content: object) -> str:
    parts = items(get(content, "parts"))
    return "".join(text(get(part, "text")) for part in parts if not get(part, "thought"))


def read_interaction(chunk: object) -> Reading:
    """Read an event of google-genai's interactions."""
    kind = text(get(chunk, "event_type"))
    if kind == "error":
        broken(get(chunk, "error"), "an error")
    delta = get(chunk, "delta")
    if kind in {"step.delta", "content.delta"} and get(delta, "type") == "text":
        return text(get(delta, "text"))
    return "" if kind.startswith(_INTERACTION) else None


def read_ollama(chunk: object) -> Reading:
    """Read a chunk of `chat` or `generate`."""
    if isinstance(chunk, Mapping) and set(chunk) == {"error"}:
        broken(chunk["error"], "an error")
    known = has(chunk, "done") or has(chunk, "created_at")
    if not (known and (has(chunk, "message") or has(chunk, "response"))):
        return None
    return text(get(get(chunk, "message"), "content")) or text(get(chunk, "response"))


def read_cohere(chunk: object) -> Reading:
    """Read an event of the chat of Cohere, v1 or v2."""
    old = text(get(chunk, "event_type"))
    kind = old or text(get(chunk, "type"))
    if kind == "text-generation":
        return text(get(chunk, "text"))
    delta = get(chunk, "delta")
    if kind in {"content-start", "content-delta"}:
        return text(get(get(get(delta, "message"), "content"), "text"))
    if kind in {"message-end", "stream-end"}:
        reason = word(get(delta, "finish_reason") or get(chunk, "finish_reason"))
        if reason in _CUT_OFF:
            broken(get(delta, "error"), reason)
    if old == "stream-end":
        return [Answer(text(get(get(chunk, "response"), "text")))]
    return "" if kind.startswith(_COHERE) else None


def read_hugging_face(chunk: object) -> Reading:
    """Read a detailed chunk of `text_generation`."""
    token = get(chunk, "token")
    if isinstance(said := get(token, "text"), str):
        return "" if get(token, "special") else said
    whole = get(chunk, "generated_text")
    return [Answer(whole)] if isinstance(whole, str) else None


def read_dashscope(chunk: object) -> Reading:
    """Read a response of DashScope, which by default repeats all of the text so far."""
    choices = items(get(get(chunk, "output"), "choices"))[:1]
    if not choices:
        return None
    content = get(get(choices[0], "message"), "content")
    return Loose(text(content) + "".join(text(get(block, "text")) for block in items(content)))


def read_watsonx(chunk: object) -> Reading:
    """Read a response of watsonx."""
    results = items(get(chunk, "results"))[:1]
    texts = [get(result, "generated_text") for result in results]
    return "".join(map(text, texts)) if any(isinstance(said, str) for said in texts) else None


def read_mistral(chunk: object) -> Reading:
    """Read an event of Mistral's conversations."""
    kind = text(get(chunk, "type"))
    if kind == "conversation.response.error":
        broken(chunk, "an error")
    content = get(chunk, "content")
    if kind == "message.output.delta":
        return text(content) or of_block(content)
    return "" if kind.startswith(_MISTRAL) else None
