"""Keeps avatars' outputs up to date in notebooks that a program runs without a page.

Of what a cell publishes, nbclient (0.5 to 0.11) keeps what comes under that cell's name before its
end, and nothing after the last cell. So at the end of each cell every avatar is looked at, and how
it stands is written into the notebook.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
from typing import Final, Protocol

from heygen_widget.bridge import bridge
from heygen_widget.widget.running_cell import at_cell_ends

PATIENCE: Final = 20.0
"""Seconds after which a cell ends, even if something is still missing."""

_log = logging.getLogger(__name__)


class Shown(Protocol):
    """An avatar whose output is in the notebook."""

    async def look(self) -> None:
        """Record its state; on the private loop."""

    def renew(self) -> None:
        """Write what was noted into the notebook; in the cell."""


_shown: list[Shown] = []


def keep_up_to_date(avatar: Shown) -> None:
    """Write the state of `avatar` into the notebook at the end of each cell from now on."""
    if avatar not in _shown:
        _shown.append(avatar)


def _write_all() -> None:
    if not _shown:
        return
    looking = bridge.submit(_look_at(tuple(_shown)))
    with contextlib.suppress(concurrent.futures.TimeoutError):
        looking.result(PATIENCE)
    looking.cancel()
    for avatar in _shown:
        avatar.renew()


async def _look_at(avatars: tuple[Shown, ...]) -> None:
    looks = await asyncio.gather(*(avatar.look() for avatar in avatars), return_exceptions=True)
    for failed in looks:
        if isinstance(failed, Exception):
            _log.error("An avatar could not be written into the notebook.", exc_info=failed)


at_cell_ends(_write_all)
