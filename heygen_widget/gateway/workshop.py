"""A teacher's client of a workshop: who speaks, who waits, what it costs; and what to change."""

from collections.abc import Iterable
from typing import Final, TypeVar

from pydantic import BaseModel

from heygen_widget.api import HeyGen
from heygen_widget.api._operations import Operation
from heygen_widget.gateway.orders import (
    Budget,
    BudgetSet,
    CodesWanted,
    NewCodes,
    Pause,
    Paused,
    Stop,
    Stopped,
    WorkshopState,
)
from heygen_widget.reports.table import as_html, as_lines

HEADINGS: Final = ("learner", "state", "session", "spent", "budget")

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class WorkshopTable:
    """A snapshot of a workshop. Displays as a table.

    Attributes
    ----------
    state : WorkshopState
        All that is in it, and more.
    """

    def __init__(self, state: WorkshopState) -> None:
        self.state = state

    def __repr__(self) -> str:
        return as_lines([HEADINGS, *self._rows, self._total])

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows, self._total)

    @property
    def _rows(self) -> list[tuple[str, ...]]:
        """Who speaks first, then the queue, then everybody else."""
        state = self.state
        money = {each.learner: each for each in state.learners}
        rows = [
            (each.learner, "speaking", f"{each.seconds:.0f} s, {each.seconds_left:.0f} s left")
            for each in state.speaking
        ]
        rows += [
            (learner, f"waiting, number {number}", "")
            for number, learner in enumerate(state.waiting, 1)
        ]
        listed = {learner for learner, *_ in rows}
        rows += [(each, "", "") for each in money if each not in listed]
        return [
            (
                *row,
                f"${money[row[0]].spent:.2f}" if row[0] in money else "",
                f"${money[row[0]].budget:.2f}" if row[0] in money else "",
            )
            for row in rows
        ]

    @property
    def _total(self) -> tuple[str, ...]:
        state = self.state
        busy = f"{len(state.speaking)} of {state.slots} speaking"
        waiting = f"{len(state.waiting)} waiting"
        return (
            "class",
            f"{busy}, {waiting}" + (", paused" if state.paused else ""),
            f"{state.sessions} ended",
            f"${state.spent:.2f}",
            f"${state.budget:.2f}",
        )


class Workshop:
    """A workshop, for its teacher.

    Every method raises `APIError` when the gateway refuses, and `APIConnectionError` when there is
    no response.

    Parameters
    ----------
    url
        The gateway's address.
    token
        The teacher's token.

    Raises
    ------
    ConfigurationError
        When the address or the token cannot be used.

    Examples
    --------
    >>> workshop = Workshop("https://avatars.example.org", token)
    >>> workshop.codes(["Ada", "Ben"])
    {'Ada': 'maple-k7qd2x', 'Ben': 'heron-wn4pz8'}
    """

    def __init__(self, url: str, token: str) -> None:
        self._client = HeyGen(token, url)

    def __repr__(self) -> str:
        return f"Workshop({self._client.base_url!r})"

    def table(self) -> WorkshopTable:
        """Return who speaks, who waits, and what it costs."""
        return WorkshopTable(self._get("Reading the workshop", WorkshopState))

    def codes(
        self,
        learners: Iterable[str] | int,
        *,
        hours: float = 24.0,
        budget: float | None = None,
    ) -> dict[str, str]:
        """Make a code for each learner. They are stored as hashes: keep what this returns.

        Parameters
        ----------
        learners
            Their names, or how many there are.
        hours
            How long the codes are good.
        budget
            Dollars for each; by default, what the gateway allows.
        """
        if isinstance(learners, int):
            learners = [f"learner-{number:02}" for number in range(1, learners + 1)]
        order = CodesWanted(learners=list(learners), hours=hours, budget=budget)
        return self._post("Making codes", "codes", order, NewCodes).codes

    def stop(self, learner: str | None = None) -> int:
        """End the sessions of a learner, or of all; return how many.

        The queue goes on; pause it first to have silence.
        """
        return self._post("Stopping", "stop", Stop(learner=learner), Stopped).stopped

    def pause(self) -> None:
        """Open no more sessions for now. Those who wait keep their places."""
        self._post("Pausing", "pause", Pause(paused=True), Paused)

    def resume(self) -> None:
        """Open sessions again."""
        self._post("Resuming", "pause", Pause(paused=False), Paused)

    def set_budget(self, dollars: float, learner: str | None = None) -> None:
        """Set the budget of the class, or of a learner, in dollars."""
        order = Budget(budget=dollars, learner=learner)
        self._post("Setting the budget", "budget", order, BudgetSet)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _get(self, name: str, answer: type[AnswerT]) -> AnswerT:
        return self._client.wire.run(
            Operation(name=name, method="GET", path="/workshop", answer=answer)
        )

    def _post(self, name: str, what: str, order: BaseModel, answer: type[AnswerT]) -> AnswerT:
        body = order.model_dump_json(exclude_none=True).encode()
        return self._client.wire.run(
            Operation(name=name, method="POST", path=f"/workshop/{what}", answer=answer, body=body)
        )
