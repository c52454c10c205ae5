"""A place where sessions are begun and ended: its line to the server is its own.

So all sessions that were ever created there are known, also those of which no client has heard. The
server itself is asked whether they live, past the line.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

from heygen_widget import Avatar, HeyGen
from heygen_widget.api import AsyncHeyGen
from heygen_widget.bridge import bridge
from tests.faults.plans import Operation
from tests.faults.promises import Server
from tests.faults.proxy import Proxy

WATCHED: Final = 20.0
"""Seconds that a session is watched after it was ended."""

NEVER: Final = float("inf")

_LOOKING: Final = 0.02  # seconds between questions


@dataclass(slots=True)
class Place:
    """One line to one server, and the avatars that use it."""

    server: Server
    proxy: Proxy
    avatars: list[Avatar] = field(default_factory=list)

    def client(self) -> HeyGen:
        """Return what an avatar needs to know of the server, through the line."""
        return HeyGen(self.server.api_key, self.proxy.base_url)

    def avatar(self, **options: Any) -> Avatar:
        """Make an avatar that nobody forgets before the end."""
        self.avatars.append(Avatar(client=self.client(), **options))
        return self.avatars[-1]

    @property
    def created(self) -> list[str]:
        """All sessions that the server has begun here."""
        return [each.created for each in self.proxy.of(Operation.CREATE) if each.created]

    async def outlived(self, ended: float) -> list[float]:
        """Return how long each session lived on after `ended`, a time of the monotonic clock.

        Seconds; `NEVER` for one that lived as long as it was watched.
        """
        over: dict[str, float] = {}
        async with AsyncHeyGen(self.server.api_key, self.server.base_url) as client:
            while time.monotonic() < ended + WATCHED:
                for stream_id in set(self.created) - over.keys():
                    if not await lives(client, stream_id):
                        over[stream_id] = max(0.0, time.monotonic() - ended)
                if self._at_rest() and over.keys() == set(self.created):
                    break
                await asyncio.sleep(_LOOKING)
        return [over.get(stream_id, NEVER) for stream_id in self.created]

    def close(self) -> None:
        """End whatever is left."""
        for avatar in self.avatars:
            avatar.close()

    def _at_rest(self) -> bool:
        """Whether no session can come any more."""
        under_way = any(
            each.reached and not each.status for each in self.proxy.of(Operation.CREATE)
        )
        return not under_way and bridge.ask(
            lambda: all(avatar._controller.queue.idle for avatar in self.avatars)
        )


async def lives(client: AsyncHeyGen, stream_id: str) -> bool:
    """Ask the server whether a session runs, and is billed."""
    answer = await client.avatar_realtime.get(stream_id)
    return answer.status in {"pending", "streaming"}
