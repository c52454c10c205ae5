"""Takes: one playable film of whatever was streamed."""

import io
import sys
from pathlib import Path
from typing import Any

import av
import pytest

from heygen_widget import Avatar
from heygen_widget.api.models import WordEvent
from heygen_widget.bridge import bridge
from heygen_widget.relay import Part
from heygen_widget.take import Take, TakeError, checked_path, save, small_film, snapshot
from heygen_widget.take import spool as spool_module
from tests.garbage import collect_until
from tests.relay.stage import FRAME_RATE, SECONDS, make_stream

pytestmark = pytest.mark.media

WORDS = [
    WordEvent(word="Hello", start=0.5, end=0.9),
    WordEvent(word="there.", start=1.5, end=1.9),
]


def _parts(folder: Path, container: str, first: int = 0, b_frames: int = 3) -> list[Part]:
    """Make a stream, and read it as the relay does."""
    folder.mkdir()
    make_stream(folder, b_frames=b_frames, hls_segment_type=container)
    init = (folder / "init.mp4").read_bytes() if container == "fmp4" else b""
    suffix = "m4s" if container == "fmp4" else "ts"
    return [
        Part(first + n, 1.0, (folder / f"live{n}.{suffix}").read_bytes(), init, False)  # noqa: FBT003
        for n in range(SECONDS)
    ]


def _take(*parts: Part) -> Take:
    take = Take()
    for part in parts:
        take.add(part)
    return take


def _about(path: Path) -> dict[str, Any]:
    with av.open(str(path), "r") as film:
        video = [round(float(frame.time), 3) for frame in film.decode(video=0)]
        film.seek(0)
        texts = [
            (float(packet.pts * packet.time_base), bytes(packet)[2:].decode())
            for stream in film.streams.subtitles
            for packet in film.demux(stream)
            if packet.pts is not None and packet.size > 2
        ]
        film.seek(0)
        sound = sum(frame.samples for frame in film.decode(audio=0)) / 48_000
        return {"frames": len(video), "times": video, "captions": texts, "sound": sound}


@pytest.mark.parametrize("container", ["fmp4", "mpegts"])
def test_a_take_is_saved_as_one_film_with_captions(container: str, tmp_path: Path) -> None:
    take = _take(*_parts(tmp_path / "stream", container))
    path = save(take, WORDS, tmp_path / "talk.mp4")
    about = _about(path)
    assert about["times"] == [n / FRAME_RATE for n in range(SECONDS * FRAME_RATE)]
    assert about["captions"] == [(0.5, "Hello there.")]
    assert about["sound"] == pytest.approx(SECONDS, abs=0.1)
    assert take.whole
    head = path.read_bytes()[:2000]
    assert head.index(b"moov") < 2000  # it plays while it is still being loaded


def test_a_film_goes_on_over_a_break_in_the_streams_clock(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "one", "fmp4")
    again = _parts(tmp_path / "two", "fmp4", first=SECONDS)
    broken = Part(SECONDS, 1.0, again[0].data, again[0].init, discontinuity=True)
    about = _about(save(_take(*parts, broken, *again[1:]), (), tmp_path / "talk.mp4"))
    assert about["frames"] == 2 * SECONDS * FRAME_RATE
    assert about["times"] == sorted(set(about["times"]))
    assert about["times"][-1] == pytest.approx(2 * SECONDS - 1 / FRAME_RATE, abs=0.1)


def test_captions_of_a_take_that_begins_late_are_in_time_with_it(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "stream", "fmp4", first=10, b_frames=0)
    take = _take(*parts[1:])
    words = [WordEvent(word="Now", start=1.5, end=2.0)]
    about = _about(save(take, words, tmp_path / "talk.mp4"))
    assert about["captions"] == [(pytest.approx(0.5, abs=0.03), "Now")]
    assert not take.whole


def test_a_lost_part_leaves_the_rest_in_its_place(tmp_path: Path) -> None:
    first, _, last = _parts(tmp_path / "stream", "fmp4")
    take = _take(first, last)
    about = _about(save(take, (), tmp_path / "talk.mp4"))
    assert about["times"][FRAME_RATE] == pytest.approx(2.0)
    assert not take.whole


def test_a_take_ends_where_it_gets_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = _parts(tmp_path / "stream", "fmp4")
    most = len(parts[0].init) + len(parts[0].data) + 10
    monkeypatch.setattr(spool_module, "MAX_BYTES", most)
    take = _take(*parts)
    assert _about(save(take, (), tmp_path / "talk.mp4"))["frames"] == FRAME_RATE
    assert not take.whole


def test_captions_are_saved_by_themselves(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "stream", "fmp4")
    assert "Hello there." in save(_take(*parts), WORDS, tmp_path / "talk.vtt").read_text()
    assert "00:00:00,500" in save(_take(*parts), WORDS, tmp_path / "talk.srt").read_text()


def test_what_cannot_be_saved_leaves_no_file_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(TakeError, match="Nothing has been streamed"):
        save(Take(), (), tmp_path / "talk.mp4")
    with pytest.raises(TakeError, match="MP4"):
        save(
            _take(Part(0, 1.0, b"nonsense" * 100, b"", discontinuity=False)), (), tmp_path / "a.mp4"
        )
    with pytest.raises(ValueError, match=r"\.vtt"):
        checked_path(tmp_path / "talk.avi")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        checked_path(tmp_path / "nowhere" / "talk.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".mp4", ".vtt", ".srt"])
@pytest.mark.parametrize("planted", ["talk{}", ".talk.unfinished{}", ".talk{}.part", "talk{}.tmp"])
def test_a_link_planted_where_a_take_is_saved_is_not_followed(
    suffix: str, planted: str, tmp_path: Path
) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "folder"
    folder.mkdir()
    precious.write_text("mine")
    (folder / planted.format(suffix)).symlink_to(precious)
    take = _take(*_parts(tmp_path / "stream", "fmp4"))
    saved = save(take, WORDS, folder / f"talk{suffix}")
    assert precious.read_text() == "mine"
    assert saved.is_file()
    assert not saved.is_symlink()
    assert {path.name for path in folder.iterdir()} == {saved.name, planted.format(suffix)}


def test_a_saved_take_can_be_read_by_whom_other_files_can_be_read(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    saved = save(_take(*_parts(tmp_path / "stream", "fmp4")), WORDS, tmp_path / "talk.mp4")
    assert saved.stat().st_mode == ordinary.stat().st_mode


def test_without_pyav_it_is_said_which_extra_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = _take(*_parts(tmp_path / "stream", "fmp4"))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(TakeError, match=r"pip install 'heygen-widget\[save\]'"):
        save(take, (), tmp_path / "talk.mp4")
    assert "Hello" in save(take, WORDS, tmp_path / "talk.vtt").read_text()


def test_a_snapshot_is_the_newest_picture(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "stream", "mpegts")
    darker, lighter = snapshot(parts[:1]).data, snapshot(parts).data
    assert _brightness(darker) < _brightness(lighter)


def test_a_part_without_a_key_frame_is_seen_with_the_one_before(tmp_path: Path) -> None:
    parts = _parts(tmp_path / "stream", "mpegts")
    empty = Part(9, 0.1, b"", b"", discontinuity=False)
    assert snapshot([*parts, empty]) == snapshot(parts)
    with pytest.raises(TakeError, match="no picture"):
        snapshot([])


def _brightness(jpeg: bytes) -> float:
    with av.open(io.BytesIO(jpeg), "r") as image:
        (frame,) = image.decode(video=0)
        return float(frame.to_ndarray(format="gray").mean())


def test_a_small_film_has_all_of_the_take(tmp_path: Path) -> None:
    take = _take(*_parts(tmp_path / "stream", "fmp4"))
    small = small_film(take, 320, 10**6)
    assert (small.poster[:2], small.shift) == (b"\xff\xd8", 0)
    path = tmp_path / "small.mp4"
    path.write_bytes(small.data)
    about = _about(path)
    assert about["times"] == pytest.approx([n / FRAME_RATE for n in range(SECONDS * FRAME_RATE)])
    assert about["sound"] == pytest.approx(SECONDS, abs=0.1)
    with av.open(str(path)) as film:
        assert film.streams.video[0].codec_context.width == 64  # as it was: narrower than asked for


def test_a_film_that_is_too_large_is_refused_and_a_smaller_picture_offered(tmp_path: Path) -> None:
    take = _take(*_parts(tmp_path / "stream", "fmp4"))
    with pytest.raises(TakeError, match=r"avatar\.save\('talk\.html', width=\d+\)"):
        small_film(take, 640, 1000)
    with pytest.raises(ValueError, match="at least 160 pixels wide, not 20"):
        small_film(take, 20, 10**6)


def test_an_avatar_saves_what_it_said_from_its_first_word_on(tmp_path: Path) -> None:
    avatar = Avatar()
    try:
        with pytest.raises(TakeError, match="speak first"):
            avatar.save(tmp_path / "talk.mp4")
        avatar.speak("Keep this, please. " + "It is long enough to be seen. " * 3, final=True)
        avatar.wait("completed", timeout=60)
        path = avatar.save(tmp_path / "talk.mp4", timeout=60)  # a gap would be warned of
        about = _about(path)
        assert about["frames"] / 25 == pytest.approx(avatar.words[-1].end, abs=1.5)
        assert about["captions"][0][1].startswith("Keep this, please.")
        assert avatar.snapshot().data[:2] == b"\xff\xd8"
        recording = avatar.recording
        assert "Keep this, please." in recording.transcript
        with av.open(io.BytesIO(recording.film)) as film:
            assert film.streams.video[0].codec_context.width == 640
        assert recording.size < 2_000_000
        assert len(repr(recording)) < 200
        assert avatar.save(tmp_path / "talk.html").read_text(encoding="utf-8") == recording.page
    finally:
        avatar.close()


def test_a_take_stays_with_its_words_and_its_rest_when_the_next_session_begins(
    tmp_path: Path,
) -> None:
    with Avatar() as avatar:
        avatar.speak("This was said first. " * 4, final=True)
        avatar.wait("completed", timeout=60)
        first = avatar._backend.router.broadcast
        assert first is not None
        avatar.speak("And this comes second.")
        avatar.wait("streaming", timeout=60)
        bridge.submit(first.whole_take()).result(60)
        assert first.take.whole
        saved = avatar.save(tmp_path / "second.vtt", timeout=60).read_text(encoding="utf-8")
        assert "first" not in saved


def test_a_film_with_a_gap_is_saved_with_a_warning(tmp_path: Path) -> None:
    with Avatar() as avatar:
        avatar.speak("Some of this is missing. " * 4, final=True)
        avatar.wait("completed", timeout=60)
        broadcast = avatar._backend.router.broadcast
        assert broadcast is not None
        bridge.submit(broadcast.whole_take()).result(60)
        broadcast.take.whole = False
        with pytest.warns(UserWarning, match=r"talk\.mp4 is missing a part"):
            avatar.save(tmp_path / "talk.mp4", timeout=60)


def test_a_folder_for_temporary_files_that_is_full_costs_the_take_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    take = _take(*_parts(tmp_path / "stream", "fmp4"))
    assert not take
    assert not take.whole


def test_a_take_that_is_forgotten_closes_its_file() -> None:
    take: Any = _take(Part(1, 1.0, b"data", b"init", discontinuity=False))
    take.itself = take  # so that the order in which things go is anybody's guess
    file = take._file
    del take
    collect_until(lambda: file.closed)
