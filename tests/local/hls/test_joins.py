"""Rest, speech and rest again make one stream without a seam."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local.face import FRAME_RATE, Face
from heygen_widget.local.mouth import REST
from heygen_widget.local.voice import SAMPLE_RATE, TimedWord

pytestmark = pytest.mark.media

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.hls.conftest import OnAir, Recording

FIRST = "Probably pineapples. "
SECOND = "Big brown bears eat them every morning. "
SAMPLES = SAMPLE_RATE // FRAME_RATE


class Show(NamedTuple):
    """A stream that rested, spoke, rested, spoke and ended, for each length of segments."""

    segment_seconds: float
    recording: "Recording"
    said: npt.NDArray[np.int16]  # what the stream read of its track
    words: list[TimedWord]
    playlist: str


@pytest.fixture(scope="module", params=[0.2, 0.4, 2.0])
def show(request: pytest.FixtureRequest, go_on_air: "Callable[..., OnAir]") -> Show:
    on_air = go_on_air(segment_seconds=request.param)
    on_air.stream.playlist()  # somebody watches
    for text in (FIRST, SECOND):
        on_air.wait(lambda: not on_air.track.speaking)
        on_air.wait_for_next_segment()
        on_air.wait_for_next_segment()
        on_air.track.append(text)
        on_air.wait(on_air.track.heard)
    on_air.track.close_input()
    on_air.wait_for_end()
    return Show(
        segment_seconds=request.param,
        recording=on_air.record(),
        said=on_air.track.sound,
        words=on_air.track.words_until(len(on_air.track.sound)),
        playlist=on_air.stream.playlist(),
    )


def test_every_frame_of_picture_and_sound_is_there_at_its_time(show: Show) -> None:
    recording = show.recording
    frames = round(recording.seconds * FRAME_RATE)
    assert recording.video_times.tolist() == [3600 * n for n in range(frames)]
    coded = -(-frames * SAMPLES // 1024)  # all that start before the last picture ends
    assert recording.audio_times.tolist() == [1024 * n for n in range(coded)]
    assert len(recording.sound) == 1024 * coded


def test_the_sound_is_the_track_sample_by_sample(show: Show) -> None:
    heard = show.recording.sound
    said = show.said[: len(heard)] / 32768
    error = np.sqrt(np.mean((heard - said) ** 2))
    assert error < 0.2 * np.sqrt(np.mean(said**2))
    assert np.abs(heard[said == 0]).max() < 0.1


def test_words_are_heard_at_their_times(show: Show) -> None:
    loud = np.flatnonzero(np.abs(show.recording.sound) > 0.02) / SAMPLE_RATE
    for text in (FIRST, SECOND):
        word = next(each for each in show.words if each.word == text.split()[0])
        onset = loud[loud > word.start - 0.5][0]
        assert abs(onset - word.start) < 0.06


def test_lips_move_with_sound_and_rest_in_silence(show: Show, face: Face) -> None:
    moved = [
        np.count_nonzero(np.abs(picture.astype(np.int16) - face.frame(number, REST)) > 40)
        for number, picture in enumerate(show.recording.pictures)
    ]
    frames = np.arange(len(moved))
    sounding = np.unique(np.flatnonzero(show.said) // SAMPLES)
    resting = frames[np.abs(frames[:, None] - sounding).min(axis=1) > 12]
    assert all(moved[frame] < 60 for frame in resting)
    for word in show.words:
        if word.word.isalpha():
            spoken = moved[round(word.start * FRAME_RATE) : round(word.end * FRAME_RATE) + 2]
            assert max(spoken) > 300


def test_the_end_comes_when_the_last_word_has_faded(show: Show) -> None:
    silent = show.recording.seconds - (np.flatnonzero(show.said)[-1] / SAMPLE_RATE)
    assert 0.3 <= silent < 0.5 + show.segment_seconds


def test_the_playlist_lists_the_whole_stream(show: Show) -> None:
    lines = show.playlist.splitlines()
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert sum(lengths) == pytest.approx(show.recording.seconds)
    assert set(lengths[:-1]) == {show.segment_seconds}
    assert lines[-1] == "#EXT-X-ENDLIST"
