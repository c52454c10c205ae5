import pytest

from heygen_widget.script import Script


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to me@example.org or see docs.example.com/start.", ["address", "address"]),
        ("A GPU, two GPUs, GPT-4o, LiDAR, iPhone, k8s and the U.S. too.", ["acronym"] * 7),
        ("It costs $9.99, or 12 %, since 2026, until 7:30, for 1,250.", ["number"] * 5),
        ("At 5 km/h for 10 ms with 3 GB and 20 °C.", ["unit"] * 4),
        ("A naïve man said Привет to everybody in this very old town.", ["foreign", "foreign"]),
        ("这是GPU的测试。", ["acronym"]),
        (f"He said {'so ' * 30}much. Short.", ["long sentence"]),
    ],
)
def test_what_a_voice_may_stumble_over_is_listed(text: str, found: list[str]) -> None:
    problems = Script(text).check()
    assert [each.kind for each in problems] == found
    assert all(each.text in text and each.advice for each in problems)


@pytest.mark.parametrize(
    "text",
    [
        "I have 3 cats. Is it OK? No: it's (very) well-known, I'm afraid.".replace("OK", "fine"),
        "Où est le café déjà vu à côté de la forêt ?",
        "这是一个测试。",
        "Это проверка.",
    ],
)
def test_what_any_voice_says_well_is_not_listed(text: str) -> None:
    assert not Script(text).check()


def test_what_the_lexicon_has_is_not_listed() -> None:
    script = Script({"a": "A LiDAR and a GPU.", "b": "<b>H100</b>"})
    script.lexicon["LiDAR"] = "LIE-dar"
    assert [(each.segment, each.text) for each in script.check()] == [("a", "GPU"), ("b", "H100")]
    assert "listen to it" in repr(script.check())
    script.lexicon.update({"GPU": "G P U", "H100": "H one hundred"})
    nothing = "Nothing a voice should stumble over."
    assert repr(script.check()) == nothing
    assert script.check()._repr_html_() == f"<p>{nothing}</p>"
