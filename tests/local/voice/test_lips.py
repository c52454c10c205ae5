# ruff: noqa: RUF001 - phonemes in IPA

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heygen_widget.local.mouth import REST, VISEMES, Mouth
from heygen_widget.local.voice import SAMPLE_RATE, MouthCue, SpokenAudio, VoiceEngine
from heygen_widget.local.voice.lips import Lips
from heygen_widget.local.voice.visemes import is_closure, mouth_cues

FRAME = 1 / 25

any_phase = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def frames(cues: tuple[MouthCue, ...], seconds: float, phase: float = 0.0) -> dict[float, Mouth]:
    lips = Lips()
    lips.add(cues, 0.0)
    times = [phase + n * FRAME for n in range(round(seconds / FRAME))]
    return {time: lips.at(time) for time in times}


@any_phase
@given(phase=st.floats(0, FRAME))
def test_the_lips_are_together_for_p_b_and_m(engine: VoiceEngine, phase: float) -> None:
    audio = engine.speak("Pam bought a map, a mob, a pop and my baby.", "en-us")
    closures = [cue.time for cue in audio.cues if is_closure(cue.mouth)]
    assert len(closures) >= 10

    shown = frames(audio.cues, audio.seconds, phase)

    for closure in closures:
        near = [mouth.open for time, mouth in shown.items() if abs(time - closure) <= FRAME]
        assert min(near) == 0.0


def test_the_mouth_opens_for_vowels_between_closures(engine: VoiceEngine) -> None:
    audio = engine.speak("papa papa papa", "en-us")

    shown = frames(audio.cues, audio.seconds)

    assert max(mouth.open for mouth in shown.values()) > 0.5


def test_the_lips_move_without_jumps_and_stay_inside_their_bounds(engine: VoiceEngine) -> None:
    audio = engine.speak("Where were you all year, Oscar? We see who you are.", "en-us")

    shown = list(frames(audio.cues, audio.seconds + 1).values())

    for before, after in pairwise(shown):
        if after.open and before.open:
            assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 0.7
    assert all(0 <= m.open <= 1 and -1 <= m.wide <= 1 for m in shown)
    assert all(0 <= m.round <= 1 and 0 <= m.teeth <= 1 for m in shown)


def test_the_lips_set_out_before_the_sound() -> None:
    shown = frames((MouthCue(1.0, VISEMES["aa"]),), 2.0)

    assert shown[24 * FRAME].open == 0.0 or shown[24 * FRAME].open < 0.05
    assert shown[25 * FRAME].open > 0.5


def test_the_lips_rest_a_quarter_of_a_second_after_the_last_sound(
    listen: Callable[[], Any],
) -> None:
    listener = listen()
    listener.track.add(
        SpokenAudio(
            np.ones(SAMPLE_RATE, np.int16),
            (),
            (MouthCue(0.0, VISEMES["aa"]), MouthCue(1.0, REST)),
        )
    )
    mouths = []
    for n in range(40):
        listener.track.read(1920)
        mouths.append(listener.track.mouth(n * 1920))

    assert mouths[20] != REST
    assert all(mouth == REST for mouth in mouths[31:])


def test_a_consonant_takes_on_the_vowel_that_follows() -> None:
    before_u = mouth_cues([(0.0, "k"), (0.1, "uː")], 0.3)[0].mouth
    before_i = mouth_cues([(0.0, "k"), (0.1, "iː")], 0.3)[0].mouth

    assert before_u.round > before_i.round + 0.4
    assert before_i.wide > before_u.wide


def test_a_diphthong_moves_and_an_affricate_does_not() -> None:
    assert [cue.mouth for cue in mouth_cues([(0.0, "ˈaɪ")], 0.2)] == [
        VISEMES["aa"],
        VISEMES["I"],
        REST,
    ]
    assert [cue.mouth for cue in mouth_cues([(0.0, "tʃ")], 0.2)] == [VISEMES["CH"], REST]


def test_changes_of_language_and_tones_move_nothing() -> None:
    cues = mouth_cues([(0.0, "(en)"), (0.0, "a"), (0.1, "˥"), (0.2, "")], 0.3)

    assert [round(cue.time, 2) for cue in cues] == [0.0, 0.2, 0.3]
