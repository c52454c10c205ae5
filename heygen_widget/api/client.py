"""`HeyGen` and `AsyncHeyGen`: the API client, blocking and awaiting.

Ties settings, wire and operations together. Knows no session state.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Generic, NoReturn, Self, TypeVar

import httpx

from ._async_wire import AsyncWire
from ._binding import aflowing, flowing
from ._key import Secret
from ._masking import MASK
from ._settings import Settings
from ._wire import Wire
from .account import _operations as account
from .account.avatars import AsyncAvatars, Avatars
from .account.users import AsyncUsers, Users
from .account.videos import AsyncVideos, Videos
from .account.voices import AsyncVoices, Voices
from .assets import Assets, AsyncAssets
from .realtime import AsyncAvatarRealtime, AvatarRealtime

_WireT = TypeVar("_WireT", Wire, AsyncWire)
_HttpT = TypeVar("_HttpT", httpx.Client, httpx.AsyncClient)


class _Client(Generic[_WireT, _HttpT]):
    """What both clients have in common."""

    _settings: Settings
    _wire: _WireT
    _wire_class: Callable[[Settings, _HttpT | None], _WireT]
    _use: Callable[[_WireT], None]

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 2,
        http_client: _HttpT | None = None,
    ) -> None:
        key = Secret(os.environ.get("HEYGEN_API_KEY", "") if api_key is None else api_key)
        del api_key  # a traceback of what follows may be printed with its variables
        self._settings = Settings.resolve(key, base_url, timeout, max_retries)
        self._use(self._wire_class(self._settings, http_client))

    @classmethod
    def like(cls, other: "HeyGen | AsyncHeyGen") -> Self:
        """Create a client with the settings of another one, and its own connections."""
        settings = other._settings  # noqa: SLF001 (both are one implementation)
        return cls(
            api_key=settings.key.reveal(),
            base_url=settings.base_url,
            timeout=settings.timeout,
            max_retries=settings.max_retries,
        )

    @property
    def base_url(self) -> str:
        """Where requests go, without a slash at the end."""
        return self._settings.base_url

    @property
    def wire(self) -> _WireT:
        """The object that runs operations, for parts of the API defined elsewhere."""
        return self._wire

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


class HeyGen(_Client[Wire, httpx.Client]):
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
    avatars : Avatars
        People and their looks: list, get, looks, look, find.
    voices : Voices
        Voices and speech files: list, get, search, speech.
    videos : Videos
        Films: create, get.
    assets : Assets
        Files that HeyGen keeps: upload, list, get, delete.
    users : Users
        The owner of the key: me.

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

    _wire_class = Wire

    def _use(self, wire: Wire) -> None:
        self._wire = wire
        self.avatar_realtime = AvatarRealtime(wire)
        self.avatars = Avatars(wire)
        self.voices = Voices(wire)
        self.videos = Videos(wire)
        self.assets = Assets(wire)
        self.users = Users(wire)

    balance = flowing(account.balance)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncHeyGen(_Client[AsyncWire, httpx.AsyncClient]):
    """HeyGen's API, awaited. Takes what `HeyGen` takes; `http_client` is an `httpx.AsyncClient`.

    Attributes
    ----------
    avatar_realtime : AsyncAvatarRealtime
        Sessions: create, get, append_text, words, cancel.
    avatars : AsyncAvatars
        People and their looks: list, get, looks, look, find.
    voices : AsyncVoices
        Voices and speech files: list, get, search, speech.
    videos : AsyncVideos
        Films: create, get.
    assets : AsyncAssets
        Files that HeyGen keeps: upload, list, get, delete.
    users : AsyncUsers
        The owner of the key: me.

    Examples
    --------
    >>> async with AsyncHeyGen() as heygen:  # doctest: +SKIP
    ...     await heygen.avatar_realtime.create(
    ...         type="tts", avatar_id="Daisy-inskirt-20220818", voice_id="1bd0", text="Hello!"
    ...     )
    CreateAvatarRealtimeResponse(stream_id='a1b2c3d4')
    """

    _wire_class = AsyncWire

    def _use(self, wire: AsyncWire) -> None:
        self._wire = wire
        self.avatar_realtime = AsyncAvatarRealtime(wire)
        self.avatars = AsyncAvatars(wire)
        self.voices = AsyncVoices(wire)
        self.videos = AsyncVideos(wire)
        self.assets = AsyncAssets(wire)
        self.users = AsyncUsers(wire)

    balance = aflowing(account.balance)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
