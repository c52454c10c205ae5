"""The marks that chat templates put around what a model says, thinks and calls: a list of them.

Knows no streams. In prose and in code the same words are text.
"""

import re
from typing import Final, NamedTuple

LONGEST: Final = 48
"""Characters of a marker at most."""

_THOUGHTS: Final = (
    r"(?:[a-z]+[:_])?(?:think|thinking|thoughts?|reasoning|analysis|reflection|scratchpad"
    r"|inner_monologue|antthinking)"
)
_CALLS: Final = r"tool_calls?|tool_response|tool_results?|function_calls?|function_results?"
_BRACKETED: Final = "THINK|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT|TOOL_CONTENT"
_TOKEN_PAIRS: Final = {
    "<|think|>": "<|/think|>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "<|START_ACTION|>": "<|END_ACTION|>",
    "<|START_TOOL_RESULT|>": "<|END_TOOL_RESULT|>",
    "<|tool_call_start|>": "<|tool_call_end|>",
    "<|tool_calls_section_begin|>": "<|tool_calls_section_end|>",
    "<\uff5ctool\u2581calls\u2581begin\uff5c>": "<\uff5ctool\u2581calls\u2581end\uff5c>",
    "<\uff5ctool\u2581outputs\u2581begin\uff5c>": "<\uff5ctool\u2581outputs\u2581end\uff5c>",
}
_HEADERS: Final = {
    "<|im_start|>": "\n",
    "<start_of_turn>": "\n",
    "<|start_header_id|>": "<|end_header_id|>",
    "<|header_start|>": "<|header_end|>",
    "<|start_of_role|>": "<|end_of_role|>",
    "<|im_assistant|>": "<|im_middle|>",
    "<|im_user|>": "<|im_middle|>",
    "<|im_system|>": "<|im_middle|>",
    "<|start|>": "<|message|>",
    "<|channel|>": "<|message|>",
}
_FOR_OTHERS: Final = frozenset({
    "<|user|>", "<|system|>", "<|tool|>", "<|observation|>", "<|USER_TOKEN|>", "<|SYSTEM_TOKEN|>",
    "<\uff5cUser\uff5c>", "<|python_tag|>", "[TOOL_CALLS]",
})  # fmt: skip
_BARE: Final = (
    "[INST]", "[/INST]", "[TOOL_CALLS]", "<s>", "</s>", "<<SYS>>", "<</SYS>>",
    "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<pad>", "<answer>", "</answer>",
)  # fmt: skip

MARKER: Final = re.compile(
    rf"</?(?P<pair>(?i:{_THOUGHTS}|{_CALLS}))>|<(?P<call>function)=[\w.-]+>|</function>"
    rf"|\[/?(?P<bracketed>{_BRACKETED})\]|\u25c1/?(?P<triangle>think)\u25b7"
    r"|(?P<token><[|\uff5c]/?[A-Za-z][\w\u2581]{2,40}[|\uff5c]>)|" + "|".join(map(re.escape, _BARE))
)
_BEGUN: Final = re.compile(
    r"(?:<<?/?(?:[A-Za-z][\w:=.-]{0,40})?>?|<[|\uff5c](?:/?(?:[A-Za-z][\w\u2581]{0,40}[|\uff5c]?)?)?"
    r"|\[/?[A-Z_]{0,20}|\u25c1/?[a-z]{0,8})\Z"
)
MESSAGE_END: Final = re.compile(
    r"<\|(?:end|return|call|im_end|eot_id|eom_id|eot|end_of_text|endoftext|END_OF_TURN_TOKEN)\|>"
    r"|<end_of_turn>|</s>"
    r"|(?=<\|(?:im_start|start_header_id|header_start|start_of_role|start|assistant|im_assistant"
    r"|CHATBOT_TOKEN)\|>|<start_of_turn>|<\uff5cAssistant\uff5c>)"
)
"""Where a message ends: behind a marker, or in front of the next message's."""


class Opened(NamedTuple):
    """What a marker begins."""

    end: re.Pattern[str]  # finds where it ends
    is_certain: bool = True  # whether the marker cannot be prose
    is_header: bool = False  # whether it says whom the message after it is from and for


def opened_by(marker: re.Match[str]) -> Opened | None:
    """Tell what a marker begins; None if nothing."""
    name = marker[0]
    if name in _HEADERS:
        return Opened(re.compile(re.escape(_HEADERS[name])), is_header=True)
    if name in _FOR_OTHERS:
        return Opened(MESSAGE_END)
    if name[1] == "/":
        return None
    if close := _TOKEN_PAIRS.get(name, "\u25c1/think\u25b7" if marker["triangle"] else ""):
        return Opened(re.compile(re.escape(close)))
    if bracketed := marker["bracketed"]:
        return Opened(re.compile(rf"\[/{bracketed}\]"), is_certain=False)
    element = marker["pair"] or marker["call"]
    return Opened(_end_of(element), is_certain=False) if element else None


def _end_of(element: str) -> re.Pattern[str]:
    """Return what finds the end of an element, but not where code mentions it."""
    close = f"(?i:</{re.escape(element)}>)"
    return re.compile(f"(?<!`){close}|{close}(?!`)")


def is_for_others(header: str) -> bool:
    """Tell whether the message after a header is for others than the listener."""
    role = header.strip()
    others = role.startswith(
        ("user", "system", "developer", "tool", "ipython", "observation", "function")
    )
    return others or "analysis" in role or "to=" in role


def begun(text: str) -> int:
    """Return how many of the last characters may be the beginning of a marker."""
    match = _BEGUN.search(text, max(0, len(text) - LONGEST))
    return len(text) - match.start() if match else 0
