"""What is left, whichever way an account pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.api.conftest import Face, Server

NOBODY: dict[str, Any] = {"username": "u", "email": None, "first_name": None, "last_name": None}
WALLET = {"currency": "usd", "remaining_balance": 12.4, "auto_reload": {"enabled": False}}


def test_whose_key_it_is(face: Face, server: Server) -> None:
    server.answers(200, {"data": {**NOBODY, "billing_type": "wallet", "wallet": WALLET}})

    me = face.ask("users", "me")

    assert server.requests[0].target == "/v3/users/me"
    assert (me.username, me.billing_type, me.wallet.remaining_balance) == ("u", "wallet", 12.4)


@pytest.mark.parametrize(
    ("billing", "left", "text"),
    [
        ({"wallet": WALLET}, (12.4, None), "$12.40 ≈ 4.1 minutes of an avatar"),
        ({"wallet": {**WALLET, "currency": "credits"}}, (None, 12.4), "12.4 credits"),
        ({"wallet": {**WALLET, "remaining_balance": None}}, (None, None), "does not say"),
        (
            {
                "subscription": {
                    "plan": "pro",
                    "credits": {
                        "premium_credits": {"remaining": 30, "resets_at": "tomorrow"},
                        "add_on_credits": {"remaining": 12},
                    },
                }
            },
            (None, 42),
            "42 credits",
        ),
        ({"subscription": {"plan": "free", "credits": None}}, (None, None), "does not say"),
        (
            {"usage_based": {"spending_cap_usd": 100, "spending_current_usd": 91.5}},
            (8.5, None),
            "$8.50",
        ),
        ({"wallet": "full"}, (None, None), "does not say"),
        ({}, (None, None), "does not say"),
    ],
    ids=["dollars", "credits", "untold", "plan", "free", "usage", "nonsense", "nothing"],
)
def test_what_is_left_is_money_or_credits(
    face: Face,
    server: Server,
    billing: dict[str, Any],
    left: tuple[float | None, float | None],
    text: str,
) -> None:
    server.answers(200, {"data": {**NOBODY, **billing}})

    balance = face.balance()

    assert (balance.dollars, balance.credits) == left
    assert text in str(balance)
    dollars = left[0]
    assert balance.seconds == (None if dollars is None else pytest.approx(dollars / 0.05))


def test_a_debt_lasts_for_no_second(face: Face, server: Server) -> None:
    debt = {"currency": "usd", "remaining_balance": -1.0}
    server.answers(200, {"data": {**NOBODY, "wallet": debt}})

    assert face.balance().seconds == 0
