"""Coming into a room, losing it, coming back, and having to leave; and watching without a room."""

import socket
import time
from typing import Any

import httpx
import pytest
from aiortc.sdp import SessionDescription
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from heygen_widget.local.v1.livekit.messages import LeaveAction, LeaveReason
from tests.local.v1.conftest import Live, Streamer
from tests.local.v1.viewer import PATIENCE, Viewer

# In a room.


def test_a_room_has_the_avatar_in_it_with_a_picture_and_a_voice(live: Live) -> None:
    joined = live.viewer.heard[0]["join"]
    (avatar,) = joined["other_participants"]
    assert avatar["identity"] == "heygen"
    assert [track["mime_type"] for track in avatar["tracks"]] == ["video/H264", "audio/opus"]
    assert [track["sid"][:3] for track in avatar["tracks"]] == ["TR_", "TR_"]
    assert joined["room"]["name"] == live.id


def test_a_dropped_line_is_taken_up_again_and_nothing_was_missed(live: Live) -> None:
    live.say("One two three four five six seven eight nine ten.")
    live.viewer.wait_for_sound()
    live.viewer.drop_line()
    pictures = len(live.viewer.seen.pictures)
    live.viewer.wait(lambda: len(live.viewer.seen.pictures) > pictures + 10, "pictures")
    sid = live.viewer.heard[0]["join"]["participant"]["sid"]
    first = live.viewer.reconnect(live.opened["url"], live.opened["access_token"], sid)
    assert list(first) == ["reconnect"]
    live.viewer.wait_for_event("avatar_stop_talking")
    live.call("stop")
    assert live.viewer.left()["reason"] == LeaveReason.ROOM_DELETED


def test_who_was_forgotten_is_asked_to_join_anew(live: Live) -> None:
    first = live.viewer.reconnect(live.opened["url"], live.opened["access_token"], "PA_nobody")
    assert first["leave"]["action"] == LeaveAction.RECONNECT


def test_who_comes_again_takes_the_place_of_who_is_there(live: Live) -> None:
    again = live.streamer.watch(live.opened)
    assert live.viewer.left()["reason"] == LeaveReason.DUPLICATE_IDENTITY
    live.say("Hello.")
    again.wait_for_event("avatar_stop_talking")
    again.wait_for_sound()


def test_who_leaves_can_come_again(live: Live) -> None:
    live.viewer.leave()
    again = live.streamer.watch(live.opened)
    live.say("Hello.")
    again.wait_for_event("avatar_stop_talking")
    assert live.streamer.sessions()[live.id] == "connected"


def test_a_session_that_nobody_watches_any_more_says_so_and_still_speaks(live: Live) -> None:
    assert live.streamer.sessions()[live.id] == "connected"
    live.viewer.leave()
    deadline = time.monotonic() + PATIENCE
    while live.streamer.sessions()[live.id] != "connecting":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert live.say("Hello.", task_mode="sync")["duration_ms"] > 0


def test_pings_are_answered(live: Live) -> None:
    live.viewer.run(live.viewer.say(ping_req={"timestamp": 4711}))
    live.viewer.wait(lambda: 4711 in [pong.get("last_ping_timestamp") for pong in pongs(live)])
    assert abs(pongs(live)[-1]["timestamp"] / 1000 - time.time()) < 30


def pongs(live: Live) -> list[dict[str, Any]]:
    return [message["pong_resp"] for message in live.viewer.heard if "pong_resp" in message]


def test_a_track_that_is_to_be_published_is_acknowledged(live: Live) -> None:
    live.viewer.run(live.viewer.say(add_track={"cid": "mine", "type": 0, "source": 2}))
    live.viewer.wait(lambda: any("track_published" in each for each in live.viewer.heard))
    (told,) = (each for each in live.viewer.heard if "track_published" in each)
    assert told["track_published"]["cid"] == "mine"


@pytest.mark.parametrize("answer", ["", "v=0", "no description"])
def test_a_client_that_talks_nonsense_has_to_leave(live: Live, answer: str) -> None:
    live.viewer.run(live.viewer.say(answer={"type": "answer", "sdp": answer}))
    assert live.viewer.left()["reason"] == LeaveReason.STATE_MISMATCH
    live.streamer.watch(live.opened)  # and the session goes on


def test_stopping_asks_everyone_to_leave(live: Live) -> None:
    live.call("stop")
    left = live.viewer.left()
    assert left == {"reason": LeaveReason.ROOM_DELETED, "action": LeaveAction.DISCONNECT}


@pytest.mark.parametrize("path", ["rtc", "rtc/v1"])
def test_nobody_enters_without_a_token(live: Live, path: str) -> None:
    for token in ("", "wrong", live.opened["access_token"][:-2]):
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"{live.opened['url']}/{path}?access_token={token}")


def test_a_client_that_could_not_enter_is_told_why(live: Live) -> None:
    url = f"{live.opened['url'].replace('ws', 'http')}/rtc/validate"
    page = {"Origin": "https://page.example"}
    for token, status in ((live.opened["access_token"], 200), ("wrong", 401)):
        told = httpx.get(url, params={"access_token": token}, headers=page)
        assert told.status_code == status
        assert told.headers["access-control-allow-origin"] == "*"
    live.call("stop")
    assert httpx.get(url, params={"access_token": live.opened["access_token"]}).status_code == 401


def test_heygens_sdk_is_sent_to_version_0_of_the_signalling(streamer: Streamer) -> None:
    for source, status in (("sdk", 404), (None, 200)):
        opened = streamer.open(source=source)
        token = {"access_token": opened["access_token"]}
        url = f"{opened['url'].replace('ws', 'http')}/rtc"
        assert httpx.get(f"{url}/v1/validate", params=token).status_code == status
        assert httpx.get(f"{url}/validate", params=token).status_code == 200
        assert httpx.get(f"{url}/v1/validate").status_code == 401


def test_a_room_goes_by_its_own_name_only(live: Live) -> None:
    port = httpx.URL(live.opened["url"]).port
    path = f"/room/rtc?access_token={live.opened['access_token']}"
    with (
        socket.create_connection(("127.0.0.1", port)) as line,
        pytest.raises(InvalidStatus, match="421"),
    ):
        connect(f"ws://evil.example{path}", sock=line)


# Without a room.


def watch_raw(streamer: Streamer) -> tuple[dict[str, Any], Viewer]:
    opened = streamer.open(version="v1")
    viewer = streamer.viewer()
    answer = viewer.answer(opened["sdp"]["sdp"])
    streamer.data("start", session_id=opened["session_id"], sdp={"type": "answer", "sdp": answer})
    viewer.wait_for_picture()
    return opened, viewer


def test_raw_webrtc_is_offered_and_answered(streamer: Streamer) -> None:
    opened, viewer = watch_raw(streamer)
    assert opened["sdp"]["type"] == "offer"
    assert opened["ice_servers2"] == []
    assert "url" not in opened
    assert_spoken(streamer, opened, viewer)


def assert_spoken(streamer: Streamer, opened: dict[str, Any], viewer: Viewer) -> None:
    session_id = opened["session_id"]
    assert streamer.sessions()[session_id] == "connected"
    done = streamer.data("task", session_id=session_id, text="Hello there.")
    stopped = viewer.wait_for_event("avatar_stop_talking")
    assert (stopped["task_id"], stopped["duration_ms"]) == (done["task_id"], done["duration_ms"])
    viewer.wait_for_sound()


def test_the_candidates_of_browsers_are_taken(streamer: Streamer) -> None:
    opened = streamer.open(version="v1")
    viewer = streamer.viewer()
    answer = viewer.answer(opened["sdp"]["sdp"])
    session_id = opened["session_id"]
    left_out = ("a=candidate", "a=end-of-candidates")
    lines = [line for line in answer.splitlines() if not line.startswith(left_out)]
    bare = {"type": "answer", "sdp": "\r\n".join(lines) + "\r\n"}
    streamer.data("start", session_id=session_id, sdp=bare)
    mid = SessionDescription.parse(answer).media[0].rtp.muxId
    candidates = [line[2:] for line in answer.splitlines() if line.startswith("a=candidate")]
    of_no_use = (
        "candidate:1 1 udp 1 a.local 9 typ host",
        "candidate:1 1 tcp 1 192.0.2.2 9 typ host tcptype active",
        "",
    )
    for each in (*candidates, *of_no_use):
        candidate = {"candidate": each, "sdpMid": mid, "sdpMLineIndex": 0, "usernameFragment": "x"}
        streamer.data("ice", session_id=session_id, candidate=candidate)
    viewer.wait_for_picture()


def test_without_a_version_a_caller_takes_the_offer_or_the_room(streamer: Streamer) -> None:
    opened = streamer.open()
    assert opened["ice_servers2"] == []
    viewer = streamer.viewer()
    answer = viewer.answer(opened["sdp"]["sdp"])
    streamer.data("start", session_id=opened["session_id"], sdp={"type": "answer", "sdp": answer})
    viewer.wait_for_picture()
    assert_spoken(streamer, opened, viewer)
    opened = streamer.open()
    streamer.data("start", session_id=opened["session_id"])
    assert_spoken(streamer, opened, streamer.watch(opened))


def test_a_room_comes_without_an_offer_where_it_was_asked_for(streamer: Streamer) -> None:
    opened = streamer.open(version="v2")
    assert opened["url"]
    assert (opened["sdp"], opened["ice_servers2"]) == (None, None)


def test_a_text_is_heard_that_comes_while_its_viewer_connects(streamer: Streamer) -> None:
    opened = streamer.open(version="v1")
    viewer = streamer.viewer()
    answer = viewer.answer(opened["sdp"]["sdp"])
    session_id = opened["session_id"]
    streamer.data("start", session_id=session_id, sdp={"type": "answer", "sdp": answer})
    assert streamer.data("task", session_id=session_id, text="At once.")["duration_ms"] > 200
    viewer.wait_for_sound()


@pytest.mark.parametrize("sdp", [None, {"type": "answer", "sdp": "v=0"}])
def test_an_offer_must_be_answered(streamer: Streamer, sdp: object) -> None:
    session_id = streamer.open(version="v1")["session_id"]
    answer = streamer.call("start", session_id=session_id, sdp=sdp)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400


def test_an_offer_is_answered_once(streamer: Streamer) -> None:
    opened, viewer = watch_raw(streamer)
    sdp = {"type": "answer", "sdp": viewer.answer(opened["sdp"]["sdp"])}
    again = streamer.call("start", session_id=opened["session_id"], sdp=sdp)
    assert (again.status_code, again.json()["code"]) == (400, 10003)
