"""Money falls by HeyGen's prices, and what it does not cover is refused with the figures."""

from collections.abc import Iterator

import pytest

from heygen_widget.api import HeyGen, InsufficientCredit
from heygen_widget.local import LocalServer
from heygen_widget.local.account.wallet import Wallet
from heygen_widget.local.errors import ApiError
from heygen_widget.local.settings import Settings


@pytest.fixture
def poor() -> Iterator[HeyGen]:
    """A client of a server with 12 cents, which is faster than real time."""
    with (
        LocalServer(balance=0.12, pace=8, warm_up=0.0) as server,
        HeyGen(server.api_key, server.base_url) as heygen,
    ):
        yield heygen


def open_session(heygen: HeyGen, text: str) -> str:
    return heygen.avatar_realtime.create(
        type="tts", avatar_id="maya", voice_id="vera", text=text
    ).stream_id


def test_a_wallet_without_a_limit_never_runs_out(heygen: HeyGen) -> None:
    assert heygen.balance().dollars is None
    assert heygen.users.me().billing_type == "wallet"


@pytest.mark.media
def test_speech_files_and_sessions_are_paid(poor: HeyGen) -> None:
    assert poor.balance().dollars == 0.12

    speech = poor.voices.speech("Hello there.", "vera")
    left = poor.balance().dollars or 0.0
    assert 0.12 - left == pytest.approx(speech.cost, abs=1e-5)

    text = "This is much longer than twelve cents of an avatar can last. " * 3
    stream_id = open_session(poor, text)
    while (state := poor.avatar_realtime.get(stream_id)).status not in {"completed", "error"}:
        pass

    assert (state.status, state.error_message) == ("error", "The account's credit is used up.")
    assert poor.balance().dollars == 0
    with pytest.raises(InsufficientCredit, match=r"\$0\.00 left, \$0\.05 needed") as caught:
        open_session(poor, "Hello.")
    assert caught.value.code == "insufficient_credit"
    with pytest.raises(InsufficientCredit, match=r"\$0\.00 left, \$0\.00\d\d needed"):
        poor.voices.speech("Hello there.", "vera")


@pytest.mark.parametrize(
    ("dollars", "price", "message"),
    [
        (0.0, 0.05, "$0.00 left, $0.05 needed"),
        (12.4, 12.5, "$12.40 left, $12.50 needed"),
        (0.003, 0.004, "$0.0030 left, $0.0040 needed"),
    ],
)
def test_a_refusal_says_what_was_left_and_needed(
    dollars: float, price: float, message: str
) -> None:
    with pytest.raises(ApiError) as caught:
        Wallet(dollars).require(price)

    assert (caught.value.status, caught.value.code) == (402, "insufficient_credit")
    assert message in caught.value.message


def test_a_wallet_is_empty_at_last() -> None:
    wallet = Wallet(0.1)
    wallet.require(0.1)
    wallet.pay(0.3)

    assert (wallet.left, wallet.empty) == (0.0, True)


@pytest.mark.parametrize("balance", [-1, float("nan"), float("inf")])
def test_a_balance_is_an_amount_of_money(balance: float) -> None:
    with pytest.raises(ValueError, match="balance"):
        Settings(balance=balance)


def test_nobody_lists_millions() -> None:
    with pytest.raises(ValueError, match="100,000"):
        Settings(avatar_count=10**6)
