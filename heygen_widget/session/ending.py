"""Ends a session on the server, on servers without a `cancel` too.

`cancel` is in HeyGen's OpenAPI but not in its guides. A server that does not know it answers 404 or
405; then all one can do is to close the input, and the server ends once it has said what it has.
"""

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.errors import APIError, Gone, NotFound
from heygen_widget.session.errors import retryable

_METHOD_NOT_ALLOWED = 405


async def end(client: AsyncHeyGen, stream_id: str) -> bool:
    """Cancel a session; on a server without that, close its input.

    Returns
    -------
    bool
        Whether it has ended. Otherwise the server may go on, and bill, until it has no more to say.

    Raises
    ------
    HeyGenError
        When neither can be asked for.
    """
    try:
        await client.avatar_realtime.cancel(stream_id)
    except APIError as error:
        if not _knows_no_cancel(error):
            return _has_ended(error)
    else:
        return True
    try:
        await client.avatar_realtime.append_text(stream_id, "", final=True)
    except APIError as error:
        return _no_longer_listens(error)
    return False


def _knows_no_cancel(error: APIError) -> bool:
    return isinstance(error, NotFound) or error.status == _METHOD_NOT_ALLOWED


def _has_ended(error: APIError) -> bool:
    if isinstance(error, Gone):
        return True
    raise error


def _no_longer_listens(error: APIError) -> bool:
    """Say of a session that took no end of its text whether it has ended; raise if it is unsure."""
    if isinstance(error, NotFound):
        return True  # neither `cancel` nor text: there is no such session
    if retryable(error):
        raise error
    return False  # closed before, or of a type without text
