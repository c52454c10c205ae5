"""Where the API is: which base URLs a key may be sent to. Knows no requests."""

import ipaddress

import httpx

from .errors import ConfigurationError


def checked_base_url(text: str) -> str:
    """Return the base URL without its last slash.

    Raises
    ------
    ConfigurationError
        When it is no http(s) URL, or would carry the key in the clear over a public network.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        # Without "://" it may be the key, given in the wrong place.
        shown = repr(text) if isinstance(text, str) and "://" in text else "given"
        raise ConfigurationError(
            f"The base URL {shown} is not an http or https address.",
            hint="Correct base_url= or HEYGEN_BASE_URL (it starts with https://), or omit it "
            "to use HeyGen. Pass the key as api_key=.",
        )
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError(
            "The base URL contains a password, a query or a fragment.",
            hint="Give only scheme, host, port and path in base_url= or HEYGEN_BASE_URL.",
        )
    if url.scheme == "http" and not _is_private(url.host):
        raise ConfigurationError(
            f"The key would be sent unencrypted to {url.host}.",
            hint="Use https in base_url= or HEYGEN_BASE_URL.",
        )
    return str(url).rstrip("/")


def is_loopback(base_url: str) -> bool:
    """Tell whether the server is on this machine, which is never reached through a proxy."""
    return _is_here(httpx.URL(base_url).host.rstrip("."))


def same_place(one: str, other: str) -> bool:
    """Tell whether two base URLs name the same server, regardless of spelling.

    All names of this machine for itself are one.
    """
    return _place(one) == _place(other)


def _place(base_url: str) -> tuple[str, str, int | None, str]:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        return ("", base_url, None, "")
    host = url.host.lower().rstrip(".")
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    known = "localhost" if _is_here(host) else str(_ip(host) or host)
    return (url.scheme, known, port, url.path.rstrip("/"))


def _is_here(host: str) -> bool:
    if (address := _ip(host)) is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _is_private(host: str) -> bool:
    host = host.rstrip(".")
    if (address := _ip(host)) is None:
        # Names without a dot and these endings are reserved for the own machine or network.
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
    return not address.is_global


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host is, if any; an IPv4 address however it is written."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
