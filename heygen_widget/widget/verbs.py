"""The verbs that every avatar has. Know no widget: the controller does the work."""

from types import TracebackType
from typing import Self

from heygen_widget.session import SessionStatus
from heygen_widget.widget.properties import SessionProperties


class SessionVerbs(SessionProperties):
    """What ends a session, and what waits for it."""

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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop()
        elif self._controller.finishes():
            with self._controller.stopped_by_interrupts():
                self.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
