"""Extracts the new text from stream items: strings, or chunks of language model SDKs.

Goes by shape alone and imports none of them. Knows nothing of the text's further use.
"""

import inspect
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Coroutine,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
)
from typing import Final

from heygen_widget.language import table
from heygen_widget.session.text.growing import Growing
from heygen_widget.session.text.once import Once
from heygen_widget.session.text.readers import (
    TAKEN,
    Cumulative,
    Loose,
    Part,
    UnspeakableChunk,
    Whole,
    parts_of,
)
from heygen_widget.session.text.unthinking import Unthinking

INNER_STREAMS: Final = ("completion_stream", "streaming_response")
"""Where LiteLLM's wrappers keep what they wrap, perhaps one in another."""


def pieces(source: object) -> Iterator[str] | AsyncIterator[str]:
    """Iterate over the new texts of a stream; asynchronously if the stream is asynchronous.

    A chunk without text gives "", so that whoever reads may stop there. The stream is never closed.

    Raises
    ------
    UnspeakableChunk
        When it is no stream; while iterating, when one of its items holds no text.
    """
    if isinstance(source, str | bytes | bytearray | memoryview | Mapping):
        raise UnspeakableChunk(
            f"{type(source).__name__} is not text. Pass a string, or a stream of {TAKEN}."
        )
    _refuse_what_is_no_stream(source)
    if isinstance(source, Iterable) and not _is_wrapped_asynchronous(source):
        return _pieces(source)
    if isinstance(source, AsyncIterable):
        return _async_pieces(source)
    hint = f"Pass a string, or a stream of {TAKEN}."
    if isinstance(source, Coroutine):
        hint = "Await it first: `speak(await ...)`."
    elif hasattr(source, "__enter__") or hasattr(source, "__aenter__"):
        hint = "Enter it first: `with ... as stream: speak(stream)`."
    raise UnspeakableChunk(f"{type(source).__name__} is not text. {hint}")


def _is_wrapped_asynchronous(source: object) -> bool:
    """Tell whether a stream that offers both ways, as LiteLLM's do, has only one that works."""
    inner: object = source
    while isinstance(inner, Iterable) and isinstance(inner, AsyncIterable):
        if inspect.iscoroutinefunction(getattr(inner, "make_call", None)):
            return True
        held = (getattr(inner, name, None) for name in INNER_STREAMS)
        inner = next((stream for stream in held if stream is not None), None)
    return isinstance(inner, AsyncIterable)


def _refuse_what_is_no_stream(source: object) -> None:
    """Refuse what can be iterated but is known, before it is read, to give no text in order.

    Raises
    ------
    UnspeakableChunk
        When it is one answer, a response that was not parsed, numbers or a set.
    """
    name = type(source).__name__
    if isinstance(source, list | tuple):
        stream = ModelText()
        for chunk in source:
            stream.feed(chunk)
    elif isinstance(source, set | frozenset | range | ItemsView) or name == "bytes_iterator":
        raise UnspeakableChunk(f"{name} has no order. Pass a string, or a stream of {TAKEN}.")
    elif hasattr(source, "iter_lines") and hasattr(source, "status_code"):
        raise UnspeakableChunk(
            f"{name} is an HTTP response. Parse its lines, and speak a generator of the strings "
            "they contain."
        )
    elif hasattr(source, "dtype") and hasattr(source, "tolist"):
        raise UnspeakableChunk(f"{name} is data. Speak its texts: `speak(values.tolist())`.")
    elif not isinstance(source, Iterator | AsyncIterator) and _is_an_answer(source):
        raise UnspeakableChunk(
            f"{name} is a complete answer, not a stream. Request a stream, or speak its text."
        )


def _is_an_answer(source: object) -> bool:
    return any(
        isinstance(getattr(source, name, None), list | tuple | str)
        for name in ("choices", "content", "candidates", "output_text")
    )


class ModelText:
    """The chunks of one stream in, the text to say out.

    What is told in parts and then whole is said once. Messages do not run into each other.
    """

    def __init__(self) -> None:
        self._growing = Growing()
        self._once = Once()
        self._unthinking = Unthinking()
        self._of = ""  # what tells the latest message from others
        self._last = ""  # character of what was told

    def feed(self, chunk: object) -> str:
        """Add a chunk; return what is sure to be said, perhaps nothing."""
        return "".join([self._add(part, chunk) for part in parts_of(chunk)])

    def end(self) -> str:
        """Return what is left to say."""
        return self._unthinking.feed(self._growing.end(), final=True)

    def _add(self, part: str, chunk: object) -> str:
        if isinstance(part, Whole):
            return self._add_whole(part)
        if isinstance(chunk, str) or isinstance(part, Cumulative | Loose):
            part = self._growing.feed(part)
        return self._add_part(part, part.of if isinstance(part, Part) else "")

    def _add_part(self, text: str, of: str) -> str:
        if not text:
            return ""
        self._once.note(text, of)
        others = self._of and of and of != self._of
        self._of = of
        # Ids may change within a message, but not between sentences that run together.
        apart = others and self._last in table().sentence_marks and not text[0].isspace()
        return self._say(text, apart=bool(apart))

    def _add_whole(self, whole: Whole) -> str:
        before = self._add_part(self._growing.end(), "")
        new = self._once.rest(whole)
        return before + self._say(new, apart=len(new) == len(whole))

    def _say(self, text: str, *, apart: bool) -> str:
        if not text:
            return ""
        before = ""
        if apart and self._last:
            before = self._unthinking.feed("", final=True)
            self._unthinking = Unthinking()
            before += "" if self._last.isspace() else "\n\n"
        self._last = text[-1]
        return before + self._unthinking.feed(text)


def _pieces(source: Iterable[object]) -> Iterator[str]:
    text = ModelText()
    try:
        for chunk in source:
            yield text.feed(chunk)
    except Exception:
        if rest := text.end():
            yield rest  # it was written before that
        raise
    yield text.end()


async def _async_pieces(source: AsyncIterable[object]) -> AsyncIterator[str]:
    text = ModelText()
    try:
        async for chunk in source:
            yield text.feed(chunk)
    except Exception:
        if rest := text.end():
            yield rest  # it was written before that
        raise
    yield text.end()
