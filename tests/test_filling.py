"""What `%%speak` makes of the braces in a text."""

import re
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.error import UsageError

from heygen_widget.magics import _filled_in

SHELL = SimpleNamespace(user_ns={"loss": 0.1234, "width": 8, "d": {"}": 1, "{": 2}})

ADVICE = re.escape("write {{ and }} for braces")

any_text = st.text(st.one_of(st.sampled_from("{}\"'\\\n\r:!=#$ \0"), st.characters()), max_size=60)


@given(any_text)
def test_text_with_all_braces_doubled_passes_as_written(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert _filled_in(SHELL, doubled) == text.strip()


@given(any_text)
def test_what_cannot_be_filled_in_is_named_with_its_place(text: str) -> None:
    before = text.replace("{", "").replace("}", "")
    with pytest.raises(UsageError, match=ADVICE) as raised:
        _filled_in(SHELL, f"{before}{{nobody}} and {{loss}}")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    assert str(raised.value).startswith(f"{{nobody}} in line {line}, column {column} of the text")
    assert isinstance(raised.value.__cause__, NameError)


@given(any_text)
def test_any_text_is_filled_in_or_refused_as_a_mistake_of_its_author(text: str) -> None:
    with suppress(UsageError):  # and nothing else
        _filled_in(SHELL, text)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{d['}']}, {d['{']}.", "1, 2."),
        ("{loss:{width}.2f}|", "0.12|"),
        ("{loss=:.1f}", "loss=0.1"),
        ("{ {1: 2}[1] }", "2"),
        ("{{{width}}}", "{8}"),
        ("{'''a''' + 'b'} and \"\"\"", 'ab and """'),
        (r"\{width}\N", r"\8\N"),
    ],
)
def test_expressions_end_where_python_ends_them(text: str, filled: str) -> None:
    assert _filled_in(SHELL, text) == filled


def test_an_interrupt_within_an_expression_is_no_mistake() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _filled_in(SimpleNamespace(user_ns={"interrupt": interrupt}), "{interrupt()}")
