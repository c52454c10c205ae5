import asyncio
from collections.abc import Callable

import pytest

from heygen_widget.local import Settings, registry
from heygen_widget.local.bodies import Script
from heygen_widget.local.errors import ApiError
from heygen_widget.local.registry import Registry
from heygen_widget.local.sessions import Session
from heygen_widget.local.studio import Studio
from heygen_widget.local.voice import SpokenAudio, VoiceError

SCRIPT = Script("text_stream", "anna", "en", "Hello.")
SETTINGS = Settings()


class Hoarse(Studio):
    """A studio whose voice fails: which no request can bring about."""

    patience = 0.0

    def engine(self) -> "Hoarse":
        return self

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        raise VoiceError(f"Hoarse at {text!r} of {voice_id!r}.")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (who is watched rings no bell)
            await asyncio.sleep(0.01)


def test_a_stream_is_forgotten_some_time_after_its_end_and_its_record_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "KEEP_STREAM", 0.05)

    def unknown(find: Callable[[str], Session], name: str) -> bool:
        try:
            return find(name).active
        except ApiError as error:
            return error.status == 404

    async def watch() -> None:
        sessions = Registry(SETTINGS, Studio(SETTINGS))
        session = sessions.open(SCRIPT)
        await until(lambda: session.status == "streaming")
        session.cancel()
        assert sessions.playing(session.token) is session
        await until(lambda: unknown(sessions.playing, session.token))
        assert session.stream is None
        assert sessions.session(session.stream_id) is session
        monkeypatch.setattr(registry, "KEEP_RECORD", 0.1)
        other = sessions.open(SCRIPT)
        other.cancel()
        await until(lambda: unknown(sessions.session, other.stream_id))

    asyncio.run(watch())


def test_text_keeps_a_session_open_and_blank_text_does_not() -> None:
    async def watch() -> None:
        session = Registry(SETTINGS, Studio(SETTINGS)).open(SCRIPT)
        await until(lambda: session.status == "streaming")

        def ends() -> float:
            assert session._idle is not None
            return session._idle.due

        before = ends()
        session.append(" ", final=False)
        assert ends() == before
        session.append("ha ", final=False)
        assert ends() > before
        session.cancel()

    asyncio.run(watch())


def test_a_voice_that_fails_ends_its_session_with_the_reason() -> None:
    async def watch() -> None:
        session = Registry(SETTINGS, Hoarse(SETTINGS)).open(SCRIPT)
        await until(lambda: not session.active)
        answer = session.status_answer("")
        assert answer["status"] == "error"
        assert "Hoarse at 'Hello.' of 'en'." in answer["error_message"]
        assert [event async for event in session.words.events()] == ["event: end\ndata: {}\n\n"]

    asyncio.run(watch())


def test_closing_cuts_every_session() -> None:
    async def watch() -> None:
        sessions = Registry(SETTINGS, Studio(SETTINGS))
        opened = [sessions.open(SCRIPT) for _ in range(SETTINGS.concurrency)]
        await until(lambda: opened[0].status == "streaming")
        sessions.close()
        assert not any(session.active for session in opened)
        async with asyncio.timeout(60):
            for session in opened:
                assert [event async for event in session.words.events()][-1].startswith(
                    "event: end"
                )

    asyncio.run(watch())
