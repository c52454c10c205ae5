"""Fetches audio from untrusted URLs, without giving their authors access to this network.

Every address a name resolves to is checked, at every hop of a redirect, and the connection goes
to the very address that was checked. Knows nothing of audio.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from heygen_widget.local.storage import StoredFile

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_HOPS: Final = 5
TIMEOUT: Final = 30.0
"""Seconds for the whole fetch."""

MAX_PORT: Final = 65_535

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class FetchError(Exception):
    """The audio cannot be fetched; the message says why."""


def is_public(address: IPAddress) -> bool:
    """Return whether `address`, and any address embedded in it, is on the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(embedded) for embedded in inner if embedded is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not (address.is_multicast or address.is_reserved)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which schemes and addresses audio may be fetched from."""

    schemes: frozenset[str]
    allows: Callable[[IPAddress], bool]


PUBLIC: Final = Policy(frozenset({"https"}), is_public)
ANYWHERE: Final = Policy(frozenset({"https", "http"}), lambda _: True)


async def fetch(url: str, policy: Policy) -> StoredFile:
    """Return the content at `url`, at most 32 MiB.

    Raises
    ------
    FetchError
        When `policy` refuses the URL, or it returns nothing usable.
    """
    try:
        async with asyncio.timeout(TIMEOUT), _client() as client:
            target = httpx.URL(url)
            for _ in range(MAX_HOPS):
                found = await _hop(client, target, policy)
                if isinstance(found, StoredFile):
                    return found
                target = found
    except TimeoutError:
        raise FetchError(f"The audio URL did not answer within {TIMEOUT:.0f} seconds.") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise FetchError(
            f"The audio URL cannot be read: {error or type(error).__name__}"
        ) from error
    raise FetchError(f"The audio URL redirects more than {MAX_HOPS} times.")


def _client() -> httpx.AsyncClient:
    # Ignore the environment: a proxy would resolve the name again, unchecked.
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=TIMEOUT)


async def _hop(client: httpx.AsyncClient, url: httpx.URL, policy: Policy) -> StoredFile | httpx.URL:
    if url.scheme not in policy.schemes or not url.host:
        schemes = " or ".join(sorted(policy.schemes))
        raise FetchError(f"The audio URL must be a public {schemes} address.")
    address = await _checked_address(url, policy)
    request = client.build_request(
        "GET",
        url.copy_with(host=str(address)),
        headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )
    response = await client.send(request, stream=True)
    try:
        if response.has_redirect_location:
            return url.join(response.headers["location"])
        if not response.is_success:
            raise FetchError(f"The audio URL returned HTTP {response.status_code}.")
        return await _read(response)
    finally:
        await response.aclose()


async def _checked_address(url: httpx.URL, policy: Policy) -> IPAddress:
    port = url.port or {"https": 443, "http": 80}[url.scheme]
    if port > MAX_PORT:
        raise FetchError(f"The audio URL has an invalid port: {port}.")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(policy.allows(address) for address in addresses):
        raise FetchError("The audio URL leads to a private address, which is not allowed.")
    return addresses[0]


async def _read(response: httpx.Response) -> StoredFile:
    file = StoredFile()
    async for chunk in response.aiter_raw():
        if file.size + len(chunk) > MAX_BYTES:
            raise FetchError(f"The audio is larger than {MAX_BYTES:,} bytes.")
        file.append(chunk)
    return file
