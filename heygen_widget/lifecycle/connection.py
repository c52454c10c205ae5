"""Which server an avatar talks to: HeyGen with a key, or the embedded avatar server without one.

The choice is made once, when an avatar is made; the server is started when it is first needed, one
for the whole process.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.lifecycle.embedded_server import OwnServer, answers
from heygen_widget.lifecycle.leases import Leases, end_orphans, leases
from heygen_widget.session import SessionStatus
from heygen_widget.session.base import SessionSetup
from heygen_widget.session.ending import end
from heygen_widget.session.guard import Limits
from heygen_widget.session.lifeline import Host
from heygen_widget.session.snapshot import SessionSnapshot

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer


@dataclass(frozen=True, slots=True)
class Service:
    """How to handle sessions whose avatar may be gone."""

    leases: Leases  # the open sessions of this process on disk
    # Ends a session, and tells whether it has ended.
    end: Callable[[AsyncHeyGen, str], Awaitable[bool]]
    extras: tuple[str, ...] = ("local",)  # what the embedded server needs for them


REALTIME: Final = Service(leases, end)
"""Avatar Realtime."""


MaxCost: TypeAlias = float | Literal["balance"]
"""Dollars that a session may cost, or what is left in the account when it begins."""

Rehearsal: TypeAlias = "LocalServer | HeyGen | AsyncHeyGen | bool"
"""Whether to rehearse, and where."""

_starting = threading.Lock()
_shared: "LocalServer | None" = None


class Connection:
    """Provides an avatar's client, created on the private loop.

    Parameters
    ----------
    client
        A client whose key and address are used; its own connections are left alone, since they may
        belong to another event loop.
    local
        True to rehearse although there is a key, False never to; a server; or a client of a server
        that somebody else runs.
    service
        Which kind of sessions are opened.

    Attributes
    ----------
    rehearsal
        Whether an embedded avatar server speaks, this process's own or another one.
    """

    def __init__(
        self,
        *,
        client: HeyGen | AsyncHeyGen | None,
        local: "Rehearsal | None",
        service: Service = REALTIME,
    ) -> None:
        self.service = service
        if client is not None and local:
            raise ValueError("Pass client= or local=, not both: they name different servers.")
        has_key = client is not None or bool(os.environ.get("HEYGEN_API_KEY"))
        self.rehearsal = bool(local) if local is not None else not has_key
        self._client: AsyncHeyGen | None = None
        self._client_of: int | None = None  # the embedded server's process that it is made for
        self._server: LocalServer | None = None
        self._host: OwnServer | None = None
        self._away = isinstance(local, HeyGen | AsyncHeyGen)
        if isinstance(local, HeyGen | AsyncHeyGen):
            self._client = AsyncHeyGen.like(local)
        elif not self.rehearsal:
            self._client = AsyncHeyGen() if client is None else AsyncHeyGen.like(client)
        elif not isinstance(local, bool):
            self._server = local
        if self.nearby:
            # At once, and not in a session that fails later.
            from heygen_widget.local.launcher import check_extras  # noqa: PLC0415 (only rehearsals need it)

            check_extras(*service.extras)

    @property
    def lasting(self) -> bool:
        """Whether the server, and the sessions on it, may outlive this process."""
        return self._away or not self.rehearsal

    @property
    def nearby(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.rehearsal and not self._away

    async def client(self) -> AsyncHeyGen:
        """Return the client; starts the embedded server first if needed.

        Raises
        ------
        LocalServerError
            When the embedded server does not start.
        """
        if self.nearby:
            server = await asyncio.to_thread(self._running_server)
            if self._client is None or self._client_of != server.pid:
                before, self._client = self._client, AsyncHeyGen(server.api_key, server.base_url)
                self._client_of = server.pid
                self._host = OwnServer(server.process)
                if before is not None:
                    await before.aclose()
        if self._client is None:
            raise RuntimeError("A connection to HeyGen needs a client.")
        return self._client

    async def connect(self) -> AsyncHeyGen:
        """Return the client for a new session.

        An embedded server that runs but does not answer is replaced by another one.

        Raises
        ------
        LocalServerError
            When the embedded server does not start.
        """
        client = await self.client()
        if self._host is not None and not await answers(client.base_url):
            await asyncio.to_thread(self._host.kill)
            client = await self.client()
        return client

    def host(self) -> Host | None:
        """Return the process of the client's server; None if it is not ours."""
        return self._host

    async def warm_up(self) -> None:
        """Start the embedded server in advance, if it will be needed."""
        if self.nearby:
            await self.client()

    async def end_orphans(self) -> None:
        """End the sessions that dead processes left open with this key."""
        await end_orphans(await self.client(), self.service.leases, self.service.end)

    def setup(
        self, price_per_second: float, max_cost: MaxCost | None, max_seconds: float | None
    ) -> SessionSetup:
        """Return what its sessions have in common, with the user's limits and the server's.

        Raises
        ------
        ValueError
            When a limit is not more than 0.
        """
        by_balance = max_cost == "balance"
        if isinstance(max_cost, str):
            if not by_balance:
                raise ValueError(f"max_cost must be dollars or 'balance', not {max_cost!r}.")
            max_cost = None
        limits = Limits(max_cost=max_cost, by_balance=by_balance, max_seconds=max_seconds)
        if self._server is not None:
            own = self._server.settings
            limits = replace(limits, idle_timeout=own.idle_timeout, longest=own.max_length)
        return SessionSetup(self.connect, price_per_second, limits, self.host)

    def keep_lease(self, session: SessionSnapshot) -> None:
        """Record an open session on disk, for the next process if this one dies; else its end."""
        if not self.lasting or session.stream_id is None:
            return
        if session.over:
            self.service.leases.remove(session.stream_id)
        elif session.status is SessionStatus.PENDING and self._client is not None:
            self.service.leases.add(self._client, session.stream_id)

    async def aclose(self) -> None:
        """Close the connections for good. Harmless when closed already."""
        if self._client is not None:
            await self._client.aclose()

    def _running_server(self) -> "LocalServer":
        return shared_server() if self._server is None else self._server.start()


def shared_server() -> "LocalServer":
    """Return the embedded avatar server of this process; start it when it does not run.

    Raises
    ------
    LocalServerError
        When it does not start.
    """
    global _shared  # noqa: PLW0603 (one server a process is the point)
    from heygen_widget.local import LocalServer  # noqa: PLC0415 (only rehearsals need it)

    with _starting:
        if _shared is None:
            _shared = LocalServer()
        return _shared.start()
