"""The seconds of a text, told without its sound, beside the sound itself."""

import pytest

from heygen_widget.local.natural import DURATIONS
from heygen_widget.local.voice import Measuring, VoiceEngine, load_engine
from heygen_widget.local.voice.model import _fields, only_output
from heygen_widget.local.voice.text import piece_length

TEXT = """What if your notebook could talk? It can; and it takes one line, dear all.

On the 3rd of March 2024, 1,250 people paid $9.99 each — to hear it. Это правда. Why?

"""


def _sounding(engine: VoiceEngine, text: str, voice_id: str) -> float:
    seconds = 0.0
    while text:
        length = piece_length(text, hungry=False, complete=True)
        seconds += engine.speak(text[:length], voice_id).seconds
        text = text[length:]
    return seconds


@pytest.mark.media
@pytest.mark.parametrize(("name", "within"), [("espeak", 0.005), ("hibari", 0.03)])
@pytest.mark.parametrize("voice_id", ["anna", "en-gb", "de"])
def test_the_seconds_of_a_text_are_those_of_its_sound(
    name: str, within: float, voice_id: str
) -> None:
    engine = load_engine(name)
    measured = Measuring(engine).seconds(TEXT, voice_id)
    assert measured == pytest.approx(_sounding(engine, TEXT, voice_id), rel=within)


@pytest.mark.media
def test_short_sentences_are_measured_as_closely() -> None:
    engine = load_engine("hibari")
    for voice_id in ("anna", "bob"):
        for text in (
            "Hello!",
            "Why?",
            "It works.",
            "Try it now.",
            "No; never.",
            "It is, after all.",
        ):
            heard = engine.speak(text, voice_id).seconds
            assert engine.measure(text, voice_id) == pytest.approx(heard, rel=0.1)


@pytest.mark.media
def test_what_is_not_said_takes_no_time_and_a_pause_is_only_after_words() -> None:
    seconds = Measuring(load_engine("espeak")).seconds
    assert seconds("", "anna") == seconds("\n\n", "anna") == 0.0
    assert seconds("One.\n\n", "anna") - seconds("One.", "anna") == pytest.approx(0.38, abs=0.001)


@pytest.mark.media
def test_durations_are_computed_without_what_makes_the_sound() -> None:
    from pathlib import Path

    import hibari

    path = Path(hibari.__file__).parent / "assets" / "hibari.onnx"
    part = only_output(path, DURATIONS)
    assert part is not None
    assert len(part) < path.stat().st_size / 4
    assert only_output(path, "/Gone") is None


def test_other_bytes_are_no_model() -> None:
    with pytest.raises(ValueError, match="Not a message of protobuf"):
        list(_fields(b"\x0f"))
