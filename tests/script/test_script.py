from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.script import Part, Script, ScriptError
from heygen_widget.script.sections import newline_of

TALK = """---
look: Daisy   # the host
tags: [demo, talk]
voice: 'en-us'
---

<!-- for the team day -->

# Hook

What if your *notebook* could talk? (pause 0.5 s) It can.
<!-- smile -->

## Point ##

First paragraph. <!-- slowly --> Go on.

```python
# not a heading
```

Close
=====

Try it.
"""

# Text that is likely to mean something in Markdown.
MARKUP = ["# ", "## a", "---", "```", "~~~", "<!--", "-->", "===", "> ", "- ", "    ", "`", "word "]
FRONT = ["look: x", "lexicon:", "  a: b"]
BREAKS = ["\n", "\r\n", "\r", "\n\n", "\ufeff", "\x00", "\u2028", "\udc80"]
TOKENS = st.sampled_from([*MARKUP, *FRONT, *BREAKS])
MARKDOWN = st.lists(TOKENS | st.text(max_size=5), max_size=30).map("".join)
PLAIN = st.from_regex(r"[A-Za-z]{1,8}( [A-Za-z]{1,8}){0,5}\.", fullmatch=True)


@given(MARKDOWN | st.text())
def test_any_text_is_written_as_it_was_read(text: str) -> None:
    script = Script.parse(text)
    assert script.markdown == text
    assert len({*script.names}) == len(script.names) == len(script)


@given(st.binary())
def test_any_file_is_written_as_it_was_read(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert Script.parse(text).markdown.encode("utf-8", "surrogateescape") == data


@given(MARKDOWN, st.integers(min_value=0), PLAIN)
def test_another_text_changes_nothing_but_that_text(text: str, number: int, said: str) -> None:
    script = Script.parse(text)
    if not len(script):
        return
    at = number % len(script)
    before = [*script]
    try:
        script[at] = said
    except ScriptError:  # an open comment before it, say, which would hide the text
        assert script.markdown == text
        return
    after = [*script]
    assert [each.source for each in after[:at]] == [each.source for each in before[:at]]
    assert [each.source for each in after[at + 1 :]] == [each.source for each in before[at + 1 :]]
    assert script.names == tuple(each.name for each in before)
    assert after[at].notes == before[at].notes


@given(MARKDOWN, st.data())
def test_segments_keep_their_text_wherever_they_move(text: str, data: st.DataObject) -> None:
    script = Script.parse(text)
    if len(script) < 2:
        return
    order = data.draw(st.permutations(range(len(script))))
    before = [*script]
    try:
        script.reorder(order)
    except ScriptError:  # an open comment would hide what follows
        assert script.markdown == text
        return
    assert [each.text for each in script] == [before[number].text for number in order]
    assert [each.notes for each in script] == [before[number].notes for number in order]


@given(st.dictionaries(PLAIN, PLAIN))
def test_a_dictionary_comes_back_as_it_was_given(texts: dict[str, str]) -> None:
    script = Script.parse(Script(texts).markdown)
    assert {each.name: each.text for each in script} == texts
    assert [*script.names] == [*texts]


def test_headings_name_segments_paragraphs_are_spoken_and_comments_are_notes() -> None:
    hook, point, close = Script.parse(TALK)
    assert hook.name == "Hook"
    assert hook.parts == (Part("What if your notebook could talk?", 0.5), Part("It can."))
    assert hook.notes == ("smile",)
    assert point.spoken == "First paragraph. Go on.\n\n(code)"
    assert point.notes == ("slowly",)
    assert (close.name, close.text, close.words) == ("Close", "Try it.", 2)


def test_front_matter_holds_look_and_voice_and_keeps_what_it_does_not_know() -> None:
    script = Script.parse(TALK)
    assert (script.look, script.voice) == ("Daisy", "en-us")
    script.look = "Max: 2"
    script.voice = None
    assert script.markdown == TALK.replace("look: Daisy  ", 'look: "Max: 2"  ').replace(
        "voice: 'en-us'\n", ""
    )
    assert script.look == "Max: 2"
    plain = Script.parse("Hello.")
    plain.voice = "en-gb"
    assert plain.markdown == "---\nvoice: en-gb\n---\n\nHello."


def test_what_the_front_matter_cannot_say_is_an_error_that_names_the_line() -> None:
    with pytest.raises(ScriptError, match=r"line 2 .* look must be a text"):
        _ = Script.parse("---\nlook: [a, b]\n---\n").look


def test_pauses_are_read_in_seconds_and_milliseconds() -> None:
    (segment,) = Script("One. (pause 250 ms) Two. (Pause 1,5 seconds)\n\n(pause here) Three.")
    assert segment.parts == (
        Part("One.", 0.25),
        Part("Two.", 1.5),
        Part("(pause here) Three."),
    )
    assert segment.pauses == 1.75
    assert segment.spoken == "One.\n\nTwo.\n\n(pause here) Three."


def test_segments_are_added_moved_renamed_and_deleted() -> None:
    script = Script({"hook": "Hello.", "close": "Bye."})
    script.insert(1, "point", "One.\n\nTwo.")
    script["more"] = "Three."
    script.move("more", 0)
    script.rename("point", "the *point*")
    del script["close"]
    assert script.markdown == (
        "# more\n\nThree.\n\n# hook\n\nHello.\n\n# the \\*point\\*\n\nOne.\n\nTwo.\n"
    )
    assert script.names == ("more", "hook", "the *point*")
    assert script["the *point*"].text == script[2].text == script[-1].text == "One.\n\nTwo."


def test_a_list_is_named_by_numbers_and_a_text_without_heading_gets_one_when_it_needs_it() -> None:
    assert Script(["One.", "Two."]).names == ("1", "2")
    script = Script("Hello.")
    script.insert(0, "start", "First.")
    assert script.markdown == "# start\n\nFirst.\n\n# 1\n\nHello."


def test_headings_that_repeat_are_numbered() -> None:
    script = Script.parse("# Example\n\na\n\n# Example\n\nb\n\n# Example (2)\n\nc\n")
    assert script.names == ("Example", "Example (3)", "Example (2)")


@pytest.mark.parametrize("text", ["# Heading", "Open\n\n<!-- note", "```\ncode", "Title\n---"])
def test_a_text_that_would_move_segments_is_refused_and_changes_nothing(text: str) -> None:
    script = Script.parse(TALK)
    with pytest.raises(ScriptError, match=r"would change|leaves a comment open"):
        script["Hook"] = text
    assert script.markdown == TALK


def test_unknown_and_doubled_names_are_refused() -> None:
    script = Script(["One."])
    with pytest.raises(KeyError, match=r"no segment 'hook'\. Segments: '1'"):
        _ = script["hook"]
    with pytest.raises(ScriptError, match="already"):
        script.insert(0, "1", "Again.")
    with pytest.raises(ScriptError, match="one line of text"):
        script["a\nb"] = "No."
    with pytest.raises(ScriptError, match="every segment once"):
        script.reorder([])


def test_line_ends_stay_those_of_the_file() -> None:
    script = Script.parse("# One\r\n\r\nHello.\r\n")
    script["Two"] = "A\nB"
    assert script.markdown == "# One\r\n\r\nHello.\r\n\r\n# Two\r\n\r\nA\r\nB\r\n"
    assert newline_of(script.markdown) == "\r\n"
    assert script["Two"].text == "A\nB"


def test_a_script_is_written_back_to_its_file_but_not_over_changes_of_others(
    tmp_path: Path,
) -> None:
    path = tmp_path / "talk.md"
    path.write_bytes(TALK.encode())
    script = Script.read(path)
    script["Hook"] = "Hello."
    assert script.write() == path
    assert Script.read(path).markdown == script.markdown
    path.write_text("# Mine\n")
    script["Hook"] = "Hello again."
    with pytest.raises(ScriptError, match="has other content"):
        script.write()
    assert path.read_text() == "# Mine\n"
    script.write(overwrite=True)
    assert Script.read(path)["Hook"].text == "Hello again."
    with pytest.raises(ScriptError, match="no file yet"):
        script.copy().write()


def test_a_link_to_a_script_stays_one(tmp_path: Path) -> None:
    path, link = tmp_path / "talk.md", tmp_path / "link.md"
    path.write_text("# One\n\nHello.\n")
    link.symlink_to(path)
    script = Script.read(link)
    script["One"] = "Bye."
    script.write()
    assert link.is_symlink()
    assert path.read_text() == "# One\n\nBye.\n"


def test_a_script_shows_what_is_said_and_never_as_markup() -> None:
    script = Script({"<b>": "1 < 2 <script>alert(1)</script>"})
    assert "&lt;script&gt;" in script._repr_html_()
    assert "<script>" not in script._repr_html_() + script[0]._repr_html_()
    assert repr(Script(["Hello, you."])) == "<Script of 1 segment, 2 words: 1>"
