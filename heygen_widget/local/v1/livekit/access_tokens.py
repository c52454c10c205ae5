"""Room tokens: JSON web tokens as LiveKit's, signed by this server alone.

Knows a room's name, not the room.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any, Final

IDENTITY: Final = "client"
"""The identity of every viewer: a new one replaces the one in the room."""

_ISSUER: Final = "local"
_LIFETIME: Final = 24 * 3600
"""Seconds; longer than any session lasts."""


class AccessTokens:
    """Issues and verifies room tokens, signed with its own secret key."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, room: str) -> str:
        """Return a token that opens `room`."""
        now = int(time.time())
        grants = {"room": room, "roomJoin": True, "canSubscribe": True, "canPublish": True}
        claims = {
            "iss": _ISSUER,
            "sub": IDENTITY,
            "name": IDENTITY,
            "nbf": now,
            "exp": now + _LIFETIME,
            "video": {**grants, "canPublishData": True},
        }
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def room(self, token: str) -> str | None:
        """Return the name of the room that `token` opens; None if it is not valid."""
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode()):
            return None
        claims = json.loads(_bytes(signed.partition(".")[2]))
        room: str = claims["video"]["room"]
        return room if claims["exp"] > time.time() else None

    def _signature(self, signed: str) -> str:
        return _text(hmac.digest(self._key, signed.encode(), hashlib.sha256))


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
