"""`avatar.listen`: the voice alone, then the same sound with a face."""

import pytest

from heygen_widget.account.playable_speech import PlayableSpeech
from tests.page import PATIENCE, MakeAvatar

pytestmark = [
    pytest.mark.media,
    pytest.mark.usefixtures("page", "no_settings_from_outside"),
]


def test_listening_opens_no_session(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()

    speech = avatar.listen('Hello. <break time="0.5s"/> Goodbye.', speed=1.5)

    assert isinstance(speech, PlayableSpeech)
    assert [word.word for word in speech.words or ()] == ["Hello", ".", "Goodbye", "."]
    assert len(speech.audio) > 1000
    assert "<audio" in speech.page
    assert (avatar.status.value, avatar.cost) == ("idle", 0)


def test_a_face_says_exactly_what_was_listened_to_with_its_words(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    speech = avatar.listen("Hello there, everybody.")

    avatar.start(audio=speech)
    avatar.wait("completed", PATIENCE)

    assert avatar.words == speech.words
    assert avatar.transcript == "Hello there, everybody."


def test_a_long_text_is_one_sound(make_avatar: MakeAvatar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heygen_widget.api.account.speech_file.MAX_TEXT", 60)

    speech = make_avatar().listen("A short sentence. " * 5, speed=2.0)

    assert len(speech.parts) == 2
    assert speech.audio.startswith(b"\xff")
    assert len(speech.words or ()) == 20


def test_a_closed_avatar_does_not_listen(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar()
    avatar.close()

    with pytest.raises(RuntimeError, match="closed"):
        avatar.listen("Hello.")
