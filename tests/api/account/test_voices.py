"""Voices, and texts spoken to files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import (
    APIConnectionError,
    Conflict,
    InsufficientCredit,
    InvalidRequest,
    PermissionDenied,
)
from heygen_widget.api.account.speech_file import pieces

if TYPE_CHECKING:
    from tests.api.conftest import Face, Server


def spoken(seconds: float, *words: str, **more: Any) -> dict[str, Any]:
    timed = [
        {"word": word, "start": number / 10, "end": number / 10 + 0.1}
        for number, word in enumerate(words)
    ]
    url = f"https://files.heygen.ai/audio/{seconds}.mp3"
    return {"data": {"audio_url": url, "duration": seconds, "word_timestamps": timed, **more}}


def test_a_voice_is_read_by_its_id(face: Face, server: Server) -> None:
    server.answers(200, {"data": {"voice_id": "v1", "support_pause": True, "status": "new"}})

    voice = face.ask("voices", "get", "v1")

    assert server.requests[0].target == "/v3/voices/v1"
    assert (voice.support_pause, voice.status) == (True, "new")


def test_voices_are_found_by_a_description(face: Face, server: Server) -> None:
    server.answers(200, {"data": {"seed": 3, "voices": [{"voice_id": "v1"}]}})

    found = face.ask("voices", "search", "a calm storyteller", gender="female", seed=3)

    assert (found.seed, [voice.voice_id for voice in found.voices]) == (3, ["v1"])
    assert (server.requests[0].method, server.requests[0].target) == ("POST", "/v3/voices")
    assert server.requests[0].json == {
        "prompt": "a calm storyteller",
        "gender": "female",
        "seed": 3,
    }


def test_a_text_is_spoken_to_a_file(face: Face, server: Server) -> None:
    server.answers(200, spoken(4.5, "Hello", "world", request_id="r1"))

    speech = face.ask("voices", "speech", "Hello world", "v1", speed=1.5, language="en")

    assert server.requests[0].json == {
        "text": "Hello world",
        "voice_id": "v1",
        "input_type": "text",
        "speed": 1.5,
        "language": "en",
    }
    (part,) = speech.parts
    assert (part.audio_url, part.request_id) == ("https://files.heygen.ai/audio/4.5.mp3", "r1")
    assert [word.word for word in speech.words] == ["Hello", "world"]
    assert speech.cost == pytest.approx(4.5 * 0.000667)


@pytest.mark.parametrize(
    ("timestamps", "words"), [(None, None), ([], ()), ("later", None), ([{"word": "a"}], None)]
)
def test_a_file_without_word_times_is_a_file(
    face: Face, server: Server, timestamps: Any, words: Any
) -> None:
    server.answers(200, spoken(1.0, word_timestamps=timestamps))

    assert face.ask("voices", "speech", "Hello", "v1").words == words


def test_break_tags_are_sent_as_ssml(face: Face, server: Server) -> None:
    server.answers(200, spoken(1.0))

    face.ask("voices", "speech", 'One <break time="0.35s"/> two', "v1")

    assert server.requests[0].json["input_type"] == "ssml"


@pytest.mark.parametrize("tag", ['<break time="350ms"/>', "<break>", '<break strength="weak"/>'])
def test_a_break_that_heygen_does_not_read_is_refused(face: Face, server: Server, tag: str) -> None:
    with pytest.raises(InvalidRequest, match="in seconds"):
        face.ask("voices", "speech", f"One {tag} two", "v1")

    assert server.requests == []


def test_a_long_text_is_split_at_sentences_and_joined(face: Face, server: Server) -> None:
    sentence = "This is a sentence of some length. "
    text = (sentence * 300).strip()
    for _ in range(3):
        server.answers(200, spoken(10.0, "This"))

    speech = face.ask("voices", "speech", text, "v1")

    sent = [request.json["text"] for request in server.requests]
    assert "".join(sent) == text
    assert all(len(piece) <= 5000 and piece.rstrip().endswith(".") for piece in sent)
    assert speech.duration == 30.0
    assert [word.start for word in speech.words] == [0.0, 10.0, 20.0]


@pytest.mark.parametrize(
    "text",
    [
        "word " * 3000,
        "x" * 12_000,
        "今日は。" * 3000,
        'Wait <break time="1.5s"/> for it. ' * 500,
    ],
    ids=["no-sentence", "no-space", "japanese", "breaks"],
)
def test_any_long_text_is_cut_where_it_hurts_least(text: str) -> None:
    cut = list(pieces(text))

    assert "".join(cut) == text
    assert all(0 < len(piece) <= 5000 for piece in cut)
    assert all(piece.count("<") == piece.count(">") for piece in cut)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"text": ""}, "text"),
        ({"speed": 0.4}, "speed"),
        ({"speed": 2.1}, "speed"),
        ({"voice_id": ""}, "voice_id"),
        ({"input_type": "html"}, "input_type"),
    ],
)
def test_what_cannot_be_spoken_is_refused_before_it_costs_anything(
    face: Face, server: Server, fields: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        face.ask("voices", "speech", **{"text": "Hello", "voice_id": "v1", **fields})

    assert caught.value.param == param
    assert server.requests == []


def test_a_speech_of_unknown_fate_is_not_paid_twice(face: Face, server: Server) -> None:
    server.resets()

    with pytest.raises(APIConnectionError):
        face.ask("voices", "speech", "Hello", "v1")

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (402, "insufficient_credit", InsufficientCredit),
        (403, "forbidden", PermissionDenied),
        (409, "voice_not_ready", Conflict),
    ],
)
def test_refusals_have_types_of_their_own(
    face: Face, server: Server, status: int, code: str, kind: type[Exception]
) -> None:
    server.answers(status, {"error": {"code": code, "message": "$0.10 left, $0.20 needed."}})

    with pytest.raises(kind, match=r"\$0.10 left, \$0.20 needed") as caught:
        face.ask("voices", "speech", "Hello", "v1")

    assert caught.value.code == code  # type: ignore[attr-defined]
