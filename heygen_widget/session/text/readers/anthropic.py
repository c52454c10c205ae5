"""Events of Anthropic's messages, raw ones and those of its helper, which tells both."""

from typing import Final

from heygen_widget.session.text.readers.shapes import (
    Answer,
    Part,
    Reading,
    Whole,
    broken,
    get,
    items,
    of_block,
    text,
    word,
)

# What the helper tells beside the raw event that has the same text.
_SILENT: Final = frozenset(
    {"text", "citation", "thinking", "signature", "input_json", "compaction", "ping"}
    | {"message_start"}
)


def read_event(chunk: object) -> Reading:
    """Read one event."""
    kind = text(get(chunk, "type"))
    if kind.startswith("content_block_"):
        return _read_block(kind, chunk)
    if kind == "message_stop":  # the helper tells the whole message
        return [Answer(of_block(block)) for block in items(get(get(chunk, "message"), "content"))]
    if kind == "message_delta":
        if word(get(get(chunk, "delta"), "stop_reason")) == "refusal":
            broken(None, "it was stopped by a filter (refusal).")
        return ""
    if kind == "completion":  # of the models before messages
        return text(get(chunk, "completion"))
    silent = kind in _SILENT and (kind != "text" or get(chunk, "snapshot") is not None)
    return "" if silent else None


def _read_block(kind: str, chunk: object) -> Reading:
    of = f"block {get(chunk, 'index')}"
    if kind == "content_block_delta":
        delta = get(chunk, "delta")
        return Part(text(get(delta, "text")) if get(delta, "type") == "text_delta" else "", of)
    block = of_block(get(chunk, "content_block"))
    # The helper tells the whole block at its end.
    return Part(block, of) if kind == "content_block_start" else Whole(block, of)
