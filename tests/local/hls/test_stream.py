"""The life of one stream: how it answers speech, stalls, errors, and how it ends."""

import io
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.hls import frames_per_segment
from heygen_widget.local.hls.playlist import WINDOW
from heygen_widget.local.mouth import Mouth
from heygen_widget.local.voice import SAMPLE_RATE, SpokenAudio
from tests.local.hls.conftest import CountingFace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.hls.conftest import OnAir

    GoOnAir = Callable[..., OnAir]
    Freeze = Callable[[float], None]


@pytest.mark.parametrize("segment_seconds", [0.2, 0.4, 2.0])
def test_speech_that_arrives_mid_segment_is_heard_within_the_next_one(
    go_on_air: "GoOnAir", beep: SpokenAudio, segment_seconds: float
) -> None:
    on_air = go_on_air(segment_seconds=segment_seconds)
    on_air.wait_for_next_segment()
    running = on_air.stream.next_segment
    on_air.track.add(beep)
    on_air.track.close_input()
    on_air.wait_for_end()
    onset = on_air.record().onset / SAMPLE_RATE
    assert running * segment_seconds <= onset < (running + 2) * segment_seconds


def test_speech_that_was_there_before_the_stream_is_in_its_first_segment(
    go_on_air: "GoOnAir", beep: SpokenAudio
) -> None:
    on_air = go_on_air(said=beep)
    on_air.track.close_input()
    on_air.wait_for_end()
    assert on_air.record().onset < 0.1 * SAMPLE_RATE


def test_all_that_was_given_before_the_input_closed_is_spoken(
    go_on_air: "GoOnAir", beep: SpokenAudio
) -> None:
    on_air = go_on_air()
    for _ in range(3):
        on_air.track.add(beep)
    on_air.track.close_input()
    on_air.wait_for_end()
    loud = np.abs(on_air.record().sound) > 0.02
    assert np.flatnonzero(loud)[-1] - np.flatnonzero(loud)[0] == pytest.approx(
        3 * SAMPLE_RATE, abs=0.01 * SAMPLE_RATE
    )


@pytest.mark.parametrize("speaking", [False, True])
def test_stop_cuts_the_running_segment(
    go_on_air: "GoOnAir", beep: SpokenAudio, *, speaking: bool
) -> None:
    on_air = go_on_air(segment_seconds=4.0)
    on_air.wait_for_next_segment()
    if speaking:
        for _ in range(20):
            on_air.track.add(beep)
        on_air.wait(on_air.track.heard)
    on_air.stream.stop()
    on_air.wait_for_end()
    assert on_air.stream.position < 8.0
    assert on_air.stream.playlist().endswith("#EXT-X-ENDLIST\n")
    assert on_air.stream.failure is None
    recording = on_air.record()
    assert len(recording.pictures) == round(recording.seconds * FRAME_RATE)


def test_a_stream_with_nothing_to_say_shows_a_face_and_ends(go_on_air: "GoOnAir") -> None:
    on_air = go_on_air()
    on_air.track.close_input()
    on_air.wait_for_end()
    recording = on_air.record()
    assert recording.pictures
    assert not recording.sound.any()


def test_nothing_more_comes_after_the_end(go_on_air: "GoOnAir", beep: SpokenAudio) -> None:
    on_air = go_on_air()
    on_air.wait_for_next_segment()
    on_air.stream.stop()
    on_air.wait_for_end()
    before = on_air.stream.playlist()
    on_air.track.add(beep)
    on_air.stream.wake()
    assert on_air.stream.playlist() == before
    assert on_air.stream.segment(0) is not None
    assert on_air.stream.segment(on_air.stream.next_segment) is None


class TornFace(Face):
    """A face whose picture is torn."""

    def __init__(self) -> None:
        """Draw nothing."""

    def frame(
        self, number: int, mouth: Mouth, over: npt.NDArray[np.uint8] | None = None
    ) -> npt.NDArray[np.uint8]:
        raise RuntimeError(f"no paint for {mouth} in frame {number} over {over}")


@pytest.mark.parametrize("live", [True, False])
def test_a_failing_face_ends_the_stream_with_its_reason(
    go_on_air: "GoOnAir", caplog: pytest.LogCaptureFixture, *, live: bool
) -> None:
    on_air = go_on_air(face=TornFace())
    if live:
        on_air.stream.playlist()
    else:
        on_air.wait_for_next_segment()
        assert on_air.stream.segment(0) is None
    on_air.wait_for_end()
    assert on_air.stream.failure is not None
    assert on_air.stream.failure.startswith("RuntimeError: no paint")
    assert on_air.stream.playlist().endswith("#EXT-X-ENDLIST\n")
    assert "no paint" in caplog.text


def test_a_stall_delays_speech_but_drops_none_of_it(
    go_on_air: "GoOnAir", beep: SpokenAudio, freeze: "Freeze"
) -> None:
    on_air = go_on_air()
    on_air.wait_for_next_segment()
    for _ in range(6):
        on_air.track.add(beep)
    on_air.wait_for_next_segment()
    before = on_air.stream.position
    freeze(3.0)
    on_air.wait(lambda: on_air.stream.position >= before + 3.0)
    on_air.track.close_input()
    on_air.wait_for_end()
    recording = on_air.record()
    assert set(np.diff(recording.video_times)) == {3600}
    assert np.count_nonzero(np.abs(recording.sound) > 0.02) > 5.5 * SAMPLE_RATE


def test_after_a_very_long_stall_the_stream_goes_on_from_where_it_was(
    go_on_air: "GoOnAir", freeze: "Freeze"
) -> None:
    on_air = go_on_air()
    on_air.wait_for_next_segment()
    before = on_air.stream.position
    freeze(3600.0)
    on_air.wait_for_next_segment()
    on_air.wait_for_next_segment()
    assert on_air.stream.position < before + 60.0


def test_two_minutes_are_listed_and_what_was_listed_can_still_be_had(
    go_on_air: "GoOnAir", freeze: "Freeze"
) -> None:
    on_air = go_on_air(segment_seconds=2.0)
    while on_air.stream.position < WINDOW + 30.0:
        freeze(4.0)
        on_air.stream.wake()
        on_air.wait_for_next_segment()
    on_air.stream.stop()
    on_air.wait_for_end()
    oldest = on_air.stream.next_segment - round(WINDOW / 2.0)
    assert f"#EXT-X-MEDIA-SEQUENCE:{oldest}\n" in on_air.stream.playlist()
    assert f"\n{oldest - 1}.m4s\n" not in on_air.stream.playlist()
    assert all(on_air.stream.segment(number) for number in (0, oldest - 1, oldest))


def test_rest_is_replayed_byte_by_byte_at_a_new_time(
    go_on_air: "GoOnAir", freeze: "Freeze"
) -> None:
    on_air = go_on_air()
    period = Face.LOOP_FRAMES // 10  # segments
    while on_air.stream.next_segment < 2 * period:
        freeze(2.0)
        on_air.stream.wake()
        on_air.wait_for_next_segment()
    for number in (0, 1, period - 1):
        then, again = on_air.stream.segment(number), on_air.stream.segment(number + period)
        assert then
        assert again
        assert then != again
        with (
            av.open(io.BytesIO(on_air.stream.init + then), "r") as first,
            av.open(io.BytesIO(on_air.stream.init + again), "r") as second,
        ):
            pairs = list(zip(first.demux(video=0), second.demux(video=0), strict=True))
        assert [bytes(a) for a, _ in pairs] == [bytes(b) for _, b in pairs]
        assert {b.pts - a.pts for a, b in pairs if a.pts is not None and b.pts is not None} == {
            Face.LOOP_FRAMES * 3600
        }


def test_pictures_that_nobody_watched_live_are_the_same(
    go_on_air: "GoOnAir", beep: SpokenAudio
) -> None:
    recordings = []
    for live in (True, False):
        on_air = go_on_air(said=beep)  # both begin to speak in the same frame
        if live:
            on_air.stream.playlist()
        on_air.track.close_input()
        on_air.wait_for_end()
        recordings.append(on_air.record())
    live_one, later_one = recordings
    assert later_one.video_times.tolist() == live_one.video_times.tolist()
    assert np.array_equal(later_one.pictures, live_one.pictures)
    assert np.array_equal(later_one.sound, live_one.sound)


def test_a_stream_that_nobody_watches_draws_nothing(
    go_on_air: "GoOnAir", beep: SpokenAudio, face: Face
) -> None:
    counting = CountingFace(face)
    on_air = go_on_air(face=counting)
    on_air.track.add(beep)
    on_air.track.close_input()
    on_air.wait_for_end()
    assert counting.drawn == 0
    assert on_air.stream.segment(1)
    assert counting.drawn == 10


@pytest.mark.parametrize(("seconds", "frames"), [(0.2, 5), (0.4, 10), (1, 25), (2.0, 50)])
def test_segments_may_divide_the_idle_loop(seconds: float, frames: int) -> None:
    assert frames_per_segment(seconds) == frames


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.04, 0.28, 0.41, 5.0, 60.0, float("nan")])
def test_other_lengths_of_segments_are_refused_with_those_that_can_be_had(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"Choose one of 0\.2, .*0\.4, .*2, "):
        frames_per_segment(seconds)
