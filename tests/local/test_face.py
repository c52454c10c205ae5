from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local.face import (
    FRAME_RATE,
    HEIGHT,
    LOOKS,
    WIDTH,
    Face,
    Look,
    face_for,
    look_for,
)
from heygen_widget.local.face.motion import lean
from heygen_widget.local.mouth import REST, VISEMES, Mouth

Frame = npt.NDArray[np.uint8]
WIDE_OPEN = VISEMES["aa"]
MOUTH = (slice(370, 515), slice(555, 725))  # rows and columns where a mouth can be, head and all
LIPS = (slice(385, 430), slice(595, 685))
every_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)


def luma(frame: Frame) -> npt.NDArray[np.int16]:
    return frame[:HEIGHT].astype(np.int16)


def changed(before: Frame, after: Frame) -> npt.NDArray[np.bool_]:
    return np.asarray(luma(before) != luma(after))


def test_there_are_at_least_four_people_with_names_of_their_own() -> None:
    assert len({look.name.casefold() for look in LOOKS}) == len(LOOKS) >= 4


def test_the_same_id_always_shows_the_same_person() -> None:
    ids = [f"avatar_{i}" for i in range(200)]
    assert [look_for(i) for i in ids] == [look_for(i) for i in ids]
    assert look_for("Monica_inleather_20220819").name == "Maya"  # as in every other process


def test_ids_are_spread_over_all_people() -> None:
    assert {look_for(f"avatar_{i}").name for i in range(200)} == {look.name for look in LOOKS}


@every_look
def test_a_person_can_be_asked_for_by_name(look: Look) -> None:
    assert look_for(look.name.upper()) is look_for(f" {look.name.lower()} ") is look


@pytest.mark.parametrize("avatar_id", ["", "🙂", "x" * 10_000])
def test_any_id_shows_someone(avatar_id: str) -> None:
    assert look_for(avatar_id) in LOOKS


def test_a_person_is_drawn_once_for_all_streams() -> None:
    with ThreadPoolExecutor(8) as threads:
        faces = set(threads.map(face_for, [LOOKS[0]] * 8))
    assert len(faces) == 1


def test_no_two_people_look_alike() -> None:
    frames = [luma(face_for(look).frame(0, REST)) for look in LOOKS]
    for one, other in combinations(frames, 2):
        assert np.abs(one - other).mean() > 5


@every_look
def test_a_frame_is_720p_in_limited_range_and_the_callers_own(look: Look) -> None:
    face = face_for(look)
    frame = face.frame(7, WIDE_OPEN)
    kept = frame.copy()
    assert frame.shape == (HEIGHT * 3 // 2, WIDTH) == (1080, 1280)
    assert frame.dtype == np.uint8
    assert frame.flags.c_contiguous
    assert frame.flags.writeable
    assert 16 <= frame[:HEIGHT].min() <= frame[:HEIGHT].max() <= 235
    assert 16 <= frame[HEIGHT:].min() <= frame[HEIGHT:].max() <= 240
    frame[:] = 0
    assert np.array_equal(face.frame(7, WIDE_OPEN), kept)


@every_look
def test_a_frame_drawn_over_another_shows_the_same_as_a_new_one(look: Look) -> None:
    face = face_for(look)
    over = face.frame(250, WIDE_OPEN)
    for number, mouth in enumerate(VISEMES.values()):
        drawn = face.frame(23 * number, mouth, over)
        assert drawn is over
        assert np.array_equal(drawn, face.frame(23 * number, mouth))


@every_look
def test_idling_repeats_after_the_loop(look: Look) -> None:
    face = face_for(look)
    for number in (0, 39, 158, 299):
        again = face.frame(number + 4 * face.LOOP_FRAMES, REST)
        assert np.array_equal(face.frame(number, REST), again)
    fresh = Face(look)  # nothing depends on what was drawn before
    assert np.array_equal(fresh.frame(158, REST), face.frame(158, REST))


@every_look
def test_eyes_and_mouth_sit_in_the_head_without_a_seam(look: Look) -> None:
    face = face_for(look)
    for number in (0, 60, 120):
        whole = luma(face.frame(number, REST))
        head = Face._draw_pose(face, lean(number))
        area = (slice(head.box.top, head.box.bottom), slice(head.box.left, head.box.right))
        gap = np.abs(whole[area] - head.y.astype(np.int16))
        border = np.ones(gap.shape, dtype=bool)
        rows = slice(252 - head.box.top, 500 - head.box.top)
        columns = slice(545 - head.box.left, 735 - head.box.left)
        border[rows, columns] = False  # inside, brows and gaze may differ from rest
        assert gap[border].max() <= 2


@every_look
@pytest.mark.parametrize("number", [0, 77, 190])
def test_an_open_mouth_changes_the_mouth_and_nothing_else(look: Look, number: int) -> None:
    face = face_for(look)
    difference = changed(face.frame(number, REST), face.frame(number, WIDE_OPEN))
    assert difference[MOUTH].sum() > 1000
    difference[MOUTH] = False
    assert not difference.any()


@every_look
def test_lips_are_closed_at_rest(look: Look) -> None:
    face = face_for(look)
    dark = 46  # the hollow of a mouth is darker than this, skin and beards are lighter
    at_rest = (luma(face.frame(0, REST))[LIPS] < dark).sum()
    opened = (luma(face.frame(0, WIDE_OPEN))[LIPS] < dark).sum()
    assert at_rest < 40
    assert opened > at_rest + 300


@every_look
def test_every_sound_has_a_mouth_of_its_own(look: Look) -> None:
    face = face_for(look)
    mouths = {name: luma(face.frame(0, mouth))[MOUTH] for name, mouth in VISEMES.items()}
    for one, other in combinations(mouths, 2):
        assert np.abs(mouths[one] - mouths[other]).max() > 12, (one, other)


@every_look
def test_a_mouth_opens_without_jumps(look: Look) -> None:
    face = face_for(look)
    steps = [luma(face.frame(0, Mouth(i / 28, 0.1, 0.05, 0.5)))[MOUTH] for i in range(29)]
    for one, next_one in pairwise(steps[1:]):
        assert np.abs(one - next_one).mean() < 4


@pytest.mark.parametrize("look", LOOKS[:2], ids=lambda look: look.name)
def test_the_head_moves_smoothly_and_does_move(look: Look) -> None:
    face = face_for(look)
    top = (slice(0, 240), slice(420, 860))  # hair and forehead: no eyes, no mouth
    seen = [luma(face.frame(i, REST))[top] for i in range(face.LOOP_FRAMES + 1)]
    steps = [np.abs(one - other).mean() for one, other in pairwise(seen)]
    travel = max(np.abs(frame - seen[0]).mean() for frame in seen)
    assert travel > 1
    assert max(steps) < travel / 5


@pytest.mark.parametrize("look", LOOKS[:2], ids=lambda look: look.name)
def test_eyes_blink_at_uneven_times(look: Look) -> None:
    face = face_for(look)
    eyes = (slice(292, 318), slice(560, 720))
    seen = np.array([luma(face.frame(i, REST))[eyes].std() for i in range(face.LOOP_FRAMES)])
    shut = seen < (seen.max() + seen.min()) / 2
    blinks = np.flatnonzero(shut[1:] & ~shut[:-1])
    assert 3 <= len(blinks) <= 8
    assert len(set(np.diff(blinks).tolist())) > 1
    assert shut.sum() < 2 * FRAME_RATE


def test_threads_do_not_disturb_each_other() -> None:
    shared = Face(LOOKS[0])
    calls = [(i % 40, VISEMES[name]) for i, name in enumerate(list(VISEMES) * 6)]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda call: shared.frame(*call), calls))
    alone = Face(LOOKS[0])
    for call, frame in zip(calls, together, strict=True):
        assert np.array_equal(alone.frame(*call), frame)
