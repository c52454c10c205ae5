"""Replicas that are killed, stores that fail, servers that die: nothing is lost sight of."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from heygen_widget import Classroom, LocalServer
from heygen_widget.gateway.sessions import NOTES_COME
from heygen_widget.gateway.store import CHECK, LEASE
from heygen_widget.session import SpeechStatus
from tests.gateway.conftest import MakeReplica
from tests.gateway.redis_server import RedisServer
from tests.gateway.replica import (
    KEY,
    OURS,
    PATIENCE,
    SESSIONS,
    TEXT_STREAM,
    Learner,
    Replica,
    until,
)
from tests.page import MakeAvatar
from tests.planned_server import Server

Enter = Callable[..., list[Learner]]
LEARNERS = 12


def test_a_class_is_served_within_its_budget_while_replicas_are_killed(
    replica_of: MakeReplica, shared_store: dict[str, str]
) -> None:
    """The server has as many slots as the gateway: one session too many would be refused.

    It ends what nobody knows of in the time for which the gateway keeps the slot.
    """
    with LocalServer(api_key=KEY, warm_up=3600.0, max_length=80.0, concurrency=3) as server:
        flags = {"upstream": server.base_url, "max_session": 20, **shared_store}
        replicas = [replica_of(budget=150, per_learner=15, **flags) for _ in range(3)]
        _serve_all(replicas)
    assert not [replica for replica in replicas if "refused by" in replica.log]
    state = replicas[0].workshop.table().state
    assert state.sessions >= 2 * LEARNERS
    assert state.spent + state.reserved <= 150
    assert all(each.spent + each.reserved <= 15 for each in state.learners)


def _serve_all(replicas: list[Replica]) -> None:
    codes = replicas[0].workshop.codes(LEARNERS)
    with ThreadPoolExecutor(len(codes) + 1) as pool:
        killing = pool.submit(_kill_some, replicas)
        for learning in [pool.submit(_learn, code, replicas) for code in codes.values()]:
            learning.result()
        killing.result()


def _learn(code: str, replicas: list[Replica]) -> None:
    """Open two sessions, one after the other, and end each."""
    with httpx.Client(headers={"x-api-key": code}, timeout=PATIENCE) as http:

        def ask(path: str, wanted: int) -> httpx.Response:
            while True:
                base_url = random.choice(replicas).base_url
                try:
                    answer = http.post(base_url + path, json=TEXT_STREAM)
                except httpx.TransportError:
                    continue
                if answer.status_code == wanted:
                    return answer
                assert answer.status_code in {429, 503}, answer.text
                time.sleep(0.3)

        for _ in range(2):
            stream = ask(SESSIONS, 201).json()["data"]["stream_id"]
            ask(f"{SESSIONS}/{stream}/cancel", 202)


def _kill_some(replicas: list[Replica]) -> None:
    for _ in range(4):
        time.sleep(0.5)
        replica = random.choice(replicas)
        replica.kill()
        replica.start()


def test_a_create_whose_answer_is_lost_keeps_its_slot_and_its_money(
    replica_of: MakeReplica, learners_of: Enter, shared_store: dict[str, str]
) -> None:
    server = Server()
    one, other = (replica_of(upstream=server.base_url, slots=1, **shared_store) for _ in range(2))
    ada, ben = learners_of(one, "Ada", "Ben")
    server.falls_silent()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ada.ask)
        until(lambda: server.requests)
        one.kill()
        assert isinstance(asking.exception(), httpx.TransportError)
    ben.http.base_url = httpx.URL(other.base_url)
    assert ben.position() == 1
    (held,) = other.workshop.table().state.speaking
    assert (held.learner, held.stream_id) == ("Ada", None)
    assert held.reserved > 0
    server.close()


def test_no_speech_is_said_twice_although_its_replica_is_killed_in_the_middle(
    replica_of: MakeReplica,
    swift_server: LocalServer,
    shared_store: dict[str, str],
    make_avatar: MakeAvatar,
) -> None:
    # Seconds until the replica is back are eight times as many for a session.
    time_enough = {"max_session": 2000, "per_learner": 150}
    replica = replica_of(
        upstream=swift_server.base_url,
        key=swift_server.api_key,
        pace=8,
        **time_enough,
        **shared_store,
    )
    code = replica.workshop.codes(["Ada"])["Ada"]
    avatar = make_avatar(client=Classroom(replica.base_url, code))
    speeches = []
    for number in range(6):
        speeches.append(avatar.speak(f"This is sentence number {number}. "))
        if number == 3:
            avatar.wait("streaming", PATIENCE)
            replica.kill()
            replica.start()
    avatar.finish()
    avatar.wait("completed", PATIENCE)
    # While nobody answers, what was on its way is in doubt, as without a gateway.
    doubtful = {SpeechStatus.SPOKEN, SpeechStatus.UNCERTAIN}
    assert {speech.status for speech in speeches} <= doubtful, repr(avatar.events)
    told = [word.word for word in avatar.words if word.word.isdigit()]
    assert told == sorted({*told})  # in order, none of them twice
    spoken = [speech for speech in speeches if speech.status is SpeechStatus.SPOKEN]
    assert {speech.text.strip(" .").rpartition(" ")[2] for speech in spoken} <= {*told}


def test_a_store_that_restarts_forgets_nothing_and_meanwhile_nothing_is_granted(
    replica_of: MakeReplica, learners_of: Enter, own_redis: RedisServer
) -> None:
    replica = replica_of(slots=2, store=own_redis.url)
    ada, ben, cleo = learners_of(replica, "Ada", "Ben", "Cleo")
    stream = ada.open(text="One.")
    ben.open()
    for fault, repair in (
        (own_redis.kill, own_redis.start),
        (own_redis.freeze, own_redis.thaw),
        (own_redis.kill, own_redis.start),
    ):
        assert cleo.position() == 1
        fault()
        answer = cleo.ask()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert httpx.get(f"{replica.base_url}/health", timeout=PATIENCE).status_code == 503
        assert ada.append(stream, " Two.").status_code == 202  # what goes on needs no store
        repair()
        until(lambda: cleo.ask().status_code == 429)
        assert len(replica.workshop.table().state.speaking) == 2
    assert ada.cancel(stream).status_code == 202
    until(lambda: cleo.ask().status_code == 201)


def test_a_live_session_outlasts_a_store_that_is_away_for_longer_than_its_lease(
    replica_of: MakeReplica, learners_of: Enter, own_redis: RedisServer
) -> None:
    replica = replica_of(store=own_redis.url)
    (ada,) = learners_of(replica, "Ada", **OURS)
    stream = ada.open()
    own_redis.freeze()
    ends = time.monotonic() + LEASE + 1
    while time.monotonic() < ends:
        assert ada.append(stream, " And so on.").status_code == 202
        time.sleep(0.5)
    own_redis.thaw()
    ends = time.monotonic() + 2 * CHECK + NOTES_COME
    while time.monotonic() < ends:
        assert ada.status(stream)["status"] == "pending"
        time.sleep(0.5)
    assert len(replica.workshop.table().state.speaking) == 1


def test_an_embedded_server_speaks_and_when_it_dies_only_its_sessions_end(
    replica_of: MakeReplica, learners_of: Enter
) -> None:
    replica = replica_of(upstream="local", pace=4)
    ada, ben = learners_of(replica, "Ada", "Ben")
    stream = ada.open(text="Hello. " * 20)
    until(lambda: ada.status(stream)["status"] == "streaming")
    url = ada.status(stream)["hls_url"]
    assert url.startswith(replica.base_url)
    playlist = httpx.get(url).text
    assert httpx.get(url.replace("stream.m3u8", "init.mp4")).content[4:8] == b"ftyp"
    assert "#EXTM3U" in playlist
    _kill_server(replica)
    until(lambda: ada.http.get(f"{SESSIONS}/{stream}").json().get("data", {}).get("error_message"))
    assert ada.status(stream)["status"] == "error"
    assert "has ended" in ada.status(stream)["error_message"]
    assert ada.append(stream, "More").status_code == 410
    assert ben.status(ben.open())["status"] in {"pending", "streaming"}
    until(lambda: len(replica.workshop.table().state.speaking) == 1)


def _kill_server(replica: Replica) -> None:
    import psutil

    for child in psutil.Process(replica.pid).children():
        child.kill()
