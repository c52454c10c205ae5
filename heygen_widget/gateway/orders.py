"""What a teacher's client and the gateway say to each other. Knows no HTTP."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

MOST_CODES = 2000
"""Codes that are made at once."""

Learner = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f*:]+$")]
"""The name of a learner."""


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class CodesWanted(_Order):
    """Asks for a code for each learner, good for so many hours; perhaps with a budget."""

    learners: list[Learner] = Field(min_length=1, max_length=MOST_CODES)
    hours: float = Field(default=24.0, gt=0, le=24 * 366)
    budget: float | None = Field(default=None, ge=0)  # dollars each

    @field_validator("learners")
    @classmethod
    def _are_different(cls, learners: list[str]) -> list[str]:
        if len({*learners}) < len(learners):
            raise ValueError("two learners have the same name")
        return learners


class Stop(_Order):
    """Stops the sessions of a learner; of all without one."""

    learner: Learner | None = None


class Pause(_Order):
    """Pauses the queue, or lets it go on."""

    paused: bool = True


class Budget(_Order):
    """Sets the budget of a learner; of the class without one. Dollars."""

    budget: float = Field(ge=0)
    learner: Learner | None = None


class Answer(BaseModel):
    """What the gateway answers; unknown fields pass."""


class NewCodes(Answer):
    """The code of each learner; they cannot be read again."""

    codes: dict[str, str]


class Stopped(Answer):
    """How many sessions are being ended."""

    stopped: int


class Paused(Answer):
    """Whether the queue is paused."""

    paused: bool


class BudgetSet(Answer):
    """The budget in dollars."""

    budget: float


class Account(Answer):
    """Dollars: the budget, what ended sessions cost, and what open ones may cost."""

    budget: float
    spent: float
    reserved: float


class LearnerAccount(Account):
    """The money of one learner."""

    learner: str


class Speaking(Answer):
    """An open session; seconds of media, dollars."""

    learner: str
    stream_id: str | None = None
    seconds: float
    seconds_left: float
    reserved: float


class WorkshopState(Account):
    """How a workshop stands: the money of the class, who speaks, who waits in which order."""

    slots: int
    paused: bool
    sessions: int
    speaking: list[Speaking]
    waiting: list[str]
    learners: list[LearnerAccount]
