import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heygen_widget.local import LocalServer
from tests.gateway.redis_server import RedisServer
from tests.gateway.replica import KEY, Learner, Replica

MakeReplica = Callable[..., Replica]


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real redis-server that no test breaks."""
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A real redis-server that a test may break."""
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(folder).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def silent_server() -> Iterator[LocalServer]:
    """An avatar server whose sessions stay pending: nobody draws or speaks."""
    with LocalServer(api_key=KEY, warm_up=3600.0, concurrency=1000) as server:
        yield server


@pytest.fixture
def replica_of(tmp_path: Path, silent_server: LocalServer) -> Iterator[MakeReplica]:
    """Start gateways."""
    replicas: list[Replica] = []

    def start(**flags: Any) -> Replica:
        usual: dict[str, Any] = {
            "upstream": silent_server.base_url,
            "budget": 1000,
            "per_learner": 100,
        }
        replicas.append(Replica(tmp_path, **(usual | flags)))
        return replicas[-1].start()

    yield start
    for replica in replicas:
        replica.close()


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where the state of a gateway is."""
    return {} if request.param == "memory" else request.getfixturevalue("shared_store")


@pytest.fixture
def shared_store(redis: RedisServer) -> dict[str, str]:
    """The state of replicas, which no other test sees."""
    return {"store": redis.url, "workshop": uuid.uuid4().hex}


@pytest.fixture
def learners_of() -> Iterator[Callable[..., list[Learner]]]:
    """Let learners in, by their names."""
    learners: list[Learner] = []

    def enter(
        replica: Replica, *names: str, hours: float = 24, code: str = "", **headers: str
    ) -> list[Learner]:
        codes = dict.fromkeys(names, code) if code else replica.workshop.codes(names, hours=hours)
        entered = [Learner(replica.base_url, codes[name], **headers) for name in names]
        learners.extend(entered)
        return entered

    yield enter
    for learner in learners:
        learner.close()
