"""What a stream tells in parts and then whole, or whole alone, is said once."""

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.session.text import pieces
from heygen_widget.session.text.chunks import ModelText


def said(source: Any) -> str:
    return "".join(pieces(iter(source)))  # type: ignore[arg-type]


def some(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**fields)


def named(kind: str, **fields: Any) -> object:
    """Make an object of a class with that name, as some readers know chunks by it."""
    return type(kind, (SimpleNamespace,), {})(**fields)


def _chunk(text: str, of: str | None = "m") -> Any:
    return some(type="AIMessageChunk", content=text, id=of)


def _message(text: str, of: str | None = "m", kind: str = "ai") -> Any:
    return some(type=kind, content=text, id=of)


def _completion(delta: str) -> Any:
    return {"choices": [{"index": 0, "delta": {"content": delta}}]}


def _response(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


def _item(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text}
    return {"type": "message", "id": "i", "role": "assistant", "content": [part]}


def _thread(kind: str, text: str) -> dict[str, Any]:
    content = {"content": [{"type": "text", "text": {"value": text}}]}
    data = {"id": "m", **(content if kind == "completed" else {"delta": content})}
    return {"event": f"thread.message.{kind}", "data": data}


def _state(*messages: Any) -> dict[str, Any]:
    return {"messages": [_message("Who?", "q", "human"), *messages]}


def _run_event(kind: str, **data: Any) -> dict[str, Any]:
    return {"event": f"on_chat_model_{kind}", "run_id": "r", "data": data}


def _block(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"content_block_{kind}", "index": 0, **fields}


def _part(text: str) -> Any:
    return some(content=some(parts=[some(text=text, thought=None)]), author="agent")


PARTS: dict[str, Callable[[str], Any]] = {
    "strings": str,
    "completions": _completion,
    "responses": lambda t: _response("output_text.delta", item_id="i", delta=t),
    "refusals": lambda t: _response("refusal.delta", item_id="i", delta=t),
    "realtime": lambda t: _response("output_audio_transcript.delta", item_id="i", delta=t),
    "threads": lambda t: _thread("delta", t),
    "helper": lambda t: some(type="content.delta", delta=t, snapshot="…"),
    "anthropic": lambda t: _block("delta", delta={"type": "text_delta", "text": t}),
    "bedrock": lambda t: {"contentBlockDelta": {"delta": {"text": t}, "contentBlockIndex": 0}},
    "bedrock agents": lambda t: {"chunk": {"bytes": t.encode(errors="surrogatepass")}},
    "google": lambda t: {"candidates": [{"content": {"parts": [{"text": t}]}}]},
    "interactions": lambda t: {"event_type": "step.delta", "delta": {"type": "text", "text": t}},
    "live": lambda t: some(server_content=some(model_turn=some(parts=[some(text=t)]))),
    "ollama": lambda t: {"message": {"role": "assistant", "content": t}, "done": False},
    "cohere": lambda t: {"type": "content-delta", "delta": {"message": {"content": {"text": t}}}},
    "cohere v1": lambda t: {"event_type": "text-generation", "text": t},
    "hugging face": lambda t: {"token": {"text": t, "special": False}},
    "mistral": lambda t: {"data": {"choices": [{"index": 0, "delta": {"content": t}}]}},
    "conversations": lambda t: some(data=some(type="message.output.delta", content=t)),
    "langchain": _chunk,
    "langgraph": lambda t: (_chunk(t), {"langgraph_node": "n"}),
    "langgraph modes": lambda t: ("messages", (_chunk(t), {"langgraph_node": "n"})),
    "langgraph v2": lambda t: {"type": "messages", "ns": (), "data": (_chunk(t), {})},
    "events": lambda t: _run_event("stream", chunk=_chunk(t)),
    "pydantic-ai": lambda t: {
        "event_kind": "part_delta",
        "delta": {"part_delta_kind": "text", "content_delta": t},
    },
    "openai-agents": lambda t: some(
        type="raw_response_event",
        data=_response("output_text.delta", item_id="__fake_id__", delta=t),
    ),
    "autogen": lambda t: some(type="ModelClientStreamingChunkEvent", content=t, source="a"),
    "adk": lambda t: some(partial=True, **vars(_part(t))),
    "agno": lambda t: some(event="RunContent", content=t, run_id="r"),
    "strands": lambda t: {"data": t, "delta": {"text": t}},
    "claude": lambda t: named(
        "StreamEvent", event=_block("delta", delta={"type": "text_delta", "text": t})
    ),
    "dspy": lambda t: some(chunk=t, predict_name="p", signature_field_name="answer"),
    "vercel": lambda t: {"type": "text-delta", "id": "0", "delta": t},
    "llama-index": lambda t: some(delta=t, message=some(content="…")),
    "workflow": lambda t: named("AgentStream", delta=t, response="…", current_agent_name="a"),
}
"""What a piece of a message looks like."""

WHOLES: dict[str, Callable[[str], list[Any]]] = {
    "responses": lambda t: [
        _response("output_text.done", item_id="i", text=t),
        _response("content_part.done", item_id="i", part={"type": "output_text", "text": t}),
        _response("output_item.done", item=_item(t)),
        _response("completed", response={"output": [_item(t)]}),
    ],
    "refusals": lambda t: [_response("refusal.done", item_id="i", refusal=t)],
    "realtime": lambda t: [
        _response("output_audio_transcript.done", item_id="i", transcript=t),
        _response("done", response={"output": [_item(t)]}),
    ],
    "threads": lambda t: [_thread("completed", t)],
    "helper": lambda t: [some(type="content.done", content=t)],
    "anthropic": lambda t: [
        _block("stop", content_block={"type": "text", "text": t}),
        {"type": "message_stop", "message": {"content": [{"type": "text", "text": t}]}},
    ],
    "cohere v1": lambda t: [{"event_type": "stream-end", "response": {"text": t}}],
    "hugging face": lambda t: [{"generated_text": t}],
    "langchain": lambda t: [_message(t)],
    "langgraph": lambda t: [(_message(t), {"langgraph_node": "n"})],
    "langgraph modes": lambda t: [
        ("messages", (_message(t), {"langgraph_node": "n"})),
        ("updates", {"n": {"messages": [_message(t)]}}),
        ("values", _state(_message(t))),
        ("values", _state(_message(t))),
    ],
    "langgraph v2": lambda t: [{"type": "values", "ns": (), "data": _state(_message(t))}],
    "events": lambda t: [_run_event("end", output=_message(t))],
    "pydantic-ai": lambda t: [{"event_kind": "agent_run_result", "result": some(output=t)}],
    "openai-agents": lambda t: [
        some(
            type="raw_response_event",
            data=_response("output_text.done", item_id="__fake_id__", text=t),
        ),
        some(
            type="raw_response_event",
            data=_response("completed", response={"output": [_item(t)]}),
        ),
        some(
            type="run_item_stream_event",
            name="message_output_created",
            item=some(raw_item=_item(t)),
        ),
    ],
    "autogen": lambda t: [
        some(type="TextMessage", content=t, source="a", id="t"),
        some(messages=[], stop_reason=None),
    ],
    "adk": lambda t: [some(partial=False, **vars(_part(t)))],
    "agno": lambda t: [some(event="RunCompleted", content=t, run_id="r")],
    "claude": lambda t: [
        named("AssistantMessage", content=[some(text=t)], model="m"),
        named("ResultMessage", result=t, session_id="s"),
    ],
    "dspy": lambda t: [named("Prediction", items=lambda: [("reasoning", "no"), ("answer", t)])],
    "llama-index": lambda t: [some(delta=None, message=some(content=t))],
    "workflow": lambda t: [
        named("AgentOutput", response=some(content=t), current_agent_name="a"),
        named("StopEvent", result=some(response=some(content=t))),
    ],
}
"""How the same message is told whole, one time or several."""

TEXTS = st.text(st.characters(exclude_characters="<[◁", exclude_categories=["Cs"]), max_size=60)
CUTS = st.lists(st.integers(0, 60), max_size=6)


def _cut(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


def _heard(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("shape", PARTS)
@settings(max_examples=25, deadline=None)
@given(TEXTS, CUTS)
def test_wherever_a_text_is_cut_it_is_said_once(shape: str, text: str, cuts: list[int]) -> None:
    chunks = _cut(text, cuts)
    if shape == "strings":
        chunks = ["Yes: ", "it is: ", *chunks]  # strings alone may also repeat what came before
    assert said(map(PARTS[shape], chunks)) == "".join(chunks)


@pytest.mark.parametrize("shape", WHOLES)
@settings(max_examples=25, deadline=None)
@given(TEXTS, CUTS, st.booleans())
def test_a_message_is_said_once_whether_its_parts_came_before_or_not(
    shape: str,
    text: str,
    cuts: list[int],
    in_parts: bool,  # noqa: FBT001 (hypothesis draws it)
) -> None:
    parts = list(map(PARTS[shape], _cut(text, cuts))) if in_parts else []
    assert _heard(said([*parts, *WHOLES[shape](text)])) == _heard(text)


@pytest.mark.parametrize(
    "shape", ["langchain", "langgraph", "langgraph modes", "langgraph v2", "adk", "agno"]
)
@settings(max_examples=10, deadline=None)
@given(TEXTS, TEXTS)
def test_what_the_parts_of_a_message_lack_is_said_after_them(
    shape: str, text: str, rest: str
) -> None:
    whole = f"{text}. {rest}"
    assert _heard(said([PARTS[shape](text), *WHOLES[shape](whole)])) == _heard(whole)


def test_a_message_whose_parts_had_other_ids_is_said_once() -> None:
    parts = [_chunk("", "resp_1"), _chunk("Hel", "lc_run"), _chunk("lo.", "lc_run")]
    assert said([*parts, _message("Hello.", "resp_1")]) == "Hello."
    assert said([*parts, _message("Hello.", "another")]) == "Hello."
    assert said([*parts, _message("Hello.", None)]) == "Hello."


def test_two_messages_of_one_text_are_both_said() -> None:
    assert said([_message("Yes.", "a"), _message("Yes.", "b")]).split() == ["Yes.", "Yes."]
    twice = [_chunk("Yes.", "a"), _message("Yes.", "a"), _message("Yes.", "b")]
    assert said(twice).split() == ["Yes.", "Yes."]


def test_messages_side_by_side_are_said_once_each() -> None:
    parts = [_chunk("One ", "a"), _chunk("Two ", "b"), _chunk("here.", "a"), _chunk("there.", "b")]
    assert said([*parts, _message("One here.", "a"), _message("Two there.", "b")]) == said(parts)


def test_messages_do_not_run_into_each_other() -> None:
    assert said([_chunk("Let me look.", "a"), _chunk("It is 21.", "b")]) == (
        "Let me look.\n\nIt is 21."
    )
    assert said([_message("A title", "a"), _message("A text.", "b")]) == "A title\n\nA text."
    assert said([_chunk("3", "a"), _chunk(".14", "b")]) == "3.14"


def test_earlier_turns_in_the_state_of_a_graph_are_not_said() -> None:
    asked = [_message("Hi.", "1", "human"), _message("Old.", "2"), _message("And?", "3", "human")]
    answers = [_message("", "4"), _message('{"temp": 21}', "5", "tool"), _message("New.", "6")]
    states = [{"messages": asked + answers[:n]} for n in range(4)]
    assert said(states) == "New."
    assert said(("values", state) for state in states) == "New."
    assert said(((), "values", state) for state in states) == "New."


def test_what_the_nodes_of_a_graph_change_is_said() -> None:
    changes = [
        {"look up": None},
        {"agent": {"messages": [_message("Let me look.", None)]}},
        {"tools": {"messages": [_message("21", "5", "tool")]}},
        {"agent": {"messages": _message("It is 21.", "6")}, "other": {"n": 1}},
        {"__interrupt__": ()},
    ]
    assert said(changes[1:]) == "Let me look.\n\nIt is 21."
    assert said(("updates", change) for change in changes) == "Let me look.\n\nIt is 21."


def test_growing_messages_of_a_server_are_said_once() -> None:
    class Told(NamedTuple):
        event: str
        data: Any
        id: str | None = None

    grown = [[{"type": "ai", "id": "m", "content": "It is 21."[: n + 1]}] for n in range(9)]
    parts = [Told("messages/partial", messages) for messages in grown]
    whole = Told("messages/complete", grown[-1])
    assert said([Told("metadata", {"run_id": "r"}), *parts, whole]) == "It is 21."


def test_the_task_of_a_team_is_not_said_and_the_words_of_each_agent_are() -> None:
    told = [
        some(type="TextMessage", content="Do it.", source="user", id="0"),
        some(type="ModelClientStreamingChunkEvent", content="I ", source="a"),
        some(type="ModelClientStreamingChunkEvent", content="do.", source="a"),
        some(type="TextMessage", content="I do.", source="a", id="1"),
        some(type="ToolCallExecutionEvent", content=[], source="a", id="2"),
        some(type="TextMessage", content="Done.", source="b", id="3"),
        some(messages=[], stop_reason="done"),
    ]
    assert said(told) == "I do.\n\nDone."


def test_a_whole_message_without_the_thoughts_in_its_parts_is_said_once() -> None:
    parts = ["<think>", "Hm.", "</think>", "Hel", "lo."]
    result = some(content="Hello.", usage=some(), cached=False, thought="Hm.")
    assert said([*parts, result]) == "Hello."


def test_what_an_agent_changes_of_what_was_said_is_not_said_again() -> None:
    assert said([_chunk("My key is 7.", "a"), _message("My key is […].", "a")]) == "My key is 7."


def test_a_thought_that_never_ends_ends_with_its_message() -> None:
    assert said([_chunk("<think>Hm.", "a"), _message("Hello.", "b")]).strip() == "Hello."


def test_states_that_repeat_many_messages_add_only_the_new_one() -> None:
    text, messages = ModelText(), []
    for number in range(300):
        messages.append(_message("It is 21 degrees. " * 20, str(number)))
        text.feed({"messages": list(messages)})
    assert text.feed({"messages": messages}) == ""
