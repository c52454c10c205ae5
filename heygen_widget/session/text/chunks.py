"""Finds the new text in the items of a stream: strings, or what SDKs of language models yield.

Goes by shape alone and imports none of them. Knows nothing of what becomes of the text.
"""

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from typing import Final

TAKEN: Final = (
    "strings, or the chunks and events that the streams of OpenAI (chat completions, responses), "
    "Anthropic, LangChain and LiteLLM yield"
)

TEXT_EVENTS: Final = frozenset({"response.output_text.delta", "content.delta"})
"""Events of OpenAI's responses, and of its helper for chat completions, with text in `delta`."""

# What Anthropic's helper and OpenAI's helper tell beside the raw event that has the same text.
SILENT_EVENTS: Final = frozenset(
    {"text", "citation", "thinking", "signature", "input_json", "compaction", "chunk", "ping"}
    | {"error", "message_start", "message_delta", "message_stop"}
    | {"content_block_start", "content_block_stop"}
)
INNER_STREAMS: Final = ("completion_stream", "streaming_response")
"""Where LiteLLM's wrappers keep what they wrap, perhaps one in another."""

SILENT_FAMILIES: Final = ("response.", "content.", "refusal.", "tool_calls.", "logprobs.")


class UnspeakableChunk(TypeError):  # noqa: N818 (named for what it is about)
    """Something that holds no text of a known shape."""


def text_of(chunk: object) -> str:
    """Return the new text in one item of a stream; "" if it brings none.

    Takes strings, chunks of OpenAI's chat completions (and LiteLLM's), events of OpenAI's
    responses, events of Anthropic's messages, messages of LangChain, and dicts of these shapes.

    Raises
    ------
    UnspeakableChunk
        When it is none of these.
    """
    if isinstance(chunk, str):
        return chunk
    if isinstance(choices := _get(chunk, "choices"), list | tuple):
        return _text_of_choices(choices)
    kind = _get(chunk, "type")
    if isinstance(kind, str):
        if kind in TEXT_EVENTS:
            return _text(_get(chunk, "delta"))
        if kind == "content_block_delta":
            delta = _get(chunk, "delta")
            return _text(_get(delta, "text")) if _get(delta, "type") == "text_delta" else ""
        if kind in SILENT_EVENTS or kind.startswith(SILENT_FAMILIES):
            return ""
    if isinstance(content := _get(chunk, "content"), str | list | tuple):
        return _text_of_content(content)
    raise UnspeakableChunk(
        f"There is no text to be found in {type(chunk).__name__}. Taken are {TAKEN}."
    )


def pieces(source: object) -> Iterator[str] | AsyncIterator[str]:
    """Iterate over the new texts of a stream; asynchronously if the stream is asynchronous.

    The stream is read, never closed.

    Raises
    ------
    UnspeakableChunk
        When it is no stream; while iterating, when one of its items holds no text.
    """
    if isinstance(source, str | bytes | bytearray | memoryview | Mapping):
        raise UnspeakableChunk(
            f"{type(source).__name__} is no stream of text. Taken are streams of {TAKEN}."
        )
    if isinstance(source, Iterable) and not _is_wrapped_asynchronous(source):
        return _pieces(source)
    if isinstance(source, AsyncIterable):
        return _async_pieces(source)
    hint = f"Taken are streams of {TAKEN}."
    if isinstance(source, Coroutine):
        hint = "Await it first: `speak(await ...)`."
    elif hasattr(source, "__enter__") or hasattr(source, "__aenter__"):
        hint = "Enter it first: `with ... as stream: speak(stream)`."
    raise UnspeakableChunk(f"{type(source).__name__} cannot be iterated. {hint}")


def _is_wrapped_asynchronous(source: object) -> bool:
    """Tell whether a stream that offers both ways, as LiteLLM's do, has only one that works."""
    inner: object = source
    while isinstance(inner, Iterable) and isinstance(inner, AsyncIterable):
        if inspect.iscoroutinefunction(getattr(inner, "make_call", None)):
            return True
        held = (getattr(inner, name, None) for name in INNER_STREAMS)
        inner = next((stream for stream in held if stream is not None), None)
    return isinstance(inner, AsyncIterable)


def _pieces(source: Iterable[object]) -> Iterator[str]:
    return filter(None, map(text_of, source))


async def _async_pieces(source: AsyncIterable[object]) -> AsyncIterator[str]:
    async for chunk in source:
        if text := text_of(chunk):
            yield text


def _text_of_choices(choices: list[object] | tuple[object, ...]) -> str:
    first = [choice for choice in choices if not _get(choice, "index")]  # the others are variants
    deltas = [_get(choice, "delta") for choice in first]
    if None in deltas:
        raise UnspeakableChunk(
            "This is a whole completion, not a chunk of one. Ask for it with `stream=True`, or "
            "speak its text: `completion.choices[0].message.content`."
        )
    return "".join(_text(_get(delta, "content")) for delta in deltas)


def _text_of_content(content: str | list[object] | tuple[object, ...]) -> str:
    if isinstance(content, str):
        return content
    return "".join(b if isinstance(b, str) else _text_of_block(b) for b in content)


def _text_of_block(block: object) -> str:
    # Blocks of other types have a text too: that of a thought, say.
    return _text(_get(block, "text")) if _get(block, "type") in {"text", "text_delta"} else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _get(thing: object, name: str) -> object:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
