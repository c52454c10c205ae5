"""Bodies with a file in them: taken apart alike however they are cut and written."""

import base64
import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.local.audio_body import AudioBody
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import MAX_JSON


def taken(body: bytes, *cuts: int) -> AudioBody:
    """Take a body apart that comes in pieces."""
    places = [0, *sorted(cuts), len(body)]
    audio = AudioBody()
    for start, end in itertools.pairwise(places):
        audio.feed(body[start:end])
    audio.finish()
    return audio


def content(audio: AudioBody) -> bytes:
    assert audio.file is not None
    return b"".join(audio.file.pieces())


@settings(max_examples=150)
@given(st.data())
def test_a_file_is_read_alike_however_its_body_is_cut_and_written(data: st.DataObject) -> None:
    file = data.draw(st.binary(max_size=200))
    coded = base64.b64encode(file).decode()
    coded = data.draw(st.sampled_from([coded, base64.encodebytes(file).decode()]))
    fields: dict[str, Any] = {'te"xt\\': 'a "data": "\\', "data": coded, "more": ["data", {}]}
    written = json.dumps(
        {"audio": fields}, separators=data.draw(st.sampled_from([None, (",", ":")]))
    )
    written = written.replace("/", data.draw(st.sampled_from(["/", r"\/", r"\u002f"])))
    cuts = data.draw(st.lists(st.integers(0, len(written)), max_size=8))
    audio = taken(written.encode(), *cuts)
    assert content(audio) == file
    assert not audio.damaged
    assert json.loads(audio.json) == {"audio": {**fields, "data": "AAAA"}}


@settings(max_examples=150)
@given(st.binary(max_size=60).map(lambda body: b'{"data": "' + body), st.integers(0, 60))
def test_no_body_makes_more_than_an_error(body: bytes, cut: int) -> None:
    try:
        taken(body, min(cut, len(body)))
    except ApiError:
        return


@pytest.mark.parametrize(
    "coded", ["?", "YQ", "YQ=", "YQ==YQ==", "YWJj=", "=YQ=", "Ä", "YWJj" * 9 + "*"]
)
def test_what_is_not_base64_is_damaged_wherever_it_is_cut(coded: str) -> None:
    body = json.dumps({"data": coded}).encode()
    assert all(taken(body, cut).damaged for cut in range(len(body)))


@pytest.mark.parametrize("text", [r"\x", r"\u00zz", "a\nb", "\\ud800AAAA"])
def test_what_no_json_string_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ApiError, match="not valid JSON"):
        taken(f'{{"data": "{text}AAAAAAAA"}}'.encode())


def test_only_the_file_may_be_large() -> None:
    large = "A" * (MAX_JSON + 4)
    assert len(content(taken(json.dumps({"data": large}).encode()))) == len(large) * 3 // 4
    with pytest.raises(ApiError) as refused:
        taken(json.dumps({"text": large}).encode())
    assert refused.value.status == 413
