"""What all messages of a page have in common."""

from pydantic import BaseModel, ConfigDict, Field

MAX_ID_LENGTH = 100
"""Characters of a message's id."""


class FromBrowser(BaseModel):
    """What a page sends, read strictly."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class BrowserMessage(FromBrowser):
    """What a page says, with an id that no other message of any page has."""

    kind: str
    id: str = Field(max_length=MAX_ID_LENGTH)


class Request(BrowserMessage):
    """What a user asks for: sent again with the same id until it is acknowledged."""

    # The id of the request to do before; None where all before it were acknowledged.
    after: str | None = Field(default=None, max_length=MAX_ID_LENGTH)


def id_of(content: object) -> str | None:
    """Return the id of what may be no message, for it to be refused."""
    given = content.get("id") if isinstance(content, dict) else None
    return given if isinstance(given, str) and len(given) <= MAX_ID_LENGTH else None
