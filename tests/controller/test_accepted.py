"""What is remembered of the requests of pages."""

from heygen_widget.controller.accepted import MOST_IDS, Accepted
from heygen_widget.frontend.protocol import Refresh, Speak


def _request(number: int) -> Speak:
    return Speak(id=str(number), kind="speak", text="Hello.")


def test_the_latest_ids_are_remembered_and_no_more() -> None:
    accepted = Accepted()
    for number in range(MOST_IDS + 1):
        accepted.add(_request(number))
    accepted.add(_request(5))  # as when it comes twice
    assert not accepted.has(_request(0))
    assert all(accepted.has(_request(number)) for number in range(1, MOST_IDS + 1))


def test_what_pages_do_not_repeat_is_not_remembered() -> None:
    accepted = Accepted()
    accepted.add(_request(1))
    for number in range(2 * MOST_IDS):
        accepted.add(Refresh(id=f"refresh {number}", kind="refresh", epoch=1))
    assert accepted.has(_request(1))
