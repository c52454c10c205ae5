"""Events of Anthropic's messages, raw ones and those of its helper, which tells both."""

from typing import Final

from heygen_widget.session.text.readers.shapes import broken, get, text, word

# What the helper tells beside the raw event that has the same text.
_SILENT: Final = frozenset(
    {"text", "citation", "thinking", "signature", "input_json", "compaction", "ping"}
    | {"message_start", "message_stop", "content_block_start", "content_block_stop"}
)


def read_event(chunk: object) -> str | None:
    """Read one event."""
    kind = get(chunk, "type")
    if kind == "content_block_delta":
        delta = get(chunk, "delta")
        return text(get(delta, "text")) if get(delta, "type") == "text_delta" else ""
    if kind == "message_delta":
        reason = word(get(get(chunk, "delta"), "stop_reason"))
        if reason == "refusal":
            broken(None, "it was stopped by a filter (refusal).")
        return ""
    if kind in _SILENT and (kind != "text" or get(chunk, "snapshot") is not None):
        return ""
    return None
