"""What a language model means for itself is left out, and what it repeats is said once."""
# ruff: noqa: RUF001 - the markers of some models

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.session.text import ModelError, UnspeakableChunk, pieces
from heygen_widget.session.text.growing import Growing
from heygen_widget.session.text.readers import parts_of
from heygen_widget.session.text.unthinking import Unthinking


def said(source: Any) -> str:
    return "".join(pieces(source))  # type: ignore[arg-type]


def _meant(parts: list[str]) -> str:
    text = Unthinking()
    return "".join([*map(text.feed, parts), text.feed("", final=True)])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<think>Hmm.\n\nWell.</think>Hello.", "Hello."),
        ("<thinking>a</thinking>\n<reasoning>b</reasoning>Yes.", "\nYes."),
        ("Hello <think>hmm</think>there.", "Hello there."),
        ("[THINK]no[/THINK]Yes.", "Yes."),
        ("<think>cut off", ""),
        ("I think < 5 and a<b.", "I think < 5 and a<b."),
        ("Write `<think>` around it.", "Write `<think>` around it."),
        ("It uses the <think> tag.", "It uses the <think> tag."),
        ("Hi.<|im_end|>", "Hi."),
        ("<s>[INST] Hi. [/INST]</s><|endoftext|><|eot_id|><end_of_turn>", " Hi. "),
        ("<|im_start|>assistant\nHi.<|im_end|>", "Hi."),
        ("<|start_header_id|>assistant<|end_header_id|>Hi.", "Hi."),
        (
            "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|message|>Hi.<|return|>",
            "Hi.",
        ),
        # Turns that models make up, tools and other templates.
        ("<|im_start|>assistant\nHi.<|im_end|>\n<|im_start|>user\nYo<|im_end|>\n", "Hi.\n\n"),
        ("<bos><start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\nHi.", "\nHi."),
        ("<|user|>\nQ<|end|>\n<|assistant|>\nHi.<|end|>", "\n\nHi."),
        ("<｜User｜>Q<｜Assistant｜>Hi.<｜end▁of▁sentence｜>", "Hi."),
        ("<｜tool▁calls▁begin｜>f\n```json\n{}\n```<｜tool▁calls▁end｜>Hi.", "Hi."),
        ("<|header_start|>assistant<|header_end|>\n\nHi.<|eot|>", "\n\nHi."),
        ("<|start_of_role|>assistant<|end_of_role|>Hi.<|end_of_text|>", "Hi."),
        ("<|START_THINKING|>no<|END_THINKING|><|START_RESPONSE|>Hi.<|END_RESPONSE|>", "Hi."),
        ("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Hi.<|END_OF_TURN_TOKEN|>", "Hi."),
        ("<|python_tag|>print(1)<|eom_id|>", ""),
        ('[TOOL_CALLS] [{"name": "f"}]</s>', ""),
        ('<tool_call>\n{"name": "f"}\n</tool_call>\nHi.', "\nHi."),
        ("<function=f>{}</function>Hi.", "Hi."),
        ("<|start|>assistant<|channel|>commentary to=f <|constrain|>json<|message|>{}<|call|>", ""),
        ("<|channel|>final<|message|>Hi.<|return|>", "Hi."),
        ("◁think▷no◁/think▷Hi.", "Hi."),
        ("<Thinking>no</Thinking>Hi.", "Hi."),
        ("<seed:think>no</seed:think><reflection>no</reflection>Hi.", "Hi."),
        ("<think>no `</think>` no</think><answer>Hi.</answer>", "Hi."),
        ("<|begin_of_thought|>no<|end_of_thought|>Hi.", "Hi."),
        ("no</think>Hi.", "noHi."),
        # Written about.
        ("Its `<|im_end|>` token, `</think>`, `<s>` and `[INST]`.", None),
        ("`<|channel|>analysis<|message|>` and ``<bos>``", None),
        ("```\n<|im_start|>user\nHi<|im_end|>\n```\nSo.", None),
        ("```xml\n<think>x</think>\n```\n", None),
        ("~~~\n<think>\n~~~\n", None),
        ("Don`t.<|im_end|>", "Don`t."),
        ("```py\nx = 1<|im_end|>", "```py\nx = 1"),
        ('The "<think>" tag, (<think>), <answer> and <tool_call>.', None),
        ("a <| b, f <| x |> g, <|x|>, (<|>), <||>, List<String>, a<b", None),
        ("[PAD] [CLS] [a] [TODO] <unk> <0x0A> <mask> </s <|im_", None),
        ("A [1] and [b, and <x", "A [1] and [b, and <x"),
    ],
)
def test_thoughts_and_markers_are_left_out_and_text_is_not(written: str, meant: str | None) -> None:
    meant = written if meant is None else meant
    assert _meant([written]) == meant
    assert _meant(list(written)) == meant
    for at in range(1, len(written)):
        assert _meant([written[:at], written[at:]]) == meant


_PARTS = st.sampled_from([
    "<think>", "</think>", "<|im_end|>", "<|channel|>", "analysis", "<|message|>", "<|end|>", "`",
    "<s>", "[INST]", "<|im_start|>", "\n", " ", "Hi.", "<", "[", "<|", "|>", "5", "<<SYS>>",
    "```", "``", "~~~", "user", "<tool_call>", "</tool_call>", "<answer>", "[TOOL_CALLS]", "</s>",
    "◁think▷", "◁/think▷", "<|user|>", "<|start|>", "~",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PARTS, max_size=12).map("".join), st.data())
def test_wherever_a_text_is_cut_the_same_is_left_out(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert _meant(parts) == _meant([text])


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_characters="<[◁"), max_size=80))
def test_text_without_markers_passes_unchanged(text: str) -> None:
    assert _meant(list(text)) == text


@pytest.mark.parametrize(
    "chunks",
    [
        ["The", "The cat", "The cat sat."],
        ["The", "The cat sat."],
        ["T", "The cat", "The cat sat."],
        ["The", "The", "The cat", "The cat sat."],
        ["The cat sat", "The cat sat.", "The cat sat."],
    ],
)
def test_chunks_that_repeat_all_before_them_are_said_once(chunks: list[str]) -> None:
    assert said(iter(chunks)) == "The cat sat."


@pytest.mark.parametrize(
    "chunks",
    [
        ["**", "**Bold", "**Bold**"],
        ['"', '"Hi', '"Hi"'],
        ["1", "1.", "1. A", "1. A b"],
        ["5", "5 apples", "5 apples."],
        ["👍", "👍 Great", "👍 Great!"],
        ["你", "你好", "你好吗"],
        ["", "Hi", "", "Hi there", "Hi there"],
        ["<think>a", "<think>a</think>", "<think>a</think>Hi"],
    ],
)
def test_a_growing_text_may_begin_with_anything(chunks: list[str]) -> None:
    assert said(iter(chunks)) == chunks[-1].removeprefix("<think>a</think>")


@pytest.mark.parametrize(
    "chunks",
    [
        ["ha", "haha", "hahaha"],
        ["Yes", "Yes", "Yes"],
        ["Go! ", "Go! ", "Go! "],
        ["very", " very", " very good"],
        ["Hello.", "Hello. World."],
        ["The ca", "The cat", "The cot sat"],
        ["...", "......", "........."],
        ["ha", "haha"],
        ["Ha! ", "Ha! Ha! "],
        ["1", "10", "100"],
        ["Well, ", "Well, yes."],
        ["a", "b"],
    ],
)
def test_new_text_that_begins_like_the_last_is_said_whole(chunks: list[str]) -> None:
    assert said(iter(chunks)) == "".join(chunks)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.from_regex(r" [a-z]{1,5}", fullmatch=True), min_size=3, max_size=12))
def test_a_growing_text_is_said_once_and_its_deltas_are_too(words: list[str]) -> None:
    whole = "".join(words)
    growing = Growing()
    grown = ["Well" + "".join(words[: n + 1]) for n in range(len(words))]
    assert "".join([*map(growing.feed, grown), growing.end()]) == f"Well{whole}"
    chunks = [{"choices": [{"delta": {"content": word}}]} for word in words]
    assert said(chunks) == whole


def _some(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**fields)


HEARD: list[Any] = [
    {"choices": [{"delta": {"refusal": "Hi."}}]},
    {"type": "response.refusal.delta", "delta": "Hi."},
    {"choices": [{"index": 0, "text": "Hi."}]},
    {"message": {"role": "assistant", "content": "Hi.", "thinking": "no"}, "done": False},
    {"response": "Hi.", "done": False},
    {"candidates": [{"content": {"parts": [{"text": "no", "thought": True}, {"text": "Hi."}]}}]},
    {"data": {"choices": [{"index": 0, "delta": {"content": [{"type": "text", "text": "Hi."}]}}]}},
    {"type": "content-delta", "delta": {"message": {"content": {"text": "Hi."}}}},
    {"event_type": "text-generation", "text": "Hi."},
    {"token": {"text": "Hi.", "special": False}},
    {"event_kind": "part_start", "part": {"part_kind": "text", "content": "Hi."}},
    {"event_kind": "part_delta", "delta": {"part_delta_kind": "text", "content_delta": "Hi."}},
    _some(type="raw_response_event", data={"type": "response.output_text.delta", "delta": "Hi."}),
    (_some(type="AIMessageChunk", content="Hi."), {"langgraph_node": "n"}),
    ("messages", (_some(type="AIMessageChunk", content="Hi."), {})),
    (("sub",), "messages", (_some(type="AIMessageChunk", content="Hi."), {})),
    {"event": "on_chat_model_stream", "data": {"chunk": _some(content="Hi.")}},
    {"contentBlockDelta": {"delta": {"text": "Hi."}, "contentBlockIndex": 0}},
    {
        "chunk": {
            "bytes": b'{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi."}}'
        }
    },
    {"chunk": {"bytes": b'{"outputText": "Hi."}'}},
    _some(type="chat", role="assistant", content="Hi."),
    _some(delta="Hi.", text="So far. Hi."),
    _some(chunk="Hi.", predict_name="p", signature_field_name="answer"),
    {"type": "ModelClientStreamingChunkEvent", "content": "Hi.", "source": "a"},
    {"type": "text-delta", "id": "0", "delta": "Hi."},
    {"choices": [{"index": 0, "delta": {"audio": {"transcript": "Hi."}}}]},
    [_some(role=_some(value="assistant"), content="Hi.", choice_index=0)],
    {"output": {"choices": [{"message": {"role": "assistant", "content": "Hi."}}]}},
    {"output": {"text": "Hi."}, "sessionId": "s"},
    {"results": [{"generated_text": "Hi."}]},
    {"answer": "Hi."},
]
SILENT: list[Any] = [
    {"choices": [{"index": 0, "content_filter_results": {"hate": {"filtered": False}}}]},
    {"choices": [{"delta": {"content": None, "reasoning_content": "no"}}]},
    {"message": {"role": "assistant", "content": "", "thinking": "no"}, "done": False},
    (_some(type="tool", content='{"temp": 21.4}'), {"langgraph_node": "tools"}),
    _some(type="ChatMessageChunk", role="tool", content="no"),
    ("updates", {"agent": {"messages": []}}),
    {"event": "on_tool_end", "data": {"output": "21"}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"type": "message-start", "id": "m"},
    {"token": {"text": "</s>", "special": True}},
    {"event_kind": "function_tool_call", "part": {"args": "{}"}},
    _some(type="run_item_stream_event", name="tool_called", item=None),
    {"type": "reasoning-delta", "delta": "no"},
    {"type": "TextMessage", "content": "a task", "source": "user"},
    _some(type="ToolCallSummaryMessage", content="21", source="a"),
    {"model": "m", "message": {"role": "assistant", "content": ""}, "done": None},
    {"candidates": None, "usage_metadata": None},
    {"trace": {"agentId": "a"}},
    {"init_event_loop": True},
    {"context": ["a document"]},
    _some(role=_some(value="tool"), content="21"),
    _some(content="{", chunk_type=_some(value="tool_call")),
    ("custom", {"progress": 1}),
    {"type": "tasks", "ns": (), "data": {"id": "1"}},
]
BROKEN: list[Any] = [
    {
        "error": {"message": "gone"},
        "choices": [{"delta": {"content": ""}, "finish_reason": "error"}],
    },
    {"type": "response.cancelled", "response": {}},
    {"type": "response.done", "response": {"status": "failed", "output": []}},
    {"candidates": [{"finishReason": "SAFETY"}]},
    {"promptFeedback": {"blockReason": "OTHER"}},
    {"choices": [{"delta": {}, "finish_reason": "content_filter"}]},
    {"type": "response.failed", "response": {"error": {"message": "overloaded"}}},
    {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "filter"}}},
    {"type": "error", "error": {"type": "overloaded_error", "message": "Over\x1b[31mloaded"}},
    {"type": "error", "message": "broken", "code": None},
    {"error": {"message": "out of memory"}},
    {"error": "model not found"},
    {"modelStreamErrorException": {"message": "broken"}},
    {"candidates": [{"finish_reason": "SAFETY", "content": None}]},
    {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "broken"}},
]


@pytest.mark.parametrize("chunk", HEARD, ids=repr)
def test_the_text_is_found_in_what_each_family_streams(chunk: Any) -> None:
    assert "".join(parts_of(chunk)) == "Hi."


@pytest.mark.parametrize("chunk", SILENT, ids=repr)
def test_what_is_not_for_listeners_is_silent(chunk: Any) -> None:
    assert "".join(parts_of(chunk)) == ""


@pytest.mark.parametrize("chunk", BROKEN, ids=repr)
def test_what_says_that_the_model_failed_is_an_error_that_says_why(chunk: Any) -> None:
    with pytest.raises(ModelError, match=r"did not finish its answer: .+") as failure:
        parts_of(chunk)
    assert str(failure.value).isprintable()


@pytest.mark.parametrize(
    "source",
    [[1, 2], ("Hi.", 2), {"a": 1}.items(), range(3), {"Hi."}, iter(b"Hi."), _some(choices=[])],
    ids=lambda source: type(source).__name__,
)
def test_what_is_known_to_give_no_text_is_refused_at_once(source: Any) -> None:
    with pytest.raises(UnspeakableChunk):
        pieces(source)
