"""The client with the embedded avatar server: both sides of the API agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from heygen_widget.api import AuthenticationFailed, Gone, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heygen_widget.local import LocalServer
    from tests.api.conftest import Face, MakeFace


@pytest.fixture
def rehearsal(make_face: MakeFace, swift_server: LocalServer) -> Face:
    return make_face(api_key=swift_server.api_key, base_url=swift_server.base_url)


@pytest.fixture
def stream_id(rehearsal: Face) -> Iterator[str]:
    session = rehearsal.create(
        type="text_stream", avatar_id="anyone", voice_id="any", text="Good morning."
    )
    yield session.stream_id
    rehearsal.cancel(session.stream_id)


def test_a_session_from_its_first_word_to_its_last(rehearsal: Face, stream_id: str) -> None:
    assert rehearsal.get(stream_id).status in {"pending", "streaming"}
    assert rehearsal.append(" And good night.", stream_id=stream_id).ok
    rehearsal.append("", final=True, stream_id=stream_id)

    with pytest.raises(Gone):
        rehearsal.append("Too late.", stream_id=stream_id)
    words = [event.word for batch in rehearsal.words(stream_id) for event in batch.words]
    spoken = [word for word in words if word.isalpha()]
    assert spoken == ["Good", "morning", "And", "good", "night"]


def test_cancelling_twice_is_harmless(rehearsal: Face, stream_id: str) -> None:
    assert rehearsal.cancel(stream_id).cancelled is True
    assert rehearsal.cancel(stream_id).stream_id == stream_id


def test_words_can_be_left_in_the_middle(rehearsal: Face, stream_id: str) -> None:
    assert rehearsal.first_words(stream_id).words[0].word == "Good"


def test_a_stranger_is_unknown(rehearsal: Face) -> None:
    with pytest.raises(NotFound):
        rehearsal.get("no-such-session")
    with pytest.raises(NotFound):
        rehearsal.words(stream_id="no-such-session")


def test_a_wrong_key_is_refused(make_face: MakeFace, swift_server: LocalServer) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        make_face(api_key="wrong", base_url=swift_server.base_url).get()

    assert caught.value.request_id
