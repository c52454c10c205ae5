"""Room tokens."""

import base64
import json
from types import SimpleNamespace

import pytest

from heygen_widget.local.v1.livekit import AccessTokens, access_tokens


def test_a_token_opens_its_room_and_no_other_server() -> None:
    ours, others = AccessTokens(), AccessTokens()
    assert ours.room(ours.issue("one")) == "one"
    assert others.room(ours.issue("one")) is None


@pytest.mark.parametrize("token", ["", "a", "..", "a.b.c", "é.ü.ß", "a.b.c.d"])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    assert AccessTokens().room(token) is None


def test_a_token_cannot_be_changed() -> None:
    ours = AccessTokens()
    head, claims, signature = ours.issue("one").split(".")
    changed = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"video": {"room": "two"}}
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    assert ours.room(f"{head}.{forged}.{signature}") is None


def test_a_token_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = AccessTokens()
    monkeypatch.setattr(access_tokens, "time", SimpleNamespace(time=lambda: 1_000_000.0))
    token = ours.issue("one")
    assert ours.room(token) == "one"
    monkeypatch.undo()
    assert ours.room(token) is None
