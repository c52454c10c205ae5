"""What a stream is put together from."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from heygen_widget.local.encoding import H264, AacEncoder, Sound, VideoEncoder
from heygen_widget.local.face import Face
from heygen_widget.local.hls.encoder import AAC_FRAME, init_segment
from heygen_widget.local.hls.fmp4 import length_prefixed
from heygen_widget.local.hls.idle import IdleLoop, idle_loop
from heygen_widget.local.hls.playlist import Playlist
from heygen_widget.local.mouth import Mouth
from heygen_widget.local.voice import SpeechTrack, SpokenAudio, VoiceEngine
from tests.local.hls.conftest import CountingFace


def test_streams_that_rest_together_encode_a_segment_once(face: Face) -> None:
    counting = CountingFace(face)
    loop = IdleLoop(counting, 10)
    with ThreadPoolExecutor(4) as streams:
        segments = list(streams.map(loop.segment, [20, 320, 20, 620]))
    assert counting.drawn == 10
    assert all(segment is segments[0] for segment in segments)


def test_streams_of_one_face_and_segment_length_share_their_rest(face: Face) -> None:
    assert idle_loop(face, 10) is idle_loop(face, 10)
    assert idle_loop(face, 10) is not idle_loop(face, 5)


def test_pictures_of_different_encoders_can_be_mixed(face: Face) -> None:
    encoders = VideoEncoder(H264), VideoEncoder(H264)
    picture = face.frame(0, Mouth(0.5, 0.0, 0.0, 0.5))
    first, second = (encoder.encode(picture, key=True) for encoder in encoders)
    assert first == second
    assert init_segment().count(b"avcC") == 1


def test_a_sample_holds_the_slices_with_their_lengths_and_nothing_else() -> None:
    stream = b"\0\0\0\1\x67sps\0\0\0\1\x68pps\0\0\1\x06sei\0\0\1\x65one\0\0\1\x65\0\0\3\1two"
    assert length_prefixed(stream) == b"\0\0\0\4\x65one\0\0\0\x08\x65\0\0\3\1two"


def test_silence_after_speech_is_the_same_few_bytes_as_before(
    engine: VoiceEngine, beep: SpokenAudio
) -> None:
    track = SpeechTrack(engine, "en-us")
    sound = Sound(track, AacEncoder())
    sound.advance(20 * AAC_FRAME)
    before = sound.take()[1]
    track.add(beep)
    sound.advance(100 * AAC_FRAME)
    start, frames = sound.take()
    assert start == 20 * AAC_FRAME
    assert len(set(before)) == 1
    assert len(before[0]) < 8
    assert max(map(len, frames)) > 50
    assert set(frames[-20:]) == set(before)
    assert 68 * AAC_FRAME < sound.silent_from < 72 * AAC_FRAME


def test_a_playlist_grows_and_ends() -> None:
    playlist: Playlist[bytes] = Playlist(0.4)
    playlist.append(b"one", 0.4, 1_700_000_000.0)
    assert playlist.text().splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:1",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=3.0",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0",
        '#EXT-X-MAP:URI="init.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.000+00:00",
        "#EXTINF:0.40000,",
        "0.m4s",
    ]
    playlist.append(b"two", 0.2, 1_700_000_000.4)
    playlist.end()
    assert playlist.text().splitlines()[-2:] == ["1.m4s", "#EXT-X-ENDLIST"]
    assert playlist.next_segment == 2


@pytest.mark.parametrize("number", [-1, 1, 100])
def test_segments_that_are_not_there_are_none(number: int) -> None:
    playlist: Playlist[bytes] = Playlist(0.4)
    playlist.append(b"one", 0.4, 0.0)
    assert playlist.segment(0) == b"one"
    assert playlist.segment(number) is None
