"""`Avatar(max_cost="balance")`: no session costs more than what is left in the account."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heygen_widget import HeyGen, LocalServer, SessionStatus
from heygen_widget.api import InsufficientCredit
from heygen_widget.session.events import LimitNear
from heygen_widget.session.guard import Limit
from tests.page import PATIENCE, MakeAvatar
from tests.planned_server import Server

LONG = "One two three four five six seven eight nine ten. " * 20

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


@pytest.fixture
def account() -> Iterator[Callable[[dict[str, Any]], HeyGen]]:
    """Make the client of an account that pays in a certain way, and answers nothing else."""
    server = Server()

    def client(billing: dict[str, Any]) -> HeyGen:
        server.answers(200, {"data": {"username": "anna", **billing}})
        return HeyGen("key", server.base_url)

    yield client
    server.close()


@pytest.mark.media
def test_a_session_ends_before_the_money_does(
    server_with: Callable[..., LocalServer], make_avatar: MakeAvatar
) -> None:
    server = server_with(balance=0.4, pace=8)
    avatar = make_avatar(local=server, max_cost="balance")

    avatar.speak(LONG)
    avatar.wait("cancelled", PATIENCE)

    warned = [event for event in avatar.events if isinstance(event, LimitNear)]
    assert [event.limit for event in warned] == [Limit.MAX_COST]
    with HeyGen(server.api_key, server.base_url) as heygen:
        assert 0 < (heygen.balance().dollars or 0) < 0.4


def test_a_session_without_money_says_what_was_left_and_what_was_needed(
    server_with: Callable[..., LocalServer], make_avatar: MakeAvatar
) -> None:
    avatar = make_avatar(local=server_with(balance=0.0), max_cost="balance")

    speech = avatar.speak("Hello.")

    with pytest.raises(InsufficientCredit, match=r"\$0\.00 left, \$0\.05 needed"):
        speech.result(PATIENCE)


@pytest.mark.media
def test_an_account_that_does_not_tell_sets_no_limit(make_avatar: MakeAvatar) -> None:
    unlimited = make_avatar(max_cost="balance")

    unlimited.start("Hello.", type="tts")

    unlimited.wait("completed", PATIENCE)


def test_an_account_in_credits_needs_a_limit_in_dollars(
    account: Callable[[dict[str, Any]], HeyGen], make_avatar: MakeAvatar
) -> None:
    wallet = {"currency": "credits", "remaining_balance": 7}
    avatar = make_avatar(client=account({"wallet": wallet}), max_cost="balance")

    avatar.speak("Hello.")
    avatar.wait("error", PATIENCE)

    assert avatar.status is SessionStatus.ERROR
    assert "counts in credits" in str(avatar.error)


def test_no_other_word_is_an_amount_of_money(make_avatar: MakeAvatar) -> None:
    with pytest.raises(ValueError, match="dollars or 'balance'"):
        make_avatar(max_cost="everything")
