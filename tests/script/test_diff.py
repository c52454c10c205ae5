from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.script import Script
from heygen_widget.script.diff import words

TEXT = st.text(alphabet=st.sampled_from("ab c.\n你好é "), max_size=30)


@given(TEXT, TEXT)
def test_both_texts_are_in_the_difference(before: str, after: str) -> None:
    changes = [*words(before, after)]
    assert "".join(each.text for each in changes if each.kind != "added") == before
    assert "".join(each.text for each in changes if each.kind != "removed") == after
    assert before != after or all(each.kind == "same" for each in changes)


def test_a_difference_says_what_became_of_each_segment() -> None:
    before = Script({"hook": "It is good.", "point": "One.", "more": "Two.", "close": "Bye."})
    after = Script({"more": "Two.", "hook": "It was good.", "point": "One.", "end": "Bye."})
    found = before.diff(after)
    assert {each.name: each.kind for each in found} == {
        "hook": "changed",
        "point": "same",
        "more": "moved",
        "close": "removed",
        "end": "added",
    }
    assert "hook: It [-is-][+was+] good." in repr(found)
    assert found
    assert not before.diff(before)


def test_scripts_without_spaces_differ_by_character() -> None:
    assert [(each.kind, each.text) for each in words("你好吗", "你很好")] == [
        ("same", "你"),
        ("added", "很"),
        ("same", "好"),
        ("removed", "吗"),
    ]


def test_a_difference_shows_text_never_as_markup() -> None:
    shown = Script({"a": "<i>x</i>"}).diff({"a": "<b>x</b>"})._repr_html_()
    assert "<del>i</del>" in shown
    assert "<ins>b</ins>" in shown
    assert "<b>x" not in shown
