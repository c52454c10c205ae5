"""Bodies on their way in: who may send one, how large, how slowly, and how many at once."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.requests import Request
from starlette.types import Message

from heygen_widget.local import LocalServer, intake
from heygen_widget.local.bodies import MAX_AUDIO
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import MAX_JSON, Intake
from tests.local.conftest import SESSIONS, Caller
from tests.local.wire import connected, head

PATHS = [
    SESSIONS,
    f"{SESSIONS}/x",
    f"{SESSIONS}/x/text",
    f"{SESSIONS}/x/cancel",
    "/v3/assets",
    "/assets/x",
    "/rehearsal/measure",
    "/rehearsal/throttle",
    "/nowhere",
    *(
        f"/v1/streaming.{name}"
        for name in ("create_token", "new", "start", "ice", "task", "interrupt", "keep_alive")
    ),
    *("/v1/streaming.stop", "/v1/streaming.list", "/v1/nowhere"),
]
SPELLINGS = [{"Content_Length": 1_000_000}, {"Transfer_Encoding": "chunked"}]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET"])
def test_the_key_is_asked_for_before_a_body_is_read(
    local_server: LocalServer, method: str, spelling: dict[str, object]
) -> None:
    for path in PATHS:
        with connected(local_server) as connection:
            connection.sendall(head(method, path, **spelling) + b'5\r\n{"ses')
            assert connection.recv(100).split()[1] == b"401", path


@pytest.mark.parametrize(
    ("path", "limit"), [(SESSIONS, MAX_AUDIO), ("/v1/streaming.task", MAX_JSON)]
)
def test_a_body_that_announces_too_much_is_refused_at_once(
    caller: Caller, path: str, limit: int
) -> None:
    with connected(caller.server) as connection:
        key = caller.server.api_key
        connection.sendall(head("POST", path, X_Api_Key=key, Content_Length=limit + 1))
        assert connection.recv(100).split()[1] == b"413"


class Sender:
    """Someone who sends a body, in pieces, and may stop halfway."""

    def __init__(self, *pieces: bytes, halts: bool = False) -> None:
        self._messages = self._all(pieces, halts=halts)

    @property
    def request(self) -> Request:
        return Request({"type": "http", "method": "POST", "headers": []}, self._messages.__anext__)

    async def _all(
        self, pieces: tuple[bytes, ...], *, halts: bool
    ) -> AsyncGenerator[Message, None]:
        for piece in pieces:
            yield {"type": "http.request", "body": piece, "more_body": True}
        if halts:
            await asyncio.Event().wait()
        yield {"type": "http.request", "body": b"", "more_body": False}


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets more than a moment."""
    monkeypatch.setattr(intake, "MIN_TIME", 0.05)
    monkeypatch.setattr(intake, "_TURN_TIMEOUT", 0.05)


async def _refusal(reader: Intake, request: Request, limit: int) -> int:
    with pytest.raises(ApiError) as refused:
        async with reader.body(request, limit):
            pass
    return refused.value.status


@pytest.mark.usefixtures("hurry")
def test_a_body_that_does_not_come_is_given_up() -> None:
    async def read() -> None:
        reader = Intake()
        for pieces in ([], [b"{"], [b"x" * 10, b"y"]):
            assert await _refusal(reader, Sender(*pieces, halts=True).request, MAX_JSON) == 408
        async with reader.body(Sender(b"{", b"}").request) as body:
            assert body == b"{}"

    asyncio.run(read())


@pytest.mark.usefixtures("hurry")
def test_half_bodies_leave_room_for_whole_ones_and_give_their_own_back() -> None:
    half = b"x" * (MAX_JSON - 1)

    async def read() -> None:
        reader = Intake()
        senders = [Sender(half, halts=True).request for _ in range(40)]
        refused = await asyncio.gather(*(_refusal(reader, each, MAX_JSON) for each in senders))
        assert refused.count(503) >= 20
        assert set(refused) == {503, 408}
        async with reader.body(Sender(half).request) as body:
            assert len(body) == len(half)

    asyncio.run(read())


@pytest.mark.usefixtures("hurry")
def test_few_large_bodies_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_MAX_LARGE_BODIES", 1)
    large = (b"x" * MAX_JSON, b"y")

    async def read() -> None:
        reader = Intake()
        async with reader.body(Sender(*large).request, MAX_AUDIO) as body:
            assert len(body) == MAX_JSON + 1
            assert await _refusal(reader, Sender(*large).request, MAX_AUDIO) == 503
        async with reader.body(Sender(*large).request, MAX_AUDIO) as body:
            assert len(body) == MAX_JSON + 1

    asyncio.run(read())
