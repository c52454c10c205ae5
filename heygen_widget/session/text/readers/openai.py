"""OpenAI's chat completions, completions and responses, and all who speak like them.

Azure, Mistral, Hugging Face's InferenceClient, LiteLLM, vLLM's server and llama-cpp do.
"""

from typing import Final

from heygen_widget.session.text.readers.shapes import (
    UnspeakableChunk,
    broken,
    get,
    items,
    text,
    word,
)

_TEXT_EVENTS: Final = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",  # a refusal is what the model says
        "content.delta",
        "refusal.delta",
    }
)
_SILENT_FAMILIES: Final = ("response.", "content.", "refusal.", "tool_calls.", "logprobs.")


def read_choices(chunk: object) -> str | None:
    """Read a chunk with choices. Only the first choice is an answer; others are variants."""
    choices = get(chunk, "choices")
    if not isinstance(choices, list | tuple):
        if isinstance(get(chunk, "error"), dict) and get(chunk, "type") is None:
            broken(get(chunk, "error"), "an error")
        return None
    return "".join(_of_choice(choice) for choice in choices if not get(choice, "index"))


def _of_choice(choice: object) -> str:
    delta, message = get(choice, "delta"), get(choice, "message")
    said = _of_delta(delta) if delta is not None else text(get(choice, "text"))
    if delta is None and message is not None:
        raise UnspeakableChunk(
            "This is a whole completion, not a chunk of one. Ask for it with `stream=True`, or "
            "speak its text: `completion.choices[0].message.content`."
        )
    if word(get(choice, "finish_reason")) in {"content_filter", "error"}:
        broken(get(choice, "error"), f"{word(get(choice, 'finish_reason'))}.")
    return said


def _of_delta(delta: object) -> str:
    content = get(delta, "content")
    blocks = (text(get(b, "text")) for b in items(content) if get(b, "type") == "text")
    return text(content) + "".join(blocks) + text(get(delta, "refusal"))


def read_event(chunk: object) -> str | None:
    """Read an event of responses, or of the helper for chat completions."""
    kind = get(chunk, "type")
    if not isinstance(kind, str):
        return None
    if kind in _TEXT_EVENTS:
        return text(get(chunk, "delta"))
    response = get(chunk, "response")
    if kind == "response.failed":
        broken(get(response, "error"), "the response failed.")
    if kind == "response.incomplete":
        broken(get(response, "incomplete_details"), "the response is incomplete.")
    if kind == "error":
        broken(get(chunk, "error") or chunk, "an error")
    return "" if kind.startswith(_SILENT_FAMILIES) or kind == "chunk" else None
