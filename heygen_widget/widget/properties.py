"""The properties of an avatar's newest session. Knows no widget."""

from heygen_widget.api.models import WordEvent
from heygen_widget.controller.controller import AvatarController
from heygen_widget.reports.event_log import History
from heygen_widget.session import SessionStatus
from heygen_widget.session.snapshot import SessionSnapshot


class SessionProperties:
    """The facts of the current session, as properties."""

    _controller: AvatarController

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
        return self._controller.words

    @property
    def transcript(self) -> str:
        """The text spoken so far, as its author wrote it."""
        return self._controller.transcript

    @property
    def events(self) -> History:
        """The latest 10,000 events, oldest first. Displays as a table."""
        return self._controller.events

    @property
    def _now(self) -> SessionSnapshot:
        return self._controller.queue.snapshot
