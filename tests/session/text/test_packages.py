"""What the packages of providers and frameworks stream is heard, each message once.

Against the packages themselves, where they install beside all that is tested here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from heygen_widget.session.text import pieces
from heygen_widget.session.text.readers import parts_of
from tests.session.text.endpoint import SENTENCE, running_endpoint

ASK: Any = [{"role": "user", "content": "Greet."}]
OLD: Any = {"messages": [("user", "Hi."), ("ai", "An old answer."), ("user", "Greet.")]}


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


def _ollama_chat(address: str) -> str:
    import ollama

    return heard(ollama.Client(address).chat("m", ASK, stream=True))


def _ollama_generate(address: str) -> str:
    import ollama

    return heard(ollama.Client(address).generate("m", "Greet.", stream=True))


def _cohere(address: str) -> str:
    import cohere

    client = cohere.ClientV2(api_key="k", base_url=address)
    return heard(client.chat_stream(model="m", messages=ASK))


def _hugging_face(address: str) -> str:
    from huggingface_hub import InferenceClient

    client = InferenceClient(base_url=address, api_key="k")
    return heard(client.chat_completion(ASK, stream=True))


def _hugging_face_texts(address: str) -> str:
    from huggingface_hub import InferenceClient

    client = InferenceClient(model=f"{address}/tokens", api_key="k")
    return heard(client.text_generation("Greet.", stream=True))


def _hugging_face_tokens(address: str) -> str:
    from huggingface_hub import InferenceClient

    client = InferenceClient(model=f"{address}/tokens", api_key="k")
    return heard(client.text_generation("Greet.", stream=True, details=True))


def _mistral(address: str) -> str:
    from mistralai.client import Mistral

    with (
        Mistral(api_key="k", server_url=address) as client,
        client.chat.stream(model="m", messages=ASK) as events,
    ):
        return heard(events)


PROVIDERS: list[Callable[[str], str]] = [
    _ollama_chat,
    _ollama_generate,
    _cohere,
    _hugging_face,
    _hugging_face_texts,
    _hugging_face_tokens,
    _mistral,
]


@pytest.mark.parametrize(
    "ask",
    PROVIDERS,
    ids=["ollama", "generate", "cohere", "hugging face", "texts", "tokens", "mistral"],
)
def test_the_stream_of_a_provider_is_heard(ask: Callable[[str], str], address: str) -> None:
    assert ask(address) == SENTENCE


def test_an_ollama_chunk_may_leave_open_whether_it_is_the_last() -> None:
    import ollama

    message = ollama.Message(role="assistant", content="Hi.")
    assert "".join(parts_of(ollama.ChatResponse(message=message))) == "Hi."


def test_thoughts_of_mistral_are_silent() -> None:
    from mistralai.client import models

    blocks = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Unspoken."}]},
        {"type": "text", "text": "Hi."},
    ]
    choice = {"index": 0, "delta": {"content": blocks}, "finish_reason": None}
    chunk = models.CompletionChunk.model_validate({"id": "c", "model": "m", "choices": [choice]})
    assert "".join(parts_of(models.CompletionEvent(data=chunk))) == "Hi."


def _graph() -> Any:
    """Make a graph whose first node asks a model, and whose others make messages of their own."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage, ToolMessage
    from langgraph.graph import END, START, MessagesState, StateGraph

    model = GenericFakeChatModel(messages=iter([AIMessage("Let me look.")]))

    def ask(state: Any) -> Any:
        return {"messages": [model.invoke(state["messages"])]}

    def tell(_: Any) -> Any:
        return {"messages": [ToolMessage("21", tool_call_id="t"), AIMessage("It is 21.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("ask", ask)
    graph.add_node("tell", tell)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", "tell")
    graph.add_edge("tell", END)
    return graph.compile()


MODES: list[Any] = ["messages", "values", "updates", ["messages", "updates", "values", "custom"]]


@pytest.mark.parametrize("subgraphs", [False, True])
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_a_graph_is_heard_once_in_each_of_its_modes(
    mode: Any, version: str, *, subgraphs: bool
) -> None:
    stream = _graph().stream(OLD, stream_mode=mode, version=version, subgraphs=subgraphs)
    assert heard(stream) == "Let me look.\n\nIt is 21."


def test_the_events_of_a_graph_are_heard() -> None:
    assert asyncio.run(heard_async(_graph().astream_events(OLD))) == "Let me look."
