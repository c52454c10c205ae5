"""Waits for the tasks of a session, and ends them."""

import asyncio
import logging
from typing import Any

from heygen_widget.api.errors import HeyGenError

_log = logging.getLogger(__name__)


async def is_done(task: "asyncio.Future[Any]", seconds: float) -> bool:
    """Wait so long at most; return whether a task is done. It goes on otherwise."""
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)


async def end_tasks(*tasks: "asyncio.Future[Any] | None") -> None:
    """Cancel tasks and wait until they have ended; a defect in one is logged."""
    known = [task for task in tasks if task is not None]
    for task in known:
        task.cancel()
    for result in await asyncio.gather(*known, return_exceptions=True):
        if isinstance(result, Exception) and not isinstance(result, HeyGenError):
            _log.error("A task of the session failed.", exc_info=result)
