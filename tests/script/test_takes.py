"""Takes: what an avatar did with a script, kept in folders that outlive the kernel."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heygen_widget import Avatar, LocalServer
from heygen_widget.script import Script, ScriptError, Take, Takes
from heygen_widget.script.calibration import FACTORS, calibrate
from heygen_widget.script.record import TakenSegment, TakenWord, TakeRecord
from heygen_widget.script.takes import SCRIPT, new_take, write_record
from tests.page import MakeAvatar

TALK = """---
lexicon:
  LiDAR: LIE-dar
---

# hook

Hello, *dear* all. (pause 100 ms) This is a <!-- smile --> LiDAR.

# quiet

...

# close

Two LiDARs, LiDAR-based, and <b>goodbye</b>.
"""
WORDS = [
    "Hello,",
    "dear",
    "all.",
    "This",
    "is",
    "a",
    "LiDAR.",
    "Two",
    "LiDARs,",
    "LiDAR-based,",
    "and",
    "goodbye.",
]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    path = tmp_path / "talk.md"
    path.write_text(TALK)
    return Script.read(path)


def _made(
    takes: Path, name: str, *, factor: float = 1.0, script: str = TALK, voice: str = "anna"
) -> Take:
    """Keep a take that nobody spoke."""
    words = [TakenWord(text="Hello,", start=1.0, end=1.5), TakenWord(text="<b>", start=2, end=3.25)]
    record = TakeRecord(
        made=datetime(2026, 1, 2, tzinfo=UTC),
        look="look",
        voice=voice,
        rehearsal=True,
        complete=True,
        seconds=3 * factor,
        cost=0.5,
        segments=[TakenSegment(name="hook", start=1.0, end=1 + 3 * factor, words=words)],
    )
    with new_take(takes, name, record.made) as (folder, target):
        (folder / SCRIPT).write_text(script)
        write_record(folder, record)
    return Take(target)


def test_a_rehearsal_keeps_script_words_film_and_captions(
    script: Script, make_avatar: MakeAvatar, swift_server: LocalServer
) -> None:
    avatar = make_avatar(local=swift_server, avatar_id="max", voice_id="en-gb")
    take = script.rehearse(avatar, "first")
    assert avatar.status == "completed"
    assert (take.name, take.look, take.voice) == ("first", "max", "en-gb")
    assert take.rehearsal
    assert take.complete
    assert [word.text for word in take.words] == WORDS
    assert [each.name for each in take.segments] == ["hook", "close"]
    assert 0 < take["hook"].start < take["hook"].end == take["close"].start < take["close"].end
    assert take.seconds == pytest.approx(sum(each.seconds for each in take.segments), abs=0.01)
    assert take.cost == pytest.approx(avatar.cost, abs=0.001)
    assert take.script == script.markdown == TALK
    assert take.film is not None
    assert take.captions is not None
    assert b"ftyp" in take.film.read_bytes()[:12]
    assert "Two LiDARs, LiDAR-based, and" in take.captions.read_text()
    assert take.folder == script.path.with_suffix(".takes") / "first" if script.path else False
    assert json.loads((take.folder / "take.json").read_text())["segments"][0]["name"] == "hook"
    assert script.takes.names == ("first",)


def test_a_take_calibrates_the_next_estimate_of_its_voice(
    script: Script, make_avatar: MakeAvatar, swift_server: LocalServer
) -> None:
    script["hook"] = (
        "Hello, dear all. This is a LiDAR."  # without a pause, which waits in real time
    )
    before = script.estimate("en-gb", local=swift_server)
    take = script.rehearse(make_avatar(local=swift_server, voice_id="en-gb"))
    after = script.estimate("en-gb", local=swift_server)
    assert "1 take of this voice" in after.basis
    assert after.seconds == pytest.approx(take.seconds, rel=0.1)
    other = script.estimate("de", local=swift_server)
    assert other.basis == before.basis != after.basis


def test_an_avatar_in_a_session_and_scripts_that_cannot_be_spoken_are_refused(
    script: Script, avatar: Avatar
) -> None:
    with pytest.raises(ScriptError, match="nothing to say"):
        Script("<!-- note -->").rehearse(avatar)
    with pytest.raises(ScriptError, match="pause of 60 s is too long"):
        Script("One. (pause 60 s) Two.").rehearse(avatar)
    avatar.speak("Wait.")
    with pytest.raises(ScriptError, match="is in a session"):
        script.rehearse(avatar)
    assert script.takes.names == ()


def test_takes_are_renamed_starred_annotated_and_deleted_on_disk(tmp_path: Path) -> None:
    _made(tmp_path, "one")
    take = _made(tmp_path, "two")
    take.starred = True
    take.notes = "Better, but slow."
    take.rename("the best")
    again = Takes(tmp_path)
    assert again.names == ("one", "the best")
    assert again["the best"].starred
    assert again["the best"].notes == "Better, but slow."
    assert "★" in repr(again)
    with pytest.raises(ScriptError, match="already"):
        again["one"].rename("the best")
    again["one"].delete()
    assert Takes(tmp_path).names == ("the best",)
    with pytest.raises(KeyError, match="Takes: the best"):
        _ = Takes(tmp_path)["one"]


def test_what_a_later_version_knows_of_a_take_is_kept(tmp_path: Path) -> None:
    path = _made(tmp_path, "one").folder / "take.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"mood": "calm"}))
    Takes(tmp_path)["one"].starred = True
    assert json.loads(path.read_text())["mood"] == "calm"


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "end.", "a:b", "x" * 81, "a\nb"])
def test_names_that_no_folder_should_have_are_refused(tmp_path: Path, name: str) -> None:
    take = _made(tmp_path, "one")
    with pytest.raises(ScriptError, match="cannot be the name of a take"):
        take.rename(name)
    assert Takes(tmp_path).names == ("one",)


def test_a_name_that_is_taken_gets_a_number_and_a_failed_take_leaves_nothing(
    tmp_path: Path,
) -> None:
    _made(tmp_path, "one")
    assert _made(tmp_path, "one").name == "one (2)"

    def fail() -> None:
        with new_take(tmp_path, "three", datetime.now(UTC)):
            raise OSError("The disk is full.")

    with pytest.raises(OSError, match="disk is full"):
        fail()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one (2)"]


def test_a_folder_that_describes_no_take_is_named_and_left_out(tmp_path: Path) -> None:
    _made(tmp_path, "one")
    (_made(tmp_path, "two").folder / "take.json").write_text("{")
    (tmp_path / "other").mkdir()
    with pytest.warns(UserWarning, match="two.*does not describe a take"):
        assert Takes(tmp_path).names == ("one",)


def test_a_take_is_saved_as_captions_table_page_and_script(tmp_path: Path) -> None:
    take = _made(tmp_path / "takes", "one")
    saved = {
        suffix: take.save(tmp_path / f"talk{suffix}").read_text(encoding="utf-8")
        for suffix in (".vtt", ".srt", ".csv", ".html", ".md")
    }
    assert saved[".vtt"].startswith("WEBVTT")
    assert "Hello, &lt;b&gt;" in saved[".vtt"]
    assert "00:00:01,000 -->" in saved[".srt"]
    assert [*csv.reader(saved[".csv"].splitlines())] == [
        ["segment", "word", "start", "end"],
        ["hook", "Hello,", "1.0", "1.5"],
        ["hook", "<b>", "2.0", "3.25"],
    ]
    assert "<h2>hook</h2>" in saved[".html"]
    assert "<time>00:01.0</time>" in saved[".html"]
    assert "<b>" not in saved[".html"]
    assert saved[".md"] == TALK
    with pytest.raises(ScriptError, match=r"no take\.mp4"):
        take.save(tmp_path / "talk.mp4")
    with pytest.raises(ScriptError, match="not as"):
        take.save(tmp_path / "talk.avi")


def test_takes_show_text_never_markup(tmp_path: Path) -> None:
    take = _made(tmp_path, "one")
    take.notes = "<script>"
    assert "&lt;script&gt;" in Takes(tmp_path)._repr_html_()
    assert "<b>hook" not in take._repr_html_()
    assert Takes(tmp_path / "none")._repr_html_() == "<p>No takes yet.</p>"


def test_a_calibration_follows_the_voice_and_says_how_sure_it_is() -> None:
    assert calibrate([]) is None
    assert calibrate([(0.0, 1.0)]) is None
    exact, uneven = calibrate([(10, 12), (5, 6)]), calibrate([(10, 15), (5, 3)])
    assert exact is not None
    assert uneven is not None
    assert exact.factor == uneven.factor == pytest.approx(1.2)
    assert exact.margin < 0.05 < uneven.margin
    wrong = calibrate([(1, 100)])
    assert wrong is not None
    assert wrong.factor == FACTORS[1]
