"""Markdown is said as a person would say it, however it is cut into pieces."""
# ruff: noqa: RUF001 - texts in many scripts

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.session.text import PlainText, Verbatim
from heygen_widget.session.text.emphasis import LONGEST_HOLD

WORDS = re.compile(r"[^\W_]+")

SAID = {
    "*a* **b** ***c*** _d_ __e__ ~~f~~ `g`": "a b c d e f g",
    "**Two words**: and **on\nit** goes": "Two words: and on\nit goes",
    "**重点**内容。": "重点内容。",
    "2 * 3 * 4, C#, #1, snake_case_name, __init__.py? a<b, AT&T, 2**3": (
        "2 * 3 * 4, C#, #1, snake_case_name, __init__.py? a<b, AT&T, 2**3"
    ),
    r"\*not\* &lt;this&gt; &amp; &eacute;": "*not* <this> & é",
    "# One\n\nTwo\n===\n## Three?\n": "One.\n\nTwo.\n\nThree?\n",
    "- one\n- *two*\n  - three!\n* four": "one.\ntwo.\n  three!\nfour.",
    "1. one\n2. two\n   - sub\n3. three": "1. one.\n2. two.\n   sub.\n3. three.",
    "- one\n  goes on\n\nProse\ngoes on": "one\n  goes on.\n\nProse\ngoes on",
    "> quoted\n> twice\n\nunquoted": "quoted\ntwice\n\nunquoted",
    'see [the *notes*](https://a.com/b_(c) "t x"), [1] ok': "see the notes, [1] ok",
    "![a cat](cat.png)": "a cat",
    "at https://www.example.com/a_b?x=1. And <http://b.org> (www.c.de/x).": (
        "at example.com. And b.org (c.de)."
    ),
    "a <b>bold</b> <span class='x y'>word</span><br>end": "a bold word end",
    "Look:\n```python\n*x* = 1\n\n# no\n```\nDone.\n~~~\nx\n~~~": "Look:\n(code)\nDone.\n(code)",
    "1. Do\n   ```sh\n   ls\n   ```\n2. Go": "1. Do.\n(code)\n2. Go.",
    "T:\n| a | b |\n|---|:-:|\n| 1 | *2* |\n|  | 3. |\n\nend": "T:\na, b.\n1, 2.\n3.\n\nend",
    "|x| is no table": "|x| is no table",
    "above\n\n---\n\nbelow": "above\n\n\n\nbelow",
    "[a]: https://b.com\n\nText": "\n\nText",
    "**never closed\n\nnext": "never closed\n\nnext",
    "an [unclosed one": "an [unclosed one",
}

READ = {
    # Code, links, tags and formulas beside text that looks like them.
    "**C++**, **.NET**, **API**s, *a*/*b* and **a**/**b**": "C++, .NET, APIs, a/b and a/b",
    '(**bold**) "*quoted*" —*dash*— **_both_**': '(bold) "quoted" —dash— both',
    "snake\\_case, 3 \\* 4, \\# no heading": "snake_case, 3 * 4, # no heading",
    "**标签：**正文，**「引用」**是": "标签：正文，「引用」是",
    "**서울(Seoul)**은 **“중요”**합니다": "서울(Seoul)은 “중요”합니다",
    "**「重要」**です。これは*強調*です。": "「重要」です。これは強調です。",
    "使用**API**接口，**100%**有效！": "使用API接口，100%有效！",
    "คำ**สำคัญ**มาก": "คำสำคัญมาก",
    "见https://a.com/x，然后点[这里](https://b.cn/y)。": "见a.com，然后点这里。",
    "text[1](https://a.com/b_c_d)[2](https://a.com) and [x](y.md)": "text12 and x",
    "see https://a.com/b_(c)?d=1&copy=2, ok": "see a.com, ok",
    "You need:\n\n- 5 apples\n- 3 pears": "You need:\n\n5 apples.\n3 pears.",
    "| a | b |\n|---|---|\n| 1 | 2 | *3* \\| 4 |": "a, b.\n1, 2, 3 | 4.",
    "<b>bold</b>, <a href='x'>link</a><br/>H<sub>2</sub>O <!-- aside -->ok": ("bold, link H2O ok"),
    "<div>\nHello <kbd>Ctrl</kbd>&nbsp;&amp; you\n</div>": " \nHello Ctrl & you\n ",
    "*so* $a_1*b_2$ and $$x_{1}*y_{2}$$ *is* \\(a_1 * b_1\\)": (
        "so $a_1*b_2$ and $$x_{1}*y_{2}$$ is \\(a_1 * b_1\\)"
    ),
    "*Let*\n$$\n- a_1\n= b_2*c_2\n$$\n*be*": "Let\n$$\n- a_1\n= b_2*c_2\n$$\nbe",
    "\\[\n- x_1 *y\n= z* w\n\\]\n*end*": "\\[\n- x_1 *y\n= z* w\n\\]\nend",
    "```py\nx = 1\n\nProse *goes* on.": "```py\nx = 1\n\nProse goes on.",
    "```py\nnever closed\n\n```js\ncode\n```\nend": "```py\nnever closed\n\n(code)\nend",
}
SAID |= READ

TEXT = [
    "The images are 640*480 and 1280*720. A 3*4*5 tensor, df['a']*2*df['b'], a*b*c.",
    "(a+b)*c*(d) and 2**3**4, x**2 + y**2, int* a, (*) and (*), 5* and 4* hotels",
    "Pass *args, **kwargs to f(*a, **kw), or **options.",
    "a ~ b ~ c, ~5 to ~10, ~/notes and ~~",
    "my_var_name, _private, a_b_c, MAX_SIZE, file_name_2.txt",
    "if x<y and z>w, press <Enter>; p<alpha and beta>0.5; 1 < 2 > 0",
    "List<String>, Map<a, b>, Vec<i>, vector<int>, a<b>c, <your name>, <think>, i<b and c>d",
    "Enter <address>, <time> or <b>; press <Enter>, <Button>; git push <remote> <branch>",
    "text/*; q=0.8, */* and /* a comment */ or /**doc*/, (.*) and ^.*$, x *= 2; y *= 3",
    "$HOME/*.txt, $5*2 and $6*3, the $n$th *",
    "Prices are $5 and $6, US$7*2*3, or $5_000 and $6_000.",
    "$6{x}_{1} + 4{x}_{2} \\leq {24}$ holds.",
    "\\frac{a}{b} and \\alpha_1 with \\begin{pmatrix} a_1 * b * c \\end{pmatrix}",
    "C:\\Users\\me\\_temp\\*.txt, \\\\server\\share, \\d+\\.\\d*",
    "AT&T, R&D, a&b;c, &copy, ?x=1&copy=2&lt=3",
    "f[0](x), a[i][j], [x], [1], [^1], [see](this), [ ] todo, a](b)",
    "[^1]: A footnote.",
    "[Note]: important",
    "[x] done",
    "> 5 means more\n>= 6 too\n>>> print(1)",
    "- 5 degrees outside",
    "+ 3 % since May",
    "1986. A great year",
    "#hashtag and #1, C# and F#",
    "a = b\n-\nc",
    "a | b\n1 | 2",
    "P(A|B), |x| and ||y||",
    "x = a * b * c; y = a *b; *.py and **/*.py",
    "5 * 3 = 15 * 1",
    "🙂 *_* ¯\\_(ツ)_/¯ ^_^",
]


def said(pieces: list[str]) -> str:
    text = PlainText()
    parts = []
    for piece in pieces:
        text.feed(piece)
        parts.append(text.take())
    return "".join([*parts, text.take(final=True)])


def cut(text: str, at: list[int]) -> list[str]:
    edges = [0, *sorted(edge % (len(text) + 1) for edge in at), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("source", SAID)
def test_markdown_is_said_as_a_person_would(source: str) -> None:
    assert said([source]) == SAID[source]


@pytest.mark.parametrize("source", TEXT)
def test_text_that_only_looks_like_markdown_passes_unchanged(source: str) -> None:
    assert said([source]) == source
    assert said(list(source)) == source


NUMBERS = st.integers(0, 999).map(str)
NAMES = st.from_regex(r"[a-z]{1,4}(_[a-z0-9]{1,3})?", fullmatch=True)
TERMS = st.one_of(NUMBERS, NAMES, NAMES.map("df['{}']".format), NAMES.map("({}+1)".format))


@given(st.lists(st.tuples(TERMS, st.sampled_from(["*", "**", "<", ">", " * ", " ~ "])), min_size=1))
def test_arithmetic_passes_unchanged(terms: list[tuple[str, str]]) -> None:
    source = "".join(f"{term}{operator}" for term, operator in terms) + "1"
    assert said(list(source)) == source


PUNCTUATED = st.text(
    "标签重要正文，：。「」（）！？“”한글은です日本語aA1", min_size=1, max_size=8
).filter(
    lambda text: (
        any(map(str.isalnum, text)) and text[0] not in "，：。」）！？”" and text[-1] not in "「（“"
    )
)


@given(st.text("标正한です", max_size=4), PUNCTUATED, st.text("正文，。은です", max_size=4))
def test_emphasis_beside_scripts_without_spaces_loses_its_asterisks(
    before: str, bold: str, after: str
) -> None:
    assert said([f"{before}**{bold}**{after}"]) == before + bold + after


PARTS = ["**", "*", "_", "~~", "`", "[", "]", "(", ")", "<", ">", "&", "$", "\\(", "\\)", "\\"]
PARTS += [
    "\n",
    "\n\n",
    " ",
    "one",
    "two",
    "5",
    "标题",
    "한글",
    "：",
    "「",
    "」",
    "![",
    "- ",
    "> ",
    "# ",
]
PARTS += [
    "1. ",
    "1986. ",
    "---",
    "===",
    "|",
    "|---|",
    ":",
    "~~~",
    "```",
    "```py",
    "[a]: ",
    "é",
    ".",
]


@given(st.lists(st.sampled_from(PARTS), max_size=25), st.lists(st.integers(0, 100), max_size=4))
@settings(max_examples=300)
def test_no_word_is_lost_except_in_closed_code(parts: list[str], at: list[int]) -> None:
    source = "".join(parts)
    heard = said([source])
    assert said(cut(source, at)) == said(list(source)) == heard
    if "(code)" not in heard:
        assert "".join(WORDS.findall(heard)) == "".join(WORDS.findall(source))


@given(st.sampled_from(sorted(SAID)), st.lists(st.integers(0, 200)))
def test_it_is_said_alike_however_it_is_cut(source: str, at: list[int]) -> None:
    assert said(cut(source, at)) == SAID[source]
    assert said(list(source)) == SAID[source]


@given(st.text("aé3 .#*_`[]()<>&~\\|-!:/h\n", max_size=60), st.lists(st.integers(0, 60)))
def test_nonsense_neither_raises_nor_depends_on_the_cut(source: str, at: list[int]) -> None:
    assert said(cut(source, at)) == said([source])


LINES = [
    "- it *is*",
    "1. one",
    "3) x",
    "  - sub",
    "# H",
    "para **a",
    "b** c",
    "",
    "```",
    "---",
    "> q",
]
LINES += [
    "| a | b |",
    "|---|---|",
    "===",
    "    deep",
    "[x](y) <b",
    "c> `d",
    "e` f",
    "[r]: http://a.b",
]


@given(st.lists(st.sampled_from(LINES), max_size=8), st.lists(st.integers(0, 200)))
def test_no_order_of_lines_makes_the_cut_matter(lines: list[str], at: list[int]) -> None:
    source = "\n".join(lines)
    assert said(cut(source, at)) == said([source]) == said(list(source))


PROSE = st.text(
    "abhwxyzAÖßé你好ש0129 .,;:!?'\"()%$€@/…—\u2019\t\n\U0001f600\u200d\u0301", max_size=200
)


@given(PROSE, st.lists(st.integers(0, 200)))
def test_prose_passes_unchanged(source: str, at: list[int]) -> None:
    source = source.replace("://", ":").replace("ww", "w")
    if not any(line.lstrip()[:1].isdigit() for line in source.splitlines()):
        assert said(cut(source, at)) == source


def test_a_number_at_the_start_of_a_line_stays() -> None:
    assert said(["1984 was long ago.\n\n2001. A film."]) == "1984 was long ago.\n\n2001. A film."


def test_plain_words_are_not_held() -> None:
    text = PlainText()
    for piece in ("Hel", "lo", " ", "wor", "ld."):
        text.feed(piece)
        assert text.take() == piece


def test_nothing_half_is_given_out() -> None:
    text = PlainText()
    text.feed("so **it is")
    assert text.take() == "so "
    text.feed(" bold** ")
    assert text.take() == "it is bold "
    text.feed("[a link](https://exam")
    assert text.take() == ""
    text.feed("ple.com) is")
    assert text.take() == "a link is"


def test_an_unclosed_mark_holds_only_so_much() -> None:
    text = PlainText()
    text.feed("[ this is " + "never closed " * 30)
    assert len(text.take()) > LONGEST_HOLD
    text.feed("and **so on " * 30)
    assert "*" not in text.take(final=True)


@pytest.mark.parametrize("mark", ["`", "> ", "-", "= ", "# ", "[a]: "])
def test_a_line_of_nothing_but_marks_is_given_out_before_it_ends(mark: str) -> None:
    text = PlainText()
    parts = []
    for _ in range(400):
        text.feed(mark * 10)
        parts.append(text.take())
    assert len("".join(parts)) > 1_000
    assert "".join([*parts, text.take(final=True)]) == said([mark * 4_000])


def test_verbatim_changes_and_holds_nothing() -> None:
    text = Verbatim()
    text.feed("**as")
    text.feed(" is")
    assert text.take() == "**as is"
    assert text.take(final=True) == ""
