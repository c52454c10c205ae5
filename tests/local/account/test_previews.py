"""Previews: what the addresses in the lists lead to, without a key."""

import io

import av
import httpx
import numpy as np
import pytest

from heygen_widget.api import HeyGen
from heygen_widget.local import LocalServer

pytestmark = pytest.mark.media


def fetched(url: str | None, media_type: str) -> bytes:
    assert url
    answer = httpx.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media_type
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.content


def test_each_look_has_a_picture_of_its_own(heygen: HeyGen) -> None:
    looks = list(heygen.avatars.looks())
    pictures = {fetched(look.preview_image_url, "image/jpeg") for look in looks}

    assert len(pictures) == len(looks) == 5
    for picture in pictures:
        with av.open(io.BytesIO(picture), "r") as opened:
            assert (opened.streams.video[0].width, opened.streams.video[0].height) == (640, 360)


def test_a_clip_moves_and_is_heard(heygen: HeyGen) -> None:
    clip = fetched(heygen.avatars.look("maya").preview_video_url, "video/mp4")

    with av.open(io.BytesIO(clip), "r") as opened:
        frames = [frame.to_ndarray(format="gray") for frame in opened.decode(video=0)]
    with av.open(io.BytesIO(clip), "r") as opened:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)])
    assert len(frames) >= 25
    assert any((frame != frames[0]).any() for frame in frames)
    assert abs(sound).max() > 0.05


@pytest.mark.parametrize("voice_id", ["vera", "de+f3", "cmn"])
def test_a_voice_is_heard(heygen: HeyGen, voice_id: str) -> None:
    sound = fetched(heygen.voices.get(voice_id).preview_audio_url, "audio/mpeg")

    with av.open(io.BytesIO(sound), "r") as opened:
        assert 200_000 < (opened.duration or 0) < 10_000_000  # microseconds


def test_an_address_without_its_secret_leads_nowhere(
    heygen: HeyGen, local_server: LocalServer
) -> None:
    url = heygen.avatars.look("maya").preview_image_url or ""
    secret = url.split("/")[-3]

    assert local_server.api_key not in url
    assert httpx.get(url.replace(secret, "guessed")).status_code == 404
    assert httpx.get(url.replace("maya", "nobody")).status_code == 404


def test_a_player_may_ask_for_a_part(heygen: HeyGen) -> None:
    url = heygen.voices.get("vera").preview_audio_url or ""
    whole = httpx.get(url).content

    part = httpx.get(url, headers={"Range": "bytes=10-19"})
    rest = httpx.get(url, headers={"Range": "bytes=10-"})
    none = httpx.get(url, headers={"Range": f"bytes={len(whole)}-"})

    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert rest.content == whole[10:]
    assert none.status_code == 416
