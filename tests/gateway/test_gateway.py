"""The gateway over real HTTP, with a real avatar server: who may do what, when, for how much."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from heygen_widget import LocalServer, SessionStatus, Workshop
from heygen_widget.api.errors import AuthenticationFailed
from heygen_widget.gateway.store import GUESSES
from tests.gateway.conftest import MakeReplica
from tests.gateway.redis_server import RedisServer
from tests.gateway.replica import KEY, OURS, SESSIONS, TOKEN, TTS, Learner, until
from tests.planned_server import Server

Enter = Callable[..., list[Learner]]


@pytest.fixture
def hostile() -> Iterator[Server]:
    """A server that answers what a test plans."""
    server = Server()
    yield server
    server.close()


def test_learners_share_the_slots_and_wait_in_line(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(slots=2, **store)
    ada, ben, cleo, dan = learners_of(replica, "Ada", "Ben", "Cleo", "Dan")
    first = ada.open()
    ben.open()
    assert [cleo.position(), dan.position(), cleo.position()] == [1, 2, 1]
    answer = dan.ask()
    assert "You are second in line, about 1 min." in answer.json()["error"]["message"]
    assert answer.headers["x-queue-wait"] == "60"
    assert ada.cancel(first).status_code == 202
    assert dan.position() == 2
    cleo.open()
    assert dan.position() == 1


def test_a_session_is_the_same_through_the_gateway(
    replica_of: MakeReplica, learners_of: Enter, silent_server: LocalServer
) -> None:
    (ada,) = learners_of(replica_of(), "Ada")
    stream = ada.open(text="Hello")
    assert ada.status(stream)["status"] == "pending"
    assert 100 < ada.status(stream)["seconds_left"] <= 120
    answer = ada.append(stream, " world.", final=True)
    assert (answer.status_code, answer.json()["data"]) == (202, {"ok": True, "buffered_bytes": 12})
    assert ada.append(stream, "More").status_code == 410
    assert ada.ask(voice_id="").status_code == 201  # as HeyGen, whatever the voice
    assert ada.ask(text="").json()["error"]["param"] == "text"
    assert ada.http.get("/v3/avatar-realtime").status_code == 404
    with httpx.Client(base_url=silent_server.base_url, headers={"x-api-key": KEY}) as direct:
        assert direct.get(f"{SESSIONS}/{stream}").json()["data"]["stream_id"] == stream


def test_learners_reach_only_their_own_sessions(
    replica_of: MakeReplica, learners_of: Enter, shared_store: dict[str, str]
) -> None:
    one, other = (replica_of(**shared_store) for _ in range(2))
    ada, ben = learners_of(one, "Ada", "Ben")
    stream = ada.open()
    ben.http.base_url = httpx.URL(other.base_url)
    for path, method in (("", "GET"), ("/words", "GET"), ("/text", "POST"), ("/cancel", "POST")):
        answer = ben.http.request(method, f"{SESSIONS}/{stream}{path}", json={"delta": "x"})
        assert answer.status_code == 404
    ada.http.base_url = httpx.URL(other.base_url)
    assert ada.status(stream)["status"] == "pending"  # on every replica
    for learner in (ada, ben):
        assert learner.http.get("/workshop").status_code == 401
        for path in ("/v3/users/me", "/v3/avatars/../users/me", "/v3/voices/%2e%2e/users/me"):
            assert learner.http.get(path).json()["error"]["message"].startswith("Nothing found")


def test_a_forged_or_expired_code_opens_nothing(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(**store)
    (forger,) = learners_of(replica, "Eve", code="maple-forged")
    assert forger.ask().status_code == 401
    assert httpx.post(f"{replica.base_url}{SESSIONS}", json=TTS).status_code == 401
    (ada,) = learners_of(replica, "Ada", hours=1.0 / 3600)
    until(lambda: ada.ask().status_code == 401)
    nobody = Workshop(replica.base_url, "no-teacher")
    with pytest.raises(AuthenticationFailed, match="code is wrong or has expired"):
        nobody.table()
    nobody.close()


def test_guessing_locks_out_whoever_guesses_and_nobody_else(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(**store)
    (ada,) = learners_of(replica, "Ada")
    ada.open()
    codes = replica.workshop.codes(["Ben", "Cleo"])
    (ben,) = learners_of(replica, "Ben", code=codes["Ben"])
    with httpx.Client(base_url=replica.base_url) as guesser:
        answers = [
            guesser.post(SESSIONS, headers={"x-api-key": f"guess-{number}"}).status_code
            for number in range(3 * GUESSES)
        ]
    assert answers == [401] * GUESSES + [429] * 2 * GUESSES
    assert ben.ask().status_code == 429  # a lucky guess
    ada.open()  # who has been here before
    away = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=replica.base_url, transport=away) as elsewhere:
        answer = elsewhere.post(SESSIONS, json=TTS, headers={"x-api-key": codes["Cleo"]})
        assert answer.status_code == 201


def test_money_runs_out_for_a_learner_and_for_the_class(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(budget=13, per_learner=10, **store)
    workshop = replica.workshop
    ada, ben, cleo = learners_of(replica, "Ada", "Ben", "Cleo")
    ada.open()  # reserves the money for its two minutes, and for cancelling it: $6.25
    ben.open()
    assert workshop.table().state.reserved == 12.5
    assert cleo.position() == 1  # some of that may come back
    workshop.set_budget(7, "Ada")
    answer = ada.ask()
    assert answer.status_code == 402
    assert answer.json()["error"]["message"].startswith("You have $0.75 left")
    workshop.set_budget(1)
    assert "The class has $1.00 left" in cleo.ask().json()["error"]["message"]
    workshop.set_budget(50)
    cleo.open()


def test_a_session_is_cancelled_at_its_ceiling(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(slots=1, max_session=2, **store)
    ada, ben = learners_of(replica, "Ada", "Ben")
    asked = time.monotonic()
    stream = ada.open()
    assert 0 < ada.status(stream)["seconds_left"] <= 2
    until(lambda: ben.ask().status_code == 201)
    took = time.monotonic() - asked
    assert ada.status(stream)["status"] == "completed"
    assert 2 * 0.05 <= replica.workshop.table().state.spent <= took * 0.05


def test_a_slot_is_free_when_the_client_of_its_session_is_gone(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(slots=1, **store)
    (ada,) = learners_of(replica, "Ada", **OURS)
    (ben,) = learners_of(replica, "Ben")
    stream = ada.open()
    with ada.http.stream("GET", f"{SESSIONS}/{stream}/words"):
        time.sleep(1)  # it is there
        assert ben.position() == 1
    until(lambda: ben.ask().status_code == 201)
    assert ada.status(stream)["status"] == "completed"


def test_a_teacher_stops_everyone_pauses_and_goes_on(
    replica_of: MakeReplica, learners_of: Enter, store: dict[str, str]
) -> None:
    replica = replica_of(**store)
    workshop = replica.workshop
    learners = learners_of(replica, *(f"L{number}" for number in range(12)))
    streams = [learner.open() for learner in learners[:3]]
    assert [learner.position() for learner in learners[3:]] == [*range(1, 10)]
    workshop.pause()
    assert workshop.stop() == 3
    for learner, stream in zip(learners, streams, strict=False):
        assert learner.status(stream)["status"] == "completed"
    answer = learners[3].ask()
    assert "The workshop is paused. You are first in line." in answer.json()["error"]["message"]
    table = workshop.table()
    assert table.state.paused
    assert table.state.waiting == [f"L{number}" for number in range(3, 12)]
    assert "0 of 3 speaking, 9 waiting, paused" in repr(table)
    workshop.resume()
    streams = [learner.open() for learner in learners[3:6]]
    assert workshop.stop("L4") == 1
    assert learners[4].status(streams[1])["status"] == "completed"
    assert learners[3].status(streams[0])["status"] == "pending"
    assert "L3" in table._repr_html_()


def test_the_key_is_in_no_answer_log_metric_or_store(
    replica_of: MakeReplica,
    learners_of: Enter,
    hostile: Server,
    own_redis: RedisServer,
) -> None:
    replica = replica_of(upstream=hostile.base_url, store=own_redis.url)
    (ada,) = learners_of(replica, "Ada")
    told = []
    error = {"error": {"code": "invalid_parameter", "message": f"The key {KEY} is bad."}}
    for status, body in ((400, error), (403, error), (500, KEY.encode()), (429, error)):
        hostile.answers(status, body, retry_after="1")
        told.append(ada.ask())
    assert [answer.status_code for answer in told] == [400, 502, 502, 429]
    hostile.answers(201, {"data": {"stream_id": "one"}})
    assert ada.open() == "one"
    for _ in range(100):  # the gateway looks after the session, too
        hostile.answers(404, {"error": {"code": KEY, "message": KEY}})
    told.append(ada.append("one", "More"))
    assert [request.headers["x-api-key"] for request in hostile.requests[:1]] == [KEY]
    places = [answer.text + str(answer.headers) for answer in told]
    places += [replica.log, repr(replica.workshop), repr(replica.workshop.table())]
    places += [own_redis.memory]
    assert not [place for place in places if KEY in place or TOKEN in place]
    assert ada.http.headers["x-api-key"] not in replica.log + own_redis.memory


def test_a_gateway_in_memory_ends_its_sessions_with_itself(
    replica_of: MakeReplica, learners_of: Enter, silent_server: LocalServer
) -> None:
    replica = replica_of()
    (ada,) = learners_of(replica, "Ada")
    stream = ada.open()
    assert "in memory" in replica.log
    replica.close()
    answer = httpx.get(f"{silent_server.base_url}{SESSIONS}/{stream}", headers={"x-api-key": KEY})
    assert answer.json()["data"]["status"] == SessionStatus.COMPLETED
