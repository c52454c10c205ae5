from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.script import Lexicon, Script, ScriptError

PLS = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon"
    alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web
    Consortium</alias></lexeme>
  <lexeme><grapheme>colour</grapheme><grapheme>color</grapheme><alias>culler</alias></lexeme>
  <lexeme><grapheme>Newton</grapheme><phoneme>nutən</phoneme></lexeme>
</lexicon>
"""
LINE = st.text(
    st.characters(exclude_characters="\n\r", exclude_categories=["Cs", "Cc"]), max_size=20
).map(lambda text: f"x{text.strip()}")


def test_entries_live_in_the_front_matter_and_nothing_else_changes() -> None:
    front = "---\nlexicon:\n    # ours\n    LiDAR: 'LIE-dar'  # sensors\ntags: [a]\n---\n# One\n"
    script = Script.parse(front)
    assert dict(script.lexicon) == {"LiDAR": "LIE-dar"}
    script.lexicon["GPU: A100"] = "G P U"
    script.lexicon["LiDAR"] = "lie dar"
    changed = front.replace("'LIE-dar'", "lie dar").replace("tags", '    "GPU: A100": G P U\ntags')
    assert script.markdown == changed
    del script.lexicon["GPU: A100"]
    del script.lexicon["LiDAR"]
    assert script.markdown == "---\n    # ours\ntags: [a]\n---\n# One\n"
    with pytest.raises(KeyError):
        del script.lexicon["LiDAR"]


@given(st.dictionaries(LINE, LINE, max_size=5))
def test_entries_come_back_as_they_were_given(entries: dict[str, str]) -> None:
    script = Script("# One\n\nHello.\n")
    script.lexicon.update(entries)
    again = Script.parse(script.markdown)
    assert dict(again.lexicon) == entries
    assert again["One"].text == "Hello."
    for form in entries:
        del again.lexicon[form]
    assert dict(again.lexicon) == {}


def test_aliases_of_a_pls_file_are_read_and_phonemes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "names.pls"
    path.write_text(PLS, encoding="utf-8")
    with pytest.warns(UserWarning, match="only phonemes.*: Newton"):
        lexicon = Lexicon.read(path)
    assert dict(lexicon) == {
        "W3C": "World Wide Web Consortium",
        "colour": "culler",
        "color": "culler",
    }
    script = Script("Colours by the W3C.")
    script.lexicon.update(lexicon)
    assert script.lexicon.say(script[0].spoken) == "cullers by the World Wide Web Consortium."
    assert script[0].spoken == "Colours by the W3C."


@pytest.mark.parametrize(("content", "reason"), [("<a", "not XML"), ("<a/>", "no <lexicon>")])
def test_other_files_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "names.pls"
    path.write_text(content)
    with pytest.raises(ScriptError, match=reason):
        Lexicon.read(path)


def test_what_cannot_be_an_entry_is_refused_and_changes_nothing() -> None:
    script = Script("Hello.")
    for form, said in [("", "x"), ("x", ""), ("x\ny", "z")]:
        with pytest.raises(ScriptError):
            script.lexicon[form] = said
    assert script.markdown == "Hello."
    with pytest.raises(ScriptError, match=r"line 2 .*one entry per line"):
        _ = Script.parse("---\nlexicon: {a: b}\n---\n").lexicon
    with pytest.raises(ScriptError, match="line 3 "):
        _ = Script.parse("---\nlexicon:\n  - a\n---\n").lexicon


def test_a_lexicon_shows_itself_as_a_table_never_as_markup() -> None:
    assert "&lt;b&gt;" in Lexicon({"<b>": "bold"})._repr_html_()
