"""How long a script takes: with a voice that can be asked, and without."""

# ruff: noqa: RUF001 - texts of many scripts hold marks that look like others

import pytest

from heygen_widget.local import LocalServer, launcher
from heygen_widget.script import Script
from heygen_widget.script.rates import language_of, seconds

TALK = {
    "hook": "What if your notebook could talk? (pause 2 s) It can.",
    "point": "This avatar says what your code tells it, in the order in which you tell it.",
    "silence": "...",
}


def test_each_segment_has_its_seconds_words_and_cost(local_server: LocalServer) -> None:
    script = Script(TALK)
    found = script.estimate(local=local_server)
    hook, point, silence = found
    assert [each.name for each in found] == [*TALK]
    assert (hook.words, point.words, silence.words) == (8, 16, 0)
    assert 2 + 2 < hook.seconds < 2 + 5
    assert 3 < point.seconds < 8
    assert silence.seconds < 0.5
    assert found.seconds == pytest.approx(hook.seconds + point.seconds + silence.seconds)
    assert found.low < found.seconds < found.high
    assert found.cost == pytest.approx(found.seconds * 0.05)
    assert found.cost_by_ear < found.cost / 50
    assert found["point"].wpm == pytest.approx(60 * 16 / point.seconds)
    with pytest.raises(KeyError, match="no segment 'nobody'"):
        _ = found["nobody"]


def test_a_voice_and_the_lexicon_change_the_estimate(local_server: LocalServer) -> None:
    script = Script("The GPU, the GPU, and the GPU.")
    before = script.estimate(local=local_server).seconds
    script.voice = "de"
    assert script.estimate(local=local_server).seconds != before
    script.voice = None
    script.lexicon["GPU"] = "graphics processing unit"
    assert script.estimate(local=local_server).seconds > before * 1.2


def test_another_voice_than_the_rehearsals_has_a_wider_interval(
    local_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heygen_widget.script.measure.shared_server", lambda: local_server)
    here, there = (Script(TALK).estimate(local=rehearsal) for rehearsal in (True, False))
    assert here.seconds == there.seconds
    assert there.high > here.high
    assert "another voice" in there.basis


def test_long_scripts_are_measured_in_several_requests(local_server: LocalServer) -> None:
    long = "word " * 9_000
    script = Script([long, long, long])
    assert len(script.markdown) > 100_000
    one, two, _ = script.estimate(local=local_server)
    assert one.seconds == pytest.approx(two.seconds, abs=1.0)


def test_without_the_server_rates_of_languages_do_with_a_wider_interval(
    local_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    closer = Script(TALK).estimate(local=local_server)
    monkeypatch.setattr(launcher, "_NEEDED", {"local": ["not_installed_at_all"]})
    rough = Script(TALK).estimate(local=True)
    assert rough.low < closer.seconds < rough.high
    assert rough.high - rough.low > closer.high - closer.low
    assert "heygen-widget[local]" in rough.basis


@pytest.mark.parametrize(
    ("text", "language", "least", "most"),
    [
        ("The model has converged, and its loss is lower.", "", 2.0, 4.0),
        ("Das Modell ist konvergiert, sein Verlust ist kleiner.", "de", 2.5, 5.0),
        ("模型已经收敛，损失比我们预期的要低。", "", 3.0, 6.0),
        ("モデルは収束し、損失は予想より低くなりました。", "", 3.0, 6.0),
        ("Модель сошлась, её потери ниже.", "", 1.0, 3.5),
        ("1,250", "", 1.0, 3.0),
        ("...", "", 0.0, 0.0),
    ],
)
def test_each_language_has_its_rate(text: str, language: str, least: float, most: float) -> None:
    assert least <= seconds(text, language) <= most


def test_a_voice_may_name_its_language() -> None:
    named = ["de", "pt-br", "cmn", "1bd001e7e50f421d891986aad5158bc8", "xx", None]
    assert [language_of(voice) for voice in named] == ["de", "pt", "zh", "", "", ""]


def test_an_estimate_shows_a_table_and_a_timeline_never_markup(local_server: LocalServer) -> None:
    found = Script({"<i>": "Hello.", "b": "Bye."}).estimate(local=local_server)
    shown = found._repr_html_()
    assert "<i>" not in shown
    assert shown.count("width:") > 2
    assert "total" in repr(found)
    assert "Timeline" not in Script("").estimate(local=local_server)._repr_html_()
