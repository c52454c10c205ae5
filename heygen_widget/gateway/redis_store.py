"""The state of a workshop in Valkey or Redis, shared by any number of replicas.

Each decision is one call of `store.lua`, so replicas cannot disagree.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from heygen_widget.gateway.store import StoreUnavailable

SCHEMES: Final = {"valkey": "redis", "valkeys": "rediss", "redis": "redis", "rediss": "rediss"}
CONNECTIONS: Final = 64
"""Connections of one replica, however many learners wait."""
TIMEOUT: Final = 2.0
"""Seconds until a store that does not answer counts as unavailable."""

_log = logging.getLogger(__name__)


class RedisBackend:
    """A workshop in Valkey or Redis.

    Parameters
    ----------
    url
        ``valkey://``, ``valkeys://``, ``redis://`` or ``rediss://``.
    workshop
        The name of the workshop: others may share the store.
    clock
        Unix time; the store's own by default, which all replicas share.

    Raises
    ------
    ValueError
        For any other address.
    """

    def __init__(
        self, url: str, workshop: str = "workshop", clock: Callable[[], float] | None = None
    ) -> None:
        scheme, _, rest = url.partition("://")
        if scheme not in SCHEMES or not rest:
            raise ValueError("The store must be valkey://host:port or redis://host:port (--store).")
        pool = BlockingConnectionPool.from_url(
            f"{SCHEMES[scheme]}://{rest}",
            max_connections=CONNECTIONS,
            timeout=TIMEOUT,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            # A connection may have died with a store that was restarted. All operations may be
            # repeated.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._prefix = f"heygen-widget:{{{workshop}}}:"  # one slot of a cluster
        self._clock = clock
        source = Path(__file__).with_name("store.lua").read_text(encoding="utf-8")
        self._script = self._redis.register_script(source)

    async def call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation."""
        if self._clock is not None:
            arguments = {**arguments, "now": self._clock()}
        try:
            answer = await self._script(
                keys=[self._prefix], args=[operation, json.dumps(arguments)]
            )
        except (RedisError, OSError, TimeoutError) as error:
            # Not from it: the address in it may hold a password.
            raise StoreUnavailable(f"The store failed: {type(error).__name__}.") from None
        result: dict[str, Any] = json.loads(answer)
        return result

    async def warn(self) -> None:
        """Warn if the store may forget what it has answered."""
        try:
            found = {
                name: value
                for pattern in ("appendonly", "appendfsync")
                for name, value in (await self._redis.config_get(pattern)).items()
            }
        except (RedisError, OSError, TimeoutError):
            _log.warning("It cannot be checked whether the store keeps what it has answered.")
            return
        if found != {"appendonly": "yes", "appendfsync": "always"}:
            _log.warning(
                "The store may forget slots and money when it fails: "
                "set 'appendonly yes' and 'appendfsync always'."
            )

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
