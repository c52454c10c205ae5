"""What is kept of a take, as `take.json` holds it. Knows no files."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class TakenWord(BaseModel):
    """A word as it is written, with its time in seconds from the start of the take."""

    text: str
    start: float
    end: float


class TakenSegment(BaseModel):
    """A segment of a take.

    Attributes
    ----------
    name
        Of the segment.
    start, end
        Seconds from the start of the take: from its first word to that of the next segment.
    words
        Those of it.
    """

    name: str
    start: float
    end: float
    words: list[TakenWord]

    @property
    def seconds(self) -> float:
        """How long it takes, with the pause after it."""
        return self.end - self.start


class TakeRecord(BaseModel):
    """What `take.json` holds. Fields that a later version adds are kept."""

    model_config = ConfigDict(extra="allow")

    made: datetime
    look: str
    voice: str
    rehearsal: bool
    complete: bool
    seconds: float
    cost: float
    starred: bool = False
    notes: str = ""
    segments: list[TakenSegment]
