"""What `%%speak` makes of the braces in a text."""

import re
from contextlib import suppress
from datetime import datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.error import UsageError

from heygen_widget.widget.magics import _cues, _filled_in

SHELL = SimpleNamespace(user_ns={"loss": 0.1234, "width": 8, "d": {"}": 1, "{": 2}})

ADVICE = re.escape("write {{ and }} for literal braces")

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
    place = f"{{nobody}} in line {line}, column {column} of the text"
    assert str(raised.value).startswith(f"Cannot fill in {place}")
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


FORMS = r"""
{n!r} {n!s} {name!a} {n=} {n = } {n=!r} {n:,} {n:,.2f} {loss:.1%} {loss:.{p}f} {name:{fill}^{width}}
{d[0]} {d[-1]} {d[1:]} {e['a']} {e["a"]} {e.get('b', {})} {name.upper()} {name[::-1]} {größe} {名前}
{'{'} {'}'} {"{}"} {'a' if n else 'b'} {n > 2} {n != 2} {n == 2} {n >= 2} {n <= 2} {-n} {n**2}
{n % 7} {[i for i in d]} { {i for i in d} } { {'a': 1}['a'] } {len({1, 2})}
{(lambda a: a * 2)(5)} {(n, p)}
{', '.join(map(str, d))} {', '.join(f'{i}' for i in d)} {f'{n}'} {f'{{n}}'} {f"{n:{width}}"} {*d, 4}
{{n}} {{{n}}} {{{{n}}}} {{}} {{'a': 1}} ${n} #{n} @{n} x^{n} C:\{n} {n}\n {n}{n} 😀{n}
({n}) "{n}" '{n}' {n:} {n:>20}| {n:+} {n:#x} {n:020} {n:_} {n:b} {name!r:>20}
{when:%d. %B %Y, %H:%M}
{...} {None} {1_000:,}
""".strip().splitlines()
NAMES = {
    "n": 1234567,
    "name": "Ann",
    "loss": 0.1234,
    "p": 2,
    "width": 9,
    "fill": "*",
    "d": [1, 2, 3],
    "e": {"a": 1},
    "größe": 7,
    "名前": "花",
    "when": datetime(2026, 1, 2, 3, 4),  # noqa: DTZ001 (shown as it is)
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_an_f_string_means_what_it_means_in_one(form: str) -> None:
    expected = eval(f"rf'''{form} '''", NAMES)
    assert _filled_in(SimpleNamespace(user_ns=NAMES), form) == expected.strip()


@pytest.mark.parametrize(
    "text",
    [
        *(
            r"\frac{a}{b}",
            r"\begin{align}",
            r"\sqrt{x y}",
            '{"a": 1}',
            "{'a': {'b': 1}}",
            "{a: 1}",
            "{}",
        ),
        *(
            "if (a) { return; }",
            "{% if %}",
            "{n:d",
            "{name:d}",
            "{n!z}",
            "{n y}",
            "{1/0}",
            "{d[9]}",
            "}",
        ),
        *(
            "{'a}",
            "{[1, 2}",
            "{lambda x: x}",
            "{yield}",
            "{n.none}",
            "{e['z']}",
            "{n;n}",
            "{n=5}",
            "{n}}",
        ),
    ],
)
def test_a_brace_that_cannot_be_filled_in_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=ADVICE) as raised:
        _filled_in(SimpleNamespace(user_ns=dict(NAMES)), f"One.\nTwo: {text}")
    assert "in line 2, column " in str(raised.value)
    assert str(raised.value).startswith(("Cannot fill in {", "Cannot fill in }"))


def test_an_interrupt_within_an_expression_is_no_mistake() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _filled_in(SimpleNamespace(user_ns={"interrupt": interrupt}), "{interrupt()}")


def test_cues_are_what_a_variable_holds() -> None:
    assert _cues(SHELL, None) is None
    assert _cues(SHELL, "d") == {"}": 1, "{": 2}
    with pytest.raises(UsageError, match="there is no 'cues'"):
        _cues(SHELL, "cues")
