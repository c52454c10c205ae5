"""Keeps avatars' outputs up to date in notebooks that a program runs without a page.

Of what a cell publishes, nbclient (0.5 to 0.11) keeps what comes under that cell's name before its
end, and nothing after the last cell. So at the end of each cell every avatar is looked at, and how
it stands is written into the notebook.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
from typing import Final

from heygen_widget.bridge import bridge
from heygen_widget.widget.running_cell import at_cell_ends
from heygen_widget.widget.saved_output import Outputs

PATIENCE: Final = 30.0
"""Seconds after which a cell ends, even if something is still missing."""

_log = logging.getLogger(__name__)


_shown: list[Outputs] = []


def keep_up_to_date(outputs: Outputs) -> None:
    """Bring these outputs up to date at the end of each cell from now on."""
    if outputs not in _shown:
        _shown.append(outputs)


def _write_all() -> None:
    if not _shown:
        return
    looking = bridge.submit(_look_at(tuple(_shown)))
    with contextlib.suppress(concurrent.futures.TimeoutError):
        looking.result(PATIENCE)
    looking.cancel()
    for outputs in _shown:
        outputs.renew()


async def _look_at(shown: tuple[Outputs, ...]) -> None:
    looks = await asyncio.gather(*(outputs.look() for outputs in shown), return_exceptions=True)
    for failed in looks:
        if isinstance(failed, Exception):
            _log.error("An avatar could not be written into the notebook.", exc_info=failed)


at_cell_ends(_write_all)
