"""What all bodies of HeyGen's API have in common: strict on the way out, generous on the way in."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heygen_widget.api.plain import one_line, plain

LONGEST_NAME: Final = 200
"""Characters of an identifier. HeyGen's have 36 at most."""
LONGEST_URL: Final = 8192
"""Characters of an address that browsers and servers take."""


Words = Annotated[str, AfterValidator(one_line)]
"""What a server says to people: a plain line of at most `heygen_widget.api.plain.LONGEST`."""
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(plain)]
"""What a server calls something. It is said back, so it is not cut: one too long is refused."""


class RequestBody(BaseModel):
    """What is sent: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerBody(BaseModel):
    """What comes back: what is unknown is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)
