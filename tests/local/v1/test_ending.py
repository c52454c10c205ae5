"""How sessions end, and what is left of them: nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import psutil

from heygen_widget.local import LocalServer
from heygen_widget.local.face import LOOKS, face_for
from heygen_widget.local.v1.bodies import NewSession, TaskRequest
from heygen_widget.local.v1.responder import echo
from heygen_widget.local.v1.sessions import SessionResources, StreamingSession
from heygen_widget.local.voice import load_engine
from tests.local.v1.conftest import Streamer
from tests.local.v1.viewer import PATIENCE

ASKED = NewSession(avatar_id="anna")
POOL = 3  # threads


def lived(
    live: Callable[[StreamingSession], Awaitable[None]],
    asked: NewSession = ASKED,
    *,
    max_length: float = PATIENCE,
) -> float:
    """Let a session live and wait for its end; return how long it took."""

    async def run() -> float:
        ended = asyncio.Event()
        resources = SessionResources(face_for(LOOKS[0]), load_engine("espeak"), echo)
        began = time.monotonic()
        session = StreamingSession(
            asked, resources, max_length=max_length, on_end=lambda _: ended.set()
        )
        await live(session)
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
        assert not session.active
        return time.monotonic() - began

    return asyncio.run(run())


def idle_after(seconds: float) -> NewSession:
    """Ask for less patience than the API allows."""
    return ASKED.model_copy(update={"activity_idle_timeout": seconds})


async def nothing(_: StreamingSession) -> None:
    """Leave a session alone."""


def waits_until(session: StreamingSession) -> float:
    """When it ends for want of work, on the clock of the loop."""
    assert session._idle is not None
    return session._idle.when()


def test_a_session_that_is_left_alone_ends() -> None:
    assert lived(nothing, idle_after(0.3)) >= 0.3


def test_a_session_ends_when_its_time_is_over() -> None:
    assert lived(nothing, max_length=0.3) >= 0.3


def test_keeping_alive_keeps_alive() -> None:
    async def keep(session: StreamingSession) -> None:
        before = waits_until(session)
        session.keep_alive()
        assert waits_until(session) > before
        session.end()

    lived(keep)


def test_a_session_does_not_end_while_it_speaks() -> None:
    async def speak(session: StreamingSession) -> None:
        session._follow_audience(1)
        task = TaskRequest(session_id=session.session_id, text="One two three four five six.")
        assert (await session.perform(task))["duration_ms"] > 1000

    assert lived(speak, idle_after(0.3)) > 1.3


def test_who_waits_for_a_task_hears_of_the_end() -> None:
    async def speak(session: StreamingSession) -> None:
        session._follow_audience(1)
        task = TaskRequest(session_id=session.session_id, text="One two three. " * 20)
        assert (await session.perform(task))["duration_ms"] < 5000

    assert lived(speak, max_length=1.0) < PATIENCE


def test_an_interrupt_drops_what_waits_and_returns_what_is_waited_for() -> None:
    async def interrupt(session: StreamingSession) -> None:
        session._follow_audience(1)
        texts = ("One two three. " * 20, "Never said.")
        asked = [TaskRequest(session_id=session.session_id, text=text) for text in texts]
        waiting = asyncio.gather(*map(session.perform, asked))
        await asyncio.sleep(0)
        session.interrupt()
        assert (await waiting)[1]["duration_ms"] == 0
        said = TaskRequest(session_id=session.session_id, text="Said.")
        assert (await session.perform(said))["duration_ms"] > 200
        session.end()

    lived(interrupt)


def test_an_idle_timeout_can_be_disabled() -> None:
    asked = idle_after(0.2).model_copy(update={"disable_idle_timeout": True})
    assert lived(nothing, asked, max_length=0.8) >= 0.8


def test_twenty_sessions_leave_nothing_behind(
    server_with: Callable[..., LocalServer], streamer_at: Callable[[LocalServer], Streamer]
) -> None:
    server = server_with(warm_up=0.001)  # one of its own
    streamer = streamer_at(server)
    process = psutil.Process(server.pid)

    def left() -> tuple[int, int]:
        return process.num_threads(), process.num_fds()

    def once(*, orderly: bool) -> None:
        live = streamer.live(quality="low")
        live.say("Hello there, my friend. How are you?")
        live.viewer.wait_for_sound()
        if orderly:
            live.call("stop")
            live.viewer.left()
            live.viewer.close()
        else:  # a browser that is gone is no reason to stay
            live.viewer.close()
            live.call("stop")

    once(orderly=True)
    threads, files = left()
    for number in range(20):
        once(orderly=number % 2 == 0)
    assert streamer.sessions() == {}
    deadline = time.monotonic() + PATIENCE
    # Workers of the loop's pool may come, and do not go.
    while (now := left())[0] > threads + POOL or now[1] > files:
        assert time.monotonic() < deadline, ((threads, files), now)
        time.sleep(0.1)
