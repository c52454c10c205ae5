"""The streams of libraries around models, and of engines that run them."""

from typing import Final

from heygen_widget.session.text.readers.shapes import (
    Answer,
    Cumulative,
    Part,
    Reading,
    Whole,
    broken,
    get,
    is_list,
    items,
    text,
)

_THOUGHTS: Final = frozenset({"reasoning", "rationale"})
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
_WORKFLOW: Final = frozenset(
    {"AgentInput", "AgentSetup", "AgentWorkflowStartEvent", "StartEvent", "ToolCall"}
    | {"ToolCallResult", "AgentStreamStructuredOutput"}
)


def read_vllm(chunk: object) -> Reading:
    """Read an output of vLLM's engine, which holds all of the text so far."""
    if get(chunk, "request_id") is None or not is_list(get(chunk, "outputs")):
        return None
    outputs = items(get(chunk, "outputs"))[:1]
    return Cumulative("".join(text(get(output, "text")) for output in outputs))


def read_dspy(chunk: object) -> Reading:
    """Read a chunk of DSPy: of a field that is streamed, or the prediction at the end."""
    if get(chunk, "signature_field_name") is not None:
        return text(get(chunk, "chunk"))
    name = type(chunk).__name__
    if name == "StatusMessage":
        return ""
    if name != "Prediction":
        return None
    list_fields = getattr(chunk, "items", dict)
    said = [value for key, value in list_fields() if key not in _THOUGHTS]
    return [Answer(text(said[0]))] if len(said) == 1 else ""


def read_vercel(chunk: object) -> Reading:
    """Read a part of the stream protocol of Vercel's AI SDK."""
    kind = text(get(chunk, "type"))
    if kind == "text-delta":
        names = ("delta", "textDelta", "text")
        said = next(filter(None, (text(get(chunk, name)) for name in names)), "")
        return Part(said, get(chunk, "id"))
    if kind == "abort":
        broken(None, "it was aborted.")
    return "" if kind.startswith(_VERCEL) else None


def read_workflow(chunk: object) -> Reading:
    """Read an event of LlamaIndex's workflows that is not a piece of an agent's answer."""
    name = type(chunk).__name__
    if name == "AgentOutput":
        return Whole(text(get(get(chunk, "response"), "content")))
    if name == "StopEvent":
        result = get(chunk, "result")
        response = get(result, "response")
        return [Answer(text(result) or text(response) or text(get(response, "content")))]
    return "" if name in _WORKFLOW else None


def read_llama_index(chunk: object) -> Reading:
    """Read a response of LlamaIndex: its `delta` is new, its text is all so far."""
    delta = get(chunk, "delta")
    if isinstance(delta, str):
        return delta
    if delta is not None or not hasattr(chunk, "delta"):
        return None
    if hasattr(chunk, "message"):
        return [Answer(text(get(get(chunk, "message"), "content")))]
    return [Answer(text(get(chunk, "text")))] if hasattr(chunk, "text") else None
