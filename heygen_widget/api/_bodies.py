"""What all bodies of HeyGen's API have in common: strict on the way out, generous on the way in."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """What is sent: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerBody(BaseModel):
    """What comes back: what is unknown is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)
