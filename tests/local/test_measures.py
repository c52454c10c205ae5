"""How long a voice takes to say some texts, asked over HTTP."""

from typing import Any

import pytest

from heygen_widget.local.bodies import MAX_TEXT
from tests.local.conftest import Caller

MEASURE = "/rehearsal/measure"


def test_texts_are_measured_in_order_and_the_same_each_time(caller: Caller) -> None:
    body = {"voice_id": "en-us", "texts": ["One.", "", "One, two, three, four, five."]}
    answers = [caller.http.post(MEASURE, json=body).json()["data"]["seconds"] for _ in range(2)]
    one, nothing, five = answers[0]
    assert answers[0] == answers[1]
    assert nothing == 0.0
    assert 0.3 < one < five < 6.0


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"texts": []}, "voice_id"),
        ({"voice_id": "en"}, "texts"),
        ({"voice_id": "", "texts": []}, "voice_id"),
        ({"voice_id": "en", "texts": [1]}, "texts.0"),
        ({"voice_id": "en", "texts": [], "x": 1}, "x"),
        ({"voice_id": "en", "texts": ["a" * MAX_TEXT, "b"]}, "texts"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(
    caller: Caller, body: dict[str, Any], param: str
) -> None:
    answer = caller.http.post(MEASURE, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
