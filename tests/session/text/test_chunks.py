"""Whatever a language model's SDK yields, its text is found, each piece once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from heygen_widget.session.text import UnspeakableChunk, pieces
from heygen_widget.session.text.readers import parts_of
from tests.session.text.endpoint import SENTENCE, STREAMS, TOKENS, running_endpoint

ASK: Any = [{"role": "user", "content": "Greet."}]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_endpoint() as address:
        yield address


def heard(source: object) -> str:
    said = pieces(source)
    assert isinstance(said, Iterator)
    return "".join(said)


async def heard_async(source: object) -> str:
    said = pieces(source)
    assert isinstance(said, AsyncIterator)
    return "".join([piece async for piece in said])


def test_openai_chat_completions_are_heard(address: str) -> None:
    import openai

    with openai.OpenAI(api_key="k", base_url=f"{address}/v1") as client:
        stream = client.chat.completions.create(model="m", messages=ASK, stream=True)
        assert heard(stream) == SENTENCE
        with client.chat.completions.stream(model="m", messages=ASK) as events:
            assert heard(events) == SENTENCE


def test_openai_responses_are_heard(address: str) -> None:
    import openai

    with openai.OpenAI(api_key="k", base_url=f"{address}/v1") as client:
        assert heard(client.responses.create(model="m", input="Greet.", stream=True)) == SENTENCE
        with client.responses.stream(model="m", input="Greet.") as events:
            assert heard(events) == SENTENCE


def test_anthropic_messages_are_heard_once_and_thoughts_never(address: str) -> None:
    import anthropic

    with anthropic.Anthropic(api_key="k", base_url=address) as client:
        stream = client.messages.create(model="m", max_tokens=9, messages=ASK, stream=True)
        assert heard(stream) == SENTENCE
        with client.messages.stream(model="m", max_tokens=9, messages=ASK) as events:
            assert heard(events) == SENTENCE
        with client.messages.stream(model="m", max_tokens=9, messages=ASK) as events:
            assert heard(events.text_stream) == SENTENCE


def _chats(address: str) -> tuple[Any, Any]:
    """Return a chat of LangChain, and one whose messages are parsed."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model="m", api_key=SecretStr("k"), base_url=f"{address}/v1")
    return chat, chat | StrOutputParser()


def test_langchain_is_heard(address: str) -> None:
    for chat in _chats(address):
        assert heard(chat.stream("Greet.")) == SENTENCE


async def _async_openai(address: str) -> list[str]:
    import openai

    async with openai.AsyncOpenAI(api_key="k", base_url=f"{address}/v1") as client:
        completions = await client.chat.completions.create(model="m", messages=ASK, stream=True)
        responses = await client.responses.create(model="m", input="Greet.", stream=True)
        return [await heard_async(completions), await heard_async(responses)]


async def _async_anthropic(address: str) -> list[str]:
    import anthropic

    async with anthropic.AsyncAnthropic(api_key="k", base_url=address) as client:
        raw = await client.messages.create(model="m", max_tokens=9, messages=ASK, stream=True)
        said = [await heard_async(raw)]
        async with client.messages.stream(model="m", max_tokens=9, messages=ASK) as events:
            said.append(await heard_async(events))
        async with client.messages.stream(model="m", max_tokens=9, messages=ASK) as events:
            said.append(await heard_async(events.text_stream))
        return said


async def _async_langchain(address: str) -> list[str]:
    return [await heard_async(chat.astream("Greet.")) for chat in _chats(address)]


@pytest.mark.parametrize("ask", [_async_openai, _async_anthropic, _async_langchain])
def test_the_asynchronous_streams_are_heard_alike(ask: Any, address: str) -> None:
    assert set(asyncio.run(ask(address))) == {SENTENCE}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses", "/v1/messages"])
def test_the_same_events_as_dicts_are_heard(path: str) -> None:
    assert heard(STREAMS[path]()) == SENTENCE


def test_chunks_of_openais_shape_by_anyone_are_heard() -> None:
    def chunk(text: str | None, index: int = 0) -> object:
        choice = SimpleNamespace(index=index, delta=SimpleNamespace(content=text, tool_calls=None))
        return SimpleNamespace(choices=[choice], object="chat.completion.chunk")

    assert heard(chunk(token) for token in (*TOKENS, None)) == SENTENCE
    assert heard([chunk("one answer"), chunk("a variant of it", index=1)]) == "one answer"


class LiteLLMStream:
    """Offers both ways to iterate, as `litellm.CustomStreamWrapper` does, of which one works."""

    def __init__(self, completion_stream: Any, make_call: Any = None) -> None:
        self.completion_stream = completion_stream
        self.make_call = make_call

    def __iter__(self) -> Iterator[object]:
        return self

    def __next__(self) -> object:
        return next(self.completion_stream)

    def __aiter__(self) -> AsyncIterator[object]:
        return self

    async def __anext__(self) -> object:
        if self.completion_stream is None:
            self.completion_stream = await self.make_call()
        return await anext(self.completion_stream)


class LiteLLMStreamOfAnthropic(LiteLLMStream):
    """Is wrapped once more, as `ModelResponseIterator` is."""

    @property
    def streaming_response(self) -> Any:
        return self.completion_stream


def test_litellms_streams_are_heard_in_the_way_that_works() -> None:
    chunks = STREAMS["/v1/chat/completions"]

    async def stream() -> AsyncIterator[object]:
        for chunk in chunks():
            yield chunk

    async def call() -> AsyncIterator[object]:
        return stream()

    assert heard(LiteLLMStream(iter(chunks()))) == SENTENCE
    assert heard(LiteLLMStream(LiteLLMStreamOfAnthropic(iter(chunks())))) == SENTENCE
    wrapped = LiteLLMStream(LiteLLMStreamOfAnthropic(stream()))
    assert asyncio.run(heard_async(wrapped)) == SENTENCE
    assert asyncio.run(heard_async(LiteLLMStream(stream()))) == SENTENCE
    assert asyncio.run(heard_async(LiteLLMStream(None, call))) == SENTENCE


def test_langchains_blocks_are_heard_and_its_thoughts_are_not() -> None:
    from langchain_core.messages import AIMessageChunk

    blocks: Any = [
        {"type": "reasoning", "text": "Unspoken."},
        {"type": "text", "text": "Hello", "index": 0},
        {"type": "tool_call_chunk", "name": "x"},
        " there",
    ]
    assert "".join(parts_of(AIMessageChunk(content=blocks))) == "Hello there"


@pytest.mark.parametrize("source", ["text", b"bytes", {"a": "dict"}, 42, None])
def test_what_is_no_stream_is_refused_at_once(source: object) -> None:
    with pytest.raises(UnspeakableChunk, match=type(source).__name__):
        pieces(source)


@pytest.mark.parametrize("chunk", [b"bytes", 42, None, object(), {"a": "dict"}, ["list"]])
def test_what_holds_no_text_is_refused_by_name(chunk: object) -> None:
    with pytest.raises(UnspeakableChunk, match=rf"in {type(chunk).__name__}\. Avatars speak"):
        parts_of(chunk)


def test_a_whole_completion_is_told_from_its_chunks() -> None:
    with pytest.raises(UnspeakableChunk, match="stream=True"):
        parts_of({"choices": [{"index": 0, "message": {"content": "Hello"}}]})


def test_a_stream_not_yet_awaited_or_entered_is_refused_with_advice(address: str) -> None:
    import anthropic

    async def create() -> None: ...

    waiting = create()
    with pytest.raises(UnspeakableChunk, match="Await it first"):
        pieces(waiting)
    waiting.close()
    with anthropic.Anthropic(api_key="k", base_url=address) as client:
        manager = client.messages.stream(model="m", max_tokens=9, messages=ASK)
        with pytest.raises(UnspeakableChunk, match="Enter it first"):
            pieces(manager)


def test_an_error_half_way_comes_after_what_was_said() -> None:
    def source() -> Iterator[str]:
        yield "Hello"
        raise ConnectionError("lost")

    said = pieces(source())
    assert isinstance(said, Iterator)
    assert next(said) == "Hello"
    with pytest.raises(ConnectionError):
        next(said)
