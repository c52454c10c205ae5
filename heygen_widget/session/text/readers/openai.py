"""OpenAI's chat completions, completions, responses and threads, and compatible APIs.

Azure, Mistral, Hugging Face's InferenceClient, LiteLLM, vLLM's server and llama-cpp do.
"""

from typing import Final

from heygen_widget.session.text.readers.shapes import (
    Answer,
    Part,
    Reading,
    UnspeakableChunk,
    Whole,
    broken,
    get,
    is_list,
    items,
    text,
    word,
)

_TEXT_EVENTS: Final = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",  # a refusal is what the model says
        "response.text.delta",  # of the realtime API, where an answer is text or sound
        "response.audio_transcript.delta",
        "response.output_audio_transcript.delta",
        "content.delta",
        "refusal.delta",
    }
)
_WHOLE_EVENTS: Final = {
    "response.output_text.done": "text",
    "response.refusal.done": "refusal",
    "response.text.done": "text",
    "response.audio_transcript.done": "transcript",
    "response.output_audio_transcript.done": "transcript",
    "content.done": "content",
    "refusal.done": "refusal",
}
_FIELDS: Final = {
    "output_text": "text",
    "refusal": "refusal",
    "audio": "transcript",
    "output_audio": "transcript",
}
_SILENT_FAMILIES: Final = (
    *("response.", "content.", "refusal.", "tool_calls.", "logprobs.", "session.", "transcript"),
    *("conversation.", "input_audio_buffer.", "output_audio_buffer.", "rate_limits."),
)


def read_choices(chunk: object) -> Reading:
    """Read a chunk with choices. Only the first choice is an answer; others are variants."""
    choices = get(chunk, "choices")
    if not is_list(choices):
        if isinstance(get(chunk, "error"), dict) and get(chunk, "type") is None:
            broken(get(chunk, "error"), "an error")
        return None
    error = get(chunk, "error")  # which some routers tell beside an empty choice
    return "".join(_of_choice(choice, error) for choice in choices if not get(choice, "index"))


def _of_choice(choice: object, error: object) -> str:
    delta, message = get(choice, "delta"), get(choice, "message")
    said = _of_delta(delta) if delta is not None else text(get(choice, "text"))
    if delta is None and message is not None:
        raise UnspeakableChunk(
            "This is a complete answer, not a chunk of one. Request it with `stream=True`, or "
            "speak its text: `completion.choices[0].message.content`."
        )
    if word(get(choice, "finish_reason")) in {"content_filter", "error"}:
        broken(get(choice, "error") or error, f"{word(get(choice, 'finish_reason'))}.")
    return said


def _of_delta(delta: object) -> str:
    content = get(delta, "content")
    blocks = (text(get(b, "text")) for b in items(content) if get(b, "type") == "text")
    audio = text(get(get(delta, "audio"), "transcript"))
    return text(content) + "".join(blocks) + text(get(delta, "refusal")) + audio


def read_event(chunk: object) -> Reading:
    """Read an event of responses, or of the helper for chat completions."""
    kind = get(chunk, "type")
    if not isinstance(kind, str):
        return None
    if kind in _TEXT_EVENTS:
        return Part(text(get(chunk, "delta")), _of(chunk))
    if kind in _WHOLE_EVENTS:
        return Whole(text(get(chunk, _WHOLE_EVENTS[kind])), _of(chunk))
    response = get(chunk, "response")
    for end in ("failed", "incomplete", "cancelled"):
        if kind == f"response.{end}" or get(response, "status") == end:
            details = get(response, "error") or get(response, "incomplete_details")
            broken(details, f"the response is {end}.")
    if kind == "error":
        broken(get(chunk, "error") or chunk, "an error")
    if kind == "response.output_item.done":
        return [Answer(of_item(get(chunk, "item")))]
    if kind in {"response.completed", "response.done"}:
        return [Answer(of_item(item)) for item in items(get(response, "output"))]
    return "" if kind.startswith(_SILENT_FAMILIES) or kind == "chunk" else None


def _of(chunk: object) -> str:
    # The helper for chat completions has no items: it tells one message.
    return text(get(chunk, "item_id")) or "message"


def of_item(item: object) -> str:
    """Return the text of an item of a response, when it is a message."""
    parts = items(get(item, "content")) if get(item, "type") == "message" else []
    return "".join(text(get(part, _FIELDS.get(text(get(part, "type")), ""))) for part in parts)


def read_thread(chunk: object) -> Reading:
    """Read an event of an assistant's thread."""
    event = get(chunk, "event")
    if not isinstance(event, str) or not event.startswith("thread."):
        return None
    data = get(chunk, "data")
    if event == "thread.message.delta":
        return Part(_of_thread(get(data, "delta")), get(data, "id"))
    if event == "thread.message.completed":
        return Whole(_of_thread(data), get(data, "id"))
    if event == "thread.run.failed":
        broken(get(data, "last_error"), "the run failed.")
    return ""


def _of_thread(message: object) -> str:
    blocks = (get(block, "text") for block in items(get(message, "content")))
    return "".join(text(get(block, "value")) for block in blocks)
