"""People and voices: the server's own, and as many more as a rehearsal asks for."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from heygen_widget.api import AvatarGroup, HeyGen, NotFound
from heygen_widget.local import LocalServer
from heygen_widget.local.account.people import list_people
from heygen_widget.local.account.voices import list_voices
from heygen_widget.local.face import LOOKS, look_for
from heygen_widget.local.voice.casting import VOICES, voice_of


def test_everyone_who_is_drawn_is_listed_with_a_look_and_a_voice(heygen: HeyGen) -> None:
    people = list(heygen.avatars.list())

    assert [person.name for person in people] == [look.name for look in LOOKS]
    for person in people:
        assert heygen.avatars.get(person.id) == person
        (look,) = heygen.avatars.looks(person.id)
        assert heygen.avatars.look(look.id) == look
        assert (look.group_id, look.gender) == (person.id, person.gender)
        assert heygen.voices.get(look.default_voice_id or "").gender == person.gender


def test_a_listed_look_is_the_face_of_its_sessions() -> None:
    for person in list_people(23):
        assert look_for(person.look_id) is person.face


def test_the_voices_of_people_speak_as_listed() -> None:
    voices = list_voices(200, {})
    english = [voice for voice in voices.values() if voice.language == "English"]

    assert [voice_of(voice.voice_id)._replace(id="") for voice in english[:6]] == [*VOICES]
    for voice in english:
        woman = VOICES.index(voice_of(voice.voice_id)._replace(id="")) % 2 == 0
        assert voice.gender == ("female" if woman else "male")
    assert len({voice.name for voice in english}) == len(english)


def test_voices_are_chosen_by_what_they_are(heygen: HeyGen) -> None:
    german = list(heygen.voices.list(language="german", gender="female", engine="starfish"))

    assert [(voice.voice_id, voice.language) for voice in german] == [("de+f3", "German")]
    assert list(heygen.voices.list(type="private")) == []
    assert list(heygen.voices.list(engine="waltz")) == []
    assert list(heygen.avatars.list(ownership="private")) == []
    assert list(heygen.avatars.looks(avatar_type="digital_twin")) == []


def test_a_voice_is_found_by_a_description(heygen: HeyGen) -> None:
    def found(**more: Any) -> list[str]:
        matches = heygen.voices.search("somebody who speaks Polish", gender="female", **more)
        return [voice.voice_id for voice in matches.voices]

    assert found()[0] == "pl+f3"
    assert found() == found()
    assert found() != found(seed=1)
    assert found(locale="tr-TR")[0] == "tr+f3"


@pytest.mark.parametrize("limit", [1, 20, 50])
def test_long_lists_are_complete_whatever_the_pages(long_server: LocalServer, limit: int) -> None:
    with HeyGen(long_server.api_key, long_server.base_url) as heygen:
        people: list[AvatarGroup] = list(heygen.avatars.list(limit=limit))
        voices = list(heygen.voices.list(limit=limit))
        own = list(heygen.voices.list(type="private", limit=limit))

    assert [(voice.voice_id, voice.type) for voice in own] == [("mine", "private")]
    assert len({person.id for person in people}) == len(people) == 53
    assert len({voice.voice_id for voice in voices}) == len(voices) == 70


@pytest.mark.parametrize(
    ("query", "message", "param"),
    [
        ("limit=0", "'limit' must be between 1 and 100.", "limit"),
        ("limit=101", "'limit' must be between 1 and 100.", "limit"),
        ("limit=ten", "'limit' must be between 1 and 100.", "limit"),
        ("limit=%C2%B2", "'limit' must be between 1 and 100.", "limit"),
        ("token=x", "Invalid pagination token", "token"),
        ("token=20.aaaaaaaaaaaaaaaaaaaaaaaa", "Invalid pagination token", "token"),
        ("token=%F0%9F%8E%AD", "Invalid pagination token", "token"),
        ("type=mine", "Invalid 'type'.", "type"),
        ("colour=red", "Unknown parameter 'colour'.", "colour"),
        ("limit=1&limit=2", "given twice", None),
    ],
)
def test_a_bad_query_is_refused_as_documented(
    local_server: LocalServer, query: str, message: str, param: str | None
) -> None:
    answer = httpx.get(
        f"{local_server.base_url}/v3/voices?{query}", headers={"x-api-key": local_server.api_key}
    )

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "invalid_parameter"
    assert message in error["message"]
    assert error["param"] == param


def test_a_page_token_leads_on_in_its_own_list_only(local_server: LocalServer) -> None:
    with httpx.Client(
        base_url=local_server.base_url, headers={"x-api-key": local_server.api_key}
    ) as http:
        token = http.get("/v3/voices", params={"limit": 1}).json()["next_token"]
        answers = [
            http.get("/v3/voices", params={"limit": 2, "token": token}),
            http.get("/v3/voices", params={"token": token, "gender": "male"}),
            http.get("/v3/avatars", params={"token": token}),
        ]

    assert [answer.status_code for answer in answers] == [200, 400, 400]


@pytest.mark.parametrize(
    "missing",
    [
        lambda heygen: heygen.avatars.get("ag_nobody"),
        lambda heygen: heygen.avatars.look("nobody"),
        lambda heygen: heygen.voices.get("nobody"),
        lambda heygen: heygen.assets.get("nothing"),
        lambda heygen: heygen.assets.delete("nothing"),
    ],
    ids=["person", "look", "voice", "file", "deletion"],
)
def test_what_is_not_there_is_not_found(
    heygen: HeyGen, missing: Callable[[HeyGen], object]
) -> None:
    with pytest.raises(NotFound):
        missing(heygen)


def test_stored_files_are_listed_and_deleted(heygen: HeyGen, tone: bytes) -> None:
    me = heygen.users.me().username
    stored = heygen.assets.upload(tone, filename="tone.wav")

    listed = {file.id: file for file in heygen.assets.list(me)}
    assert listed[stored.asset_id] == heygen.assets.get(stored.asset_id)
    assert (listed[stored.asset_id].name, listed[stored.asset_id].type) == ("tone.wav", "audio")
    assert list(heygen.assets.list("somebody else")) == []

    assert heygen.assets.delete(stored.asset_id).id == stored.asset_id
    assert stored.asset_id not in {file.id for file in heygen.assets.list(me)}
    with pytest.raises(NotFound):
        heygen.assets.get(stored.asset_id)


def test_a_list_needs_the_key(local_server: LocalServer) -> None:
    assert httpx.get(f"{local_server.base_url}/v3/voices").status_code == 401
