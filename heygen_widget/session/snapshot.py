"""The facts of one session at one moment. Words, transcript and speeches are read from the session.

Whoever shows, records or reports a session reads this, on any thread.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heygen_widget.session.guard import Limit
from heygen_widget.session.meter import cost_text
from heygen_widget.session.status import SessionStatus

if TYPE_CHECKING:
    from heygen_widget.session.base import BaseSession


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSnapshot:
    """The facts of a session. By default, those of an avatar that has had none."""

    epoch: int = 0  # counts the sessions of one avatar, from 1; 0 without one
    status: SessionStatus = SessionStatus.IDLE  # the server's last word
    # The state shown to users: `status`, or that the server does not respond.
    state: SessionStatus = SessionStatus.IDLE
    # The server's identifier and playback URL; None while unknown.
    stream_id: str | None = None
    hls_url: str | None = None
    stopping: bool = False  # whether it was told to end at once, and has not ended yet
    place: str | None = None  # where it stands in a workshop's queue, in words
    over: bool = False  # whether the server has said that it ended: nothing more is billed
    end_reason: str | None = None  # why it ended, if the server gave a reason
    error: Exception | None = None  # why it failed
    elapsed: float = 0.0  # seconds it has streamed
    cost: float = 0.0  # estimated dollars
    running: bool = False  # whether seconds are being counted
    # Whether `elapsed` and `cost` are complete; otherwise they are minima, since the server does
    # not respond.
    certain: bool = True
    price_per_second: float = 0.0  # dollars
    # The nearest limit and the seconds until it; None while no seconds are counted.
    limit: Limit | None = None
    limit_left: float | None = None
    # Seconds without new text after which the server ends the session; None without one.
    idle_timeout: float | None = None
    idle_left: float | None = None  # seconds until then; None while no timeout is pending

    @classmethod
    def of(cls, session: "BaseSession", epoch: int) -> "SessionSnapshot":
        """Take the facts of a session."""
        left, limit = session.limit or (None, None)
        meter = session.meter
        return cls(
            epoch=epoch,
            status=session.status,
            state=session.state,
            stream_id=session.stream_id,
            hls_url=session.hls_url,
            stopping=session.stopping,
            place=session.place,
            over=session.over,
            end_reason=session.end_reason,
            error=session.error,
            elapsed=meter.elapsed,
            cost=meter.cost,
            running=meter.running,
            certain=meter.certain,
            price_per_second=meter.price_per_second,
            limit=limit,
            limit_left=left,
            idle_timeout=session.limits.idle_timeout,
            idle_left=session.idle_left,
        )

    @property
    def reason(self) -> str | None:
        """Why it ended or failed, in words; None while neither is known."""
        return str(self.error) if self.error else self.end_reason

    @property
    def cost_text(self) -> str:
        """The estimate as people read it: about so much, or at least that."""
        return cost_text(self.cost, certain=self.certain)
