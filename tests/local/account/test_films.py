"""Films: rendered in the background, once for each order, or failed with a reason."""

import io
import time
from typing import Any

import av
import httpx
import numpy as np
import pytest

from heygen_widget.api import (
    Background,
    BadRequest,
    CaptionFormat,
    Conflict,
    HeyGen,
    NotFound,
    RateLimited,
    Video,
    VoiceSettings,
)
from heygen_widget.local import LocalServer
from heygen_widget.local.account.subtitles import subtitles
from heygen_widget.local.voice import TimedWord
from tests.page import PATIENCE

pytestmark = pytest.mark.media

SMALL: dict[str, Any] = {"resolution": "720p", "aspect_ratio": "1:1"}


def finished(heygen: HeyGen, video_id: str) -> Video:
    deadline = time.monotonic() + PATIENCE
    while (film := heygen.videos.get(video_id)).status in {"pending", "processing"}:
        assert time.monotonic() < deadline, film
        time.sleep(0.02)
    return film


def made(heygen: HeyGen, **order: Any) -> Video:
    ordered = heygen.videos.create("maya", **{**SMALL, **order})
    return finished(heygen, ordered.video_id)


def frames(film: Video) -> list[Any]:
    """Return the pictures of a film, each with its three planes one after another."""
    assert film.video_url, film
    with av.open(io.BytesIO(httpx.get(film.video_url).content), "r") as opened:
        return [frame.to_ndarray() for frame in opened.decode(video=0)]


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ({"resolution": "720p"}, (720, 1280)),
        ({"resolution": "720p", "aspect_ratio": "9:16"}, (1280, 720)),
        ({"resolution": "720p", "aspect_ratio": "4:5"}, (900, 720)),
        ({"aspect_ratio": "5:4", "fit": "contain"}, (1080, 1350)),
    ],
    ids=["wide", "tall", "portrait", "full"],
)
def test_a_film_has_the_shape_that_was_ordered(
    heygen: HeyGen, shape: dict[str, Any], size: tuple[int, int]
) -> None:
    ordered = heygen.videos.create("theo", script="Hi.", title="A greeting", **shape)
    film = finished(heygen, ordered.video_id)

    assert (film.status, film.title, film.failure_code) == ("completed", "A greeting", None)
    pictures = frames(film)
    assert pictures[0].shape == (size[0] * 3 // 2, size[1])  # in planes
    assert len(pictures) / 25 == pytest.approx(film.duration, abs=0.05)
    assert any((picture != pictures[0]).any() for picture in pictures)
    assert httpx.get(film.thumbnail_url or "").headers["content-type"] == "image/jpeg"


def test_a_background_has_the_colour_that_was_ordered(heygen: HeyGen) -> None:
    film = made(heygen, script="Hi.", background=Background(type="color", value="#20c040"))

    planes = frames(film)[0]
    luma, blue, red = planes[:40, :40], planes[720:740, :40], planes[900:920, :40]
    # The colour by BT.709, in limited range.
    assert [plane.mean() for plane in (luma, blue, red)] == pytest.approx([144, 88, 63], abs=4)


def test_captions_are_the_sentences_and_when_they_are_heard(heygen: HeyGen) -> None:
    script = "Hello there. Dr. No is here, at 3.5 miles!"
    film = made(heygen, script=script, caption=CaptionFormat())

    text = httpx.get(film.subtitle_url or "").text
    lines = text.strip().split("\n\n")
    assert [line.split("\n")[2] for line in lines] == [
        "Hello there.",
        "Dr. No is here, at 3.5 miles!",
    ]
    assert lines[0].startswith("1\n00:00:00,000 --> 00:00:0")


def test_long_sentences_are_cut_into_several_captions() -> None:
    text = "word " * 60
    words = [TimedWord("word", n / 2, n / 2 + 0.4) for n in range(60)]

    lines = subtitles(text, words).strip().split("\n\n")

    assert all(len(line.split("\n")[2]) <= 84 for line in lines)
    assert " ".join(line.split("\n")[2] for line in lines) == text.strip()


def test_speed_shortens_a_film(heygen: HeyGen) -> None:
    script = "Hello there, everybody."
    normal = made(heygen, script=script)
    fast = made(heygen, script=script, voice_settings=VoiceSettings(speed=1.5))

    assert fast.duration == pytest.approx((normal.duration or 0) / 1.5, rel=0.03)


def test_a_film_speaks_a_sound_file(heygen: HeyGen, tone: bytes) -> None:
    asset = heygen.assets.upload(tone, filename="tone.wav")
    (speech,) = heygen.voices.speech("Hello.", "vera").parts

    from_asset = made(heygen, audio_asset_id=asset.asset_id)
    from_speech = made(heygen, audio_url=speech.audio_url)

    assert from_asset.duration == pytest.approx(3.0, abs=0.1)
    assert from_speech.duration == pytest.approx(speech.duration, abs=0.1)
    with av.open(io.BytesIO(httpx.get(from_asset.video_url or "").content), "r") as opened:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)])
    hertz = np.abs(np.fft.rfft(sound)).argmax() * 48_000 / len(sound)
    assert hertz == pytest.approx(220, abs=2)


def test_an_order_with_the_same_key_is_one_film(heygen: HeyGen) -> None:
    def order(script: str) -> str:
        ordered = heygen.videos.create("mei", script=script, idempotency_key="one", **SMALL)
        return ordered.video_id

    assert order("Hi.") == order("Hi.")
    with pytest.raises(Conflict, match="another request"):
        order("Ho.")


def test_films_fail_when_a_rehearsal_asks_for_it(heygen: HeyGen, local_server: LocalServer) -> None:
    httpx.post(
        f"{local_server.base_url}/rehearsal/fail-films",
        headers={"x-api-key": local_server.api_key},
        json={"films": 1},
    ).raise_for_status()

    failed, completed = made(heygen, script="Hi."), made(heygen, script="Hi.")

    assert (failed.status, failed.failure_code) == ("failed", "rehearsed_failure")
    assert (failed.video_url, completed.status) == (None, "completed")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"script": "\x00"}, "invalid_script"),
        ({"audio_asset_id": "asset_of_nobody"}, "asset_not_available"),
        ({"audio_url": "http://127.0.0.1/a.mp3"}, "invalid_audio"),
    ],
)
def test_what_cannot_be_filmed_fails_with_a_reason(
    heygen: HeyGen, order: dict[str, str], code: str
) -> None:
    film = made(heygen, **order)

    assert (film.status, film.failure_code) == ("failed", code)
    assert film.failure_message


@pytest.mark.parametrize(
    "order",
    [
        {"resolution": "4k"},
        {"output_format": "webm"},
        {"remove_background": True},
        {"voice_settings": VoiceSettings(pitch=3)},
        {"background": Background(type="image", url="https://example.com/a.png")},
        {"background": Background(type="color", value="red")},
    ],
    ids=["4k", "webm", "alpha", "pitch", "image", "colour"],
)
def test_what_is_not_rendered_here_is_refused(heygen: HeyGen, order: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="does not render"):
        heygen.videos.create("maya", script="Hi.", **order)


def test_a_film_that_was_never_ordered_is_not_found(heygen: HeyGen) -> None:
    with pytest.raises(NotFound, match="no such film"):
        heygen.videos.get("f9")


def test_films_are_paid_and_stop_where_the_money_does() -> None:
    with LocalServer(balance=0.3) as server, HeyGen(server.api_key, server.base_url) as heygen:
        paid = made(heygen, script="Hi.")
        left = heygen.balance().dollars or 0.0
        too_long = made(heygen, script="This is more than six seconds of speech. " * 5)
        assert 0.3 - left == pytest.approx((paid.duration or 0) * 0.05, abs=1e-3)
        assert (too_long.status, too_long.failure_code) == ("failed", "insufficient_credit")
        assert "left" in (too_long.failure_message or "")
        assert heygen.balance().dollars == left


def test_no_more_than_ten_films_wait(heygen: HeyGen) -> None:
    ordered: list[str] = []

    def order_many(heygen: HeyGen) -> None:
        while len(ordered) < 100:
            ordered.append(heygen.videos.create("maya", script="Hi.", **SMALL).video_id)

    with HeyGen.like(heygen) as impatient, pytest.raises(RateLimited):
        order_many(impatient.once)

    assert len(ordered) >= 10
    for video_id in ordered:
        assert finished(heygen, video_id).status == "completed"
