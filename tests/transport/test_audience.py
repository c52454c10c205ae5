"""Who listens: pages say so, unless the kernel cannot hear them."""

from heygen_widget.transport.audience import (
    LISTENING_TIMEOUT,
    MAX_UNACKED_BYTES,
    MAX_UNHEARD_BYTES,
    Audience,
)


class Kernel:
    """A clock, and whether a cell runs."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.busy: bool | None = False
        self.audience = Audience(lambda: self.busy, lambda: self.now)

    def listens_after(self, seconds: float) -> bool:
        self.now += seconds
        return self.audience.listens()


def test_a_page_that_may_yet_speak_is_waited_for() -> None:
    kernel = Kernel()
    assert kernel.listens_after(LISTENING_TIMEOUT)
    assert not kernel.listens_after(1)


def test_a_page_that_speaks_now_and_then_is_there() -> None:
    kernel = Kernel()
    for _ in range(10):
        kernel.audience.hear("a page")
        assert kernel.listens_after(LISTENING_TIMEOUT)
    assert not kernel.listens_after(1)


def test_silence_means_nothing_while_a_cell_runs_nor_right_after() -> None:
    kernel = Kernel()
    kernel.busy = True
    assert kernel.listens_after(10 * LISTENING_TIMEOUT)
    kernel.busy = False
    assert kernel.listens_after(LISTENING_TIMEOUT)
    assert not kernel.listens_after(1)


def test_silence_means_nothing_where_nobody_knows_whether_a_cell_runs() -> None:
    kernel = Kernel()
    kernel.busy = None
    assert kernel.listens_after(10 * LISTENING_TIMEOUT)


def test_what_nobody_was_heard_to_take_has_a_limit_even_in_a_busy_kernel() -> None:
    kernel = Kernel()
    kernel.busy = True
    kernel.audience.sent(MAX_UNHEARD_BYTES)
    assert kernel.listens_after(1)
    kernel.audience.sent(1)
    assert not kernel.listens_after(1)
    kernel.audience.hear("a page")
    assert kernel.listens_after(1)


def test_a_page_that_was_heard_gets_an_hour_in_a_kernel_that_became_busy() -> None:
    kernel = Kernel()
    kernel.audience.hear("a page")
    kernel.busy = True
    kernel.audience.sent(MAX_UNHEARD_BYTES + 1)
    assert kernel.listens_after(1)
    kernel.audience.sent(MAX_UNACKED_BYTES)
    assert not kernel.listens_after(1)


def test_the_last_page_to_leave_leaves_nobody() -> None:
    audience = Kernel().audience
    audience.hear("one")
    audience.hear("other")
    assert not audience.leave("one")
    assert "one" not in audience
    assert audience.leave("other")
