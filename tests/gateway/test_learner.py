"""An avatar in a workshop: it waits its turn, says where it stands, and costs what it may."""

from heygen_widget import Classroom, LocalServer
from heygen_widget.session import LimitNear, Queued, SpeechStatus, StatusChanged
from tests.gateway.conftest import MakeReplica
from tests.gateway.replica import PATIENCE, Learner, Replica, until
from tests.page import MakeAvatar


def _code(replica: Replica, name: str) -> str:
    return replica.workshop.codes([name])[name]


def test_an_avatar_speaks_in_a_workshop_and_its_class_pays(
    replica_of: MakeReplica,
    swift_server: LocalServer,
    make_avatar: MakeAvatar,
    store: dict[str, str],
) -> None:
    replica = replica_of(upstream=swift_server.base_url, key=swift_server.api_key, pace=8, **store)
    avatar = make_avatar(client=Classroom(replica.base_url, _code(replica, "Ada")))
    speech = avatar.speak("Hello, class. This is the workshop.", final=True)
    avatar.wait("completed", PATIENCE)
    assert speech.status is SpeechStatus.SPOKEN
    assert avatar.transcript == "Hello, class. This is the workshop."
    until(lambda: not replica.workshop.table().state.speaking)
    state = replica.workshop.table().state
    (ada,) = state.learners
    assert ada.spent == state.spent
    assert abs(state.spent - avatar.cost) < 0.01  # both by the server's own clock


def test_an_avatar_waits_until_it_is_its_turn(
    replica_of: MakeReplica, make_avatar: MakeAvatar, store: dict[str, str]
) -> None:
    replica = replica_of(slots=1, **store)
    first = Learner(replica.base_url, _code(replica, "Ada"))
    stream = first.open()
    avatar = make_avatar(client=Classroom(replica.base_url, _code(replica, "Ben")))
    avatar.speak("My turn.")
    until(lambda: avatar.session["place"])
    assert avatar.session["place"] == "first in line, about 1 min"
    assert avatar.status == "creating"
    assert replica.workshop.table().state.waiting == ["Ben"]
    first.cancel(stream)
    avatar.wait("pending", PATIENCE)
    assert avatar.session["place"] is None
    assert {event.position for event in avatar.events if isinstance(event, Queued)} == {1}
    first.close()


def test_a_waiting_avatar_can_be_stopped_and_leaves_the_queue(
    replica_of: MakeReplica, make_avatar: MakeAvatar
) -> None:
    replica = replica_of(slots=1)
    first = Learner(replica.base_url, _code(replica, "Ada"))
    first.open()
    avatar = make_avatar(client=Classroom(replica.base_url, _code(replica, "Ben")))
    speech = avatar.speak("My turn.")
    until(lambda: avatar.session["place"])
    avatar.stop()
    avatar.wait("cancelled", PATIENCE)
    assert avatar.stream_id is None
    assert speech.status is SpeechStatus.INTERRUPTED
    until(lambda: not replica.workshop.table().state.waiting)
    first.close()


def test_the_end_of_the_money_is_announced(
    replica_of: MakeReplica, swift_server: LocalServer, make_avatar: MakeAvatar
) -> None:
    replica = replica_of(
        upstream=swift_server.base_url, key=swift_server.api_key, pace=8, max_session=24
    )
    avatar = make_avatar(client=Classroom(replica.base_url, _code(replica, "Ada")))
    avatar.speak("One two three four five six seven eight nine ten. " * 20)
    avatar.wait("cancelled", PATIENCE)
    warnings = [event for event in avatar.events if isinstance(event, LimitNear)]
    assert [event.limit for event in warnings] == ["max_cost"]
    assert warnings[0].seconds_left <= 10
    ends = [event for event in avatar.events if isinstance(event, StatusChanged)]
    assert ends[-1].end_reason == "limit"
    assert replica.workshop.table().state.spent <= (24 + 5 * 8) * 0.05


def test_no_money_is_said_plainly(replica_of: MakeReplica, make_avatar: MakeAvatar) -> None:
    replica = replica_of(budget=0.1)
    avatar = make_avatar(client=Classroom(replica.base_url, _code(replica, "Ada")))
    speech = avatar.speak("Hello.")
    avatar.wait("error", PATIENCE)
    assert "The class has $0.10 left, which is not enough for a session." in str(speech.error)
