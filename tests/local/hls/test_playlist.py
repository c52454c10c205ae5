"""What a playlist lists, what can be had after it is listed no more, and where players begin."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.local.hls.playlist import WINDOW, YOUNG, Playlist

LISTED = re.compile(r"^(\d+)\.m4s$", re.MULTILINE)


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def published(playlist: Playlist[bytes], clock: Clock, seconds: float, length: float) -> None:
    """Publish segments of `seconds` for so long, each when it is due."""
    for _ in range(round(length / seconds)):
        clock.now += seconds
        playlist.append(b"%d" % playlist.next_segment, seconds, clock.now)


@pytest.mark.parametrize("seconds", [0.2, 0.4, 2.0])
def test_a_segment_can_be_had_for_a_playlists_length_after_it_was_listed_last(
    seconds: float,
) -> None:
    clock = Clock()
    playlist: Playlist[bytes] = Playlist(seconds, clock=clock)
    delisted: dict[int, float] = {}
    for _ in range(round(3 * WINDOW / seconds)):
        listed = {int(each) for each in LISTED.findall(playlist.text())}
        published(playlist, clock, seconds, seconds)
        now_listed = {int(each) for each in LISTED.findall(playlist.text())}
        delisted |= dict.fromkeys(listed - now_listed, clock.now)
    for number, since in delisted.items():
        needed = clock.now <= since + seconds + WINDOW
        kept = playlist.segment(number)
        assert kept == b"%d" % number if needed else kept is None
    assert playlist.segment(0) is None


@given(st.lists(st.sampled_from([0.04, 0.2, 0.36, 0.4]), max_size=1000))
@settings(max_examples=20, deadline=None)
def test_whatever_is_listed_can_be_had(lengths: list[float]) -> None:
    clock = Clock()
    playlist: Playlist[bytes] = Playlist(0.4, clock=clock)
    for number, seconds in enumerate(lengths):
        clock.now += seconds
        playlist.append(b"%d" % number, seconds, clock.now)
    listed = [int(each) for each in LISTED.findall(playlist.text())]
    assert listed == list(range(len(lengths)))[-len(listed) :]
    assert all(playlist.segment(number) == b"%d" % number for number in listed)
    assert playlist.segment(len(lengths)) is None


def test_players_are_told_to_begin_at_the_first_word_of_a_young_stream() -> None:
    start = "#EXT-X-START:TIME-OFFSET=0\n"
    clock = Clock()
    playlist: Playlist[bytes] = Playlist(0.4, clock=clock)
    published(playlist, clock, 0.4, YOUNG - 0.4)
    assert start in playlist.text()
    published(playlist, clock, 0.4, 0.8)
    assert start not in playlist.text()
    playlist.end()
    assert start in playlist.text()


@pytest.mark.parametrize(
    ("seconds", "target", "opening"), [(0.2, 1, 3), (0.4, 1, 3), (1.0, 1, 1), (2.0, 2, 1)]
)
def test_players_stay_three_target_durations_behind(
    seconds: float, target: int, opening: int
) -> None:
    playlist: Playlist[bytes] = Playlist(seconds)
    assert f"#EXT-X-TARGETDURATION:{target}\n" in playlist.text()
    assert f"CAN-BLOCK-RELOAD=YES,HOLD-BACK={3 * target:.1f}\n" in playlist.text()
    assert playlist.opening == opening


@given(seconds=st.sampled_from([0.2, 0.4, 2.0]), count=st.integers(1, 100), ended=st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_opening_of_a_young_stream_is_short_and_all_else_is_listed_whole(
    seconds: float,
    count: int,
    *,
    ended: bool,
) -> None:
    clock = Clock()
    playlist: Playlist[bytes] = Playlist(seconds, clock=clock)
    published(playlist, clock, seconds, count * seconds)
    if ended:
        playlist.end()
    young = count * seconds < YOUNG - 1e-6 and not ended
    opening = LISTED.findall(playlist.text(opening=True))
    whole = LISTED.findall(playlist.text())
    assert opening == (whole[:3] if young else whole)
    assert len(whole) == min(count, round(WINDOW / seconds))
