"""Counting the frames of a web socket, wherever the network cuts them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.local.frames import MAX_CONTROLS, MAX_FRAGMENTS, WINDOW, FrameLimiter
from tests.local.wire import frame

PING, PONG, CLOSE = 9, 10, 8
CONTROLS = st.tuples(
    st.sampled_from([PING, PONG, CLOSE]), st.binary(max_size=125), st.just(value=True)
)
PARTS = st.tuples(st.integers(0, 2), st.binary(max_size=8) | st.just(b"x" * 300), st.booleans())


def few(data: bytes) -> bool:
    return FrameLimiter(lambda: 0.0).feed(data)


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
@pytest.mark.parametrize("data", [b"", b"x" * 125])
def test_so_many_control_frames_may_come_at_once_and_no_more(opcode: int, data: bytes) -> None:
    assert few(frame(opcode, data) * MAX_CONTROLS)
    assert not few(frame(opcode, data) * (MAX_CONTROLS + 1))


def test_control_frames_may_come_for_ever_if_they_take_their_time() -> None:
    now = 0.0
    frames = FrameLimiter(lambda: now)
    for _ in range(5):
        assert frames.feed(frame(PING) * MAX_CONTROLS)
        now += WINDOW + 1
    now -= 2  # within the window of the last
    assert not frames.feed(frame(PING) * MAX_CONTROLS)


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 300])
def test_a_message_may_be_cut_into_so_many_frames_and_no_more(data: bytes) -> None:
    first, middle = frame(2, data, last=False), frame(0, data, last=False)
    whole = first + middle * (MAX_FRAGMENTS - 2) + frame(0, data)
    assert few(whole * 3)
    assert few(frame(2, data) * 3 * MAX_FRAGMENTS)
    assert not few(first + middle * (MAX_FRAGMENTS - 1))


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536, 1_000_000])
def test_what_a_long_frame_holds_is_not_taken_for_frames(size: int) -> None:
    length = b"\xff" + size.to_bytes(8) if size > 65_535 else frame(2, b"x" * size)[1 : -size - 4]
    long = b"\x82" + length + bytes(4) + frame(PING)[:1] * size
    assert few(long * 2)
    assert not few(long + frame(PING) * (MAX_CONTROLS + 1))


@settings(max_examples=100)
@given(
    sent=st.lists(CONTROLS | PARTS, max_size=8), cuts=st.lists(st.integers(0, 99)), data=st.data()
)
def test_frames_are_counted_alike_wherever_they_are_cut(
    sent: list[tuple[int, bytes, bool]], cuts: list[int], data: st.DataObject
) -> None:
    """All but the last control frame that is allowed have come before."""
    controls = MAX_CONTROLS - data.draw(st.integers(0, 4))
    wire = b"".join(frame(opcode, said, last=last) for opcode, said, last in sent)
    frames = FrameLimiter(lambda: 0.0)
    verdict = frames.feed(frame(PING) * controls)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(wire)], strict=True):
        verdict = verdict and frames.feed(wire[start : max(start, end)])
    assert verdict == (controls + sum(opcode >= CLOSE for opcode, _, _ in sent) <= MAX_CONTROLS)
