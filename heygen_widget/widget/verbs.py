"""The verbs and properties that every avatar has. Knows no widget: the controller does the work."""

from typing import Self

from heygen_widget.api.models import WordEvent
from heygen_widget.controller.controller import AvatarController
from heygen_widget.reports.event_log import History
from heygen_widget.session import SessionStatus
from heygen_widget.session.snapshot import SessionSnapshot


class SessionVerbs:
    """What ends a session, what waits for it, and its facts."""

    _controller: AvatarController

    def finish(self) -> None:
        """Accept no more text: queued text is still spoken, then the session ends by itself.

        Examples
        --------
        >>> avatar.finish()  # doctest: +SKIP
        """
        self._controller.finish()

    def stop(self) -> None:
        """End the session now, in any state. Harmless without a session.

        Examples
        --------
        >>> avatar.stop()  # doctest: +SKIP
        """
        self._controller.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        elif self._controller.finishes():
            with self._controller.stopped_by_interrupts():
                self.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        elif self._controller.finishes():
            with self._controller.stopped_by_interrupts():
                await self.until()

    def wait(self, state: str = "completed", timeout: float | None = None) -> SessionStatus:
        """Block until the session has reached `state`, or has ended.

        After the end, the transcript is complete and every speech has its final status.

        Parameters
        ----------
        state
            A status, such as ``"streaming"``. Not ``"playing"``: only the browser knows it, and a
            blocked kernel does not hear it; await `until` instead.
        timeout
            Seconds.

        Returns
        -------
        SessionStatus
            The session's state.

        Raises
        ------
        TimeoutError
            When it takes longer.
        HeyGenError
            When the session failed, unless ``"error"`` was waited for.

        Examples
        --------
        >>> avatar.wait("streaming", timeout=30)  # doctest: +SKIP
        """
        return self._controller.wait(state, timeout)

    async def until(self, state: str = "completed") -> SessionStatus:
        """Await what `wait` blocks for; also ``"playing"``, which the browser reports.

        ``"playing"`` needs a kernel that hears the browser while a cell awaits: ipykernel 7.4, or
        7.0 and newer in JupyterLab.

        Examples
        --------
        >>> await avatar.until("playing")  # doctest: +SKIP
        """
        return await self._controller.until(state)

    @property
    def status(self) -> SessionStatus:
        """State of the session; ``idle`` before the first one.

        ``unreachable`` while its server does not respond, ``stopping`` until it has responded to
        a `stop`.
        """
        return self._now.state

    @property
    def stream_id(self) -> str | None:
        """The server's identifier of the session."""
        return self._now.stream_id

    @property
    def end_reason(self) -> str | None:
        """Why the session ended, if the server gave a reason."""
        return self._now.end_reason

    @property
    def error(self) -> Exception | None:
        """Why the session failed."""
        return self._now.error

    @property
    def elapsed(self) -> float:
        """Seconds the session has streamed, as far as its server has reported."""
        return self._now.elapsed

    @property
    def cost(self) -> float:
        """Estimated dollars of the session; in a rehearsal, what it would have cost."""
        return self._now.cost

    @property
    def time_left(self) -> float | None:
        """Seconds until a limit ends the session: yours, or the server's own.

        None while the meter is not running.
        """
        return self._now.limit_left

    @property
    def words(self) -> tuple[WordEvent, ...]:
        """The words spoken so far; times in seconds from the start of the stream."""
        session = self._controller.queue.current
        return session.words if session else ()

    @property
    def written_words(self) -> tuple[WordEvent, ...]:
        """The words spoken so far, each with its `text` as its author wrote it, where known."""
        session = self._controller.queue.current
        return tuple(session.written_words) if session else ()

    @property
    def in_session(self) -> bool:
        """Whether a session is open or about to be, and not ending: `speak` adds to it."""
        return self._controller.in_session

    @property
    def rehearsal(self) -> bool:
        """Whether the embedded avatar server speaks."""
        return self._controller.connection.rehearsal

    @property
    def transcript(self) -> str:
        """The text spoken so far, as its author wrote it."""
        session = self._controller.queue.current
        return session.transcript if session else ""

    @property
    def events(self) -> History:
        """The latest 10,000 events, oldest first. Displays as a table."""
        return self._controller.events.history()

    @property
    def _now(self) -> SessionSnapshot:
        return self._controller.queue.snapshot
