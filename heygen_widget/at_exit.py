"""Ends the sessions that cost money when the process ends.

By then neither new threads nor asynchronous look-ups of host names work, and Jupyter soon kills the
kernel. So the private loop's thread sends blocking requests, and the process waits for it briefly.
"""

import asyncio
import atexit
import contextlib
import os
import weakref
from typing import Any, Final

from heygen_widget.bridge import bridge
from heygen_widget.connection import Connection
from heygen_widget.session import SessionStatus
from heygen_widget.session.succession import Succession

AT_EXIT: Final = 1.5
"""Seconds for all of it; Jupyter kills a kernel that takes longer than 2.5."""

_watched: "weakref.WeakKeyDictionary[Succession[Any], Connection]" = weakref.WeakKeyDictionary()


def end_at_exit(sessions: Succession[Any], connection: Connection) -> None:
    """End what is open in `sessions` when the process ends.

    A rehearsal needs no such care: its server ends with this process.
    """
    if not connection.rehearsal:
        _watched[sessions] = connection


@atexit.register
def _end_all() -> None:
    if any(not sessions.at_rest for sessions in _watched):
        # Nobody is left to read of an error; an idle session ends by the server's own time-out.
        with contextlib.suppress(Exception):
            bridge.submit(_end_each()).result(AT_EXIT)


async def _end_each() -> None:
    endings = [_end(sessions, connection) for sessions, connection in _watched.items()]
    await asyncio.gather(*endings, return_exceptions=True)


async def _end(sessions: Succession[Any], connection: Connection) -> None:
    sessions.stop()
    session = sessions.current
    while session and session.status is SessionStatus.CREATING:  # noqa: ASYNC110 (at exit, no events)
        await asyncio.sleep(0.02)  # the answer to the request under way says what to cancel
    stream_id = session.stream_id if session and session.status.open else None
    if stream_id and connection.end_blocking(stream_id):
        connection.release(stream_id)
    while not sessions.at_rest:  # noqa: ASYNC110 (what is cut short by the loop's end complains)
        await asyncio.sleep(0.02)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_watched.clear)  # the sessions are the parent's to end
