"""`HeyGen` and `AsyncHeyGen`: the API client, blocking and asynchronous.

Ties settings, wire and operations together. Knows no session state.
"""

import hashlib
import os
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from ._async_wire import AsyncWire
from ._key import Secret
from ._masking import MASK
from ._settings import Settings
from ._wire import Wire
from .assets import Assets, AsyncAssets
from .realtime import AsyncAvatarRealtime, AvatarRealtime


class _Client:
    """What both faces have in common."""

    _settings: Settings
    _wire: Any
    _use: Callable[..., None]

    @property
    def base_url(self) -> str:
        """Where requests go, without a slash at the end."""
        return self._settings.base_url

    @property
    def once(self) -> Self:
        """The same client, with the same connections, for callers that repeat requests themselves.

        It sends each request once, whatever `max_retries` says.
        """
        client = object.__new__(type(self))
        client._settings = self._settings
        client._use(self._wire.once)
        return client

    def fingerprint(self, salt: bytes) -> str:
        """Return a salted hash that identifies the key without revealing it.

        Parameters
        ----------
        salt
            16 random bytes (`hashlib.blake2b.SALT_SIZE`).

        Returns
        -------
        str
            32 hexadecimal digits.
        """
        # The key is given no name, which a traceback would show with its value.
        return hashlib.blake2b(
            self._settings.key.reveal().encode(), salt=salt, digest_size=16
        ).hexdigest()

    def __repr__(self) -> str:
        settings = getattr(self, "_settings", None)  # none where the key was refused
        base_url = settings.base_url if settings else None
        return f"{type(self).__name__}(base_url={base_url!r}, api_key={MASK!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} cannot be pickled or copied: it holds a key and open "
            "connections. Create a new one where you need it."
        )


class HeyGen(_Client):
    """HeyGen's API, blocking.

    Parameters
    ----------
    api_key
        The key; ``HEYGEN_API_KEY`` by default.
    base_url
        Where the API is; ``HEYGEN_BASE_URL`` or HeyGen itself by default. Plain http is allowed
        only within this machine or a private network.
    timeout
        Seconds until each response must be complete (at most 10 for a connection). Uploading a
        file, and pauses in a word stream, may take two minutes. A session whose opening takes
        longer, or is interrupted, is ended when the server responds; leaving Python or closing
        the client waits 5 seconds for that.
    max_retries
        How often a refused (429) or harmlessly repeatable request is sent again.
    http_client
        An httpx client to use, such as for your own proxy or certificate. It is not closed here.

    Attributes
    ----------
    avatar_realtime : AvatarRealtime
        Sessions: create, get, append_text, words, cancel.
    assets : Assets
        Files that HeyGen keeps: upload.

    Raises
    ------
    ConfigurationError
        When there is no key, or key or base URL cannot be used.

    Examples
    --------
    >>> with HeyGen() as heygen:  # doctest: +SKIP
    ...     heygen.avatar_realtime.create(
    ...         type="tts", avatar_id="Daisy-inskirt-20220818", voice_id="1bd0", text="Hello!"
    ...     )
    CreateAvatarRealtimeResponse(stream_id='a1b2c3d4')
    """

    _wire: Wire

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 2,
        http_client: httpx.Client | None = None,
    ) -> None:
        key = _find_key(api_key)
        del api_key  # a traceback of what follows may be printed with its variables
        self._settings = Settings.resolve(key, base_url, timeout, max_retries)
        self._use(Wire(self._settings, http_client))

    def _use(self, wire: Wire) -> None:
        self._wire = wire
        self.avatar_realtime = AvatarRealtime(wire)
        self.assets = Assets(wire)

    @classmethod
    def like(cls, other: "HeyGen | AsyncHeyGen") -> Self:
        """Create a client with the settings of another one, and its own connections."""
        return cls(**_arguments_of(other))

    @property
    def wire(self) -> Wire:
        """The object that runs operations, for parts of the API defined elsewhere."""
        return self._wire

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncHeyGen(_Client):
    """HeyGen's API, asynchronous.

    Parameters
    ----------
    api_key
        The key; ``HEYGEN_API_KEY`` by default.
    base_url
        Where the API is; ``HEYGEN_BASE_URL`` or HeyGen itself by default. Plain http is allowed
        only within this machine or a private network.
    timeout
        Seconds until each response must be complete (at most 10 for a connection). Uploading a
        file, and pauses in a word stream, may take two minutes. A session whose opening takes
        longer, or is interrupted, is ended when the server responds; leaving Python or closing
        the client waits 5 seconds for that.
    max_retries
        How often a refused (429) or harmlessly repeatable request is sent again.
    http_client
        An httpx client to use, such as for your own proxy or certificate. It is not closed here.

    Attributes
    ----------
    avatar_realtime : AsyncAvatarRealtime
        Sessions: create, get, append_text, words, cancel.
    assets : AsyncAssets
        Files that HeyGen keeps: upload.

    Raises
    ------
    ConfigurationError
        When there is no key, or key or base URL cannot be used.

    Examples
    --------
    >>> async with AsyncHeyGen() as heygen:  # doctest: +SKIP
    ...     await heygen.avatar_realtime.create(
    ...         type="tts", avatar_id="Daisy-inskirt-20220818", voice_id="1bd0", text="Hello!"
    ...     )
    CreateAvatarRealtimeResponse(stream_id='a1b2c3d4')
    """

    _wire: AsyncWire

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 2,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        key = _find_key(api_key)
        del api_key  # a traceback of what follows may be printed with its variables
        self._settings = Settings.resolve(key, base_url, timeout, max_retries)
        self._use(AsyncWire(self._settings, http_client))

    def _use(self, wire: AsyncWire) -> None:
        self._wire = wire
        self.avatar_realtime = AsyncAvatarRealtime(wire)
        self.assets = AsyncAssets(wire)

    @classmethod
    def like(cls, other: "HeyGen | AsyncHeyGen") -> Self:
        """Create a client with the settings of another one, and its own connections."""
        return cls(**_arguments_of(other))

    @property
    def wire(self) -> AsyncWire:
        """The object that runs operations, for parts of the API defined elsewhere."""
        return self._wire

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


def _find_key(given: str | None) -> Secret:
    return Secret(os.environ.get("HEYGEN_API_KEY", "") if given is None else given)


def _arguments_of(client: HeyGen | AsyncHeyGen) -> dict[str, Any]:
    settings = client._settings  # noqa: SLF001 - the two faces are one implementation
    return {
        "api_key": settings.key.reveal(),
        "base_url": settings.base_url,
        "timeout": settings.timeout,
        "max_retries": settings.max_retries,
    }
