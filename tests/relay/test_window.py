"""The newest parts, for whoever comes late."""

import pytest

from heygen_widget.relay import Part, Window
from heygen_widget.relay import window as window_module


def _window(count: int, seconds: float, *, first: int = 0, size: int = 10) -> Window:
    window = Window()
    for number in range(first, first + count):
        window.add(Part(number, seconds, b"x" * size, b"init", discontinuity=False))
    return window


def _numbers(parts: list[Part]) -> list[int]:
    return [part.number for part in parts]


def test_a_young_stream_is_joined_at_its_first_word() -> None:
    assert _numbers(_window(20, 0.4).for_new_viewer()) == list(range(20))


def test_an_older_one_is_joined_near_its_live_edge() -> None:
    joined = _numbers(_window(50, 0.4).for_new_viewer())
    assert joined == list(range(30, 50))


def test_long_segments_are_joined_early_enough_to_play() -> None:
    assert _numbers(_window(4, 6.0).for_new_viewer()) == [1, 2, 3]


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_it_is_bounded_in_time_and_in_memory(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "BYTES", 5_000_000)
    kept = _window(200, 1.0, size=size).since(0)
    assert sum(part.seconds for part in kept) <= window_module.SECONDS
    assert sum(len(part.data) for part in kept) <= 5_000_000
    assert kept[-1].number == 199


def test_a_page_gets_what_it_lacks_as_far_as_it_is_kept() -> None:
    assert _numbers(_window(100, 1.0).since(98)) == [98, 99]
    assert _numbers(_window(100, 1.0).since(3))[0] == 70


def test_a_picture_is_looked_for_only_in_what_one_decoder_reads() -> None:
    window = _window(3, 1.0)
    window.add(Part(3, 1.0, b"y", b"init", discontinuity=True))
    window.add(Part(4, 1.0, b"z", b"init", discontinuity=False))
    assert _numbers(window.decodable_tail()) == [3, 4]
    window.add(Part(5, 1.0, b"z", b"other", discontinuity=False))
    assert _numbers(window.decodable_tail()) == [5]
