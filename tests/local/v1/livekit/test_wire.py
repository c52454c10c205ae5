"""Messages on the wire."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.local.v1.livekit.messages import (
    DATA_PACKET,
    MAX_JOIN,
    REQUEST,
    RESPONSE,
    unpack_join_request,
)
from heygen_widget.local.v1.livekit.wire import Field, Schema, WireError

INNER = Schema(name=Field(1, "str"))
OUTER = Schema(
    number=Field(1, "int"),
    flag=Field(2, "bool"),
    text=Field(15, "str"),
    data=Field(16, "bytes"),
    inner=Field(200, INNER),
    many=Field(3, INNER, repeated=True),
    numbers=Field(4, "int", repeated=True),
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "number": st.integers(0, 2**64 - 1),
            "flag": st.booleans(),
            "text": st.text(),
            "data": st.binary(),
            "inner": st.fixed_dictionaries({}, optional={"name": st.text()}),
            "many": st.lists(st.fixed_dictionaries({"name": st.text()}), min_size=1),
            "numbers": st.lists(st.integers(0, 2**40), min_size=1),
        },
    )
)
def test_what_is_written_is_read(message: dict[str, object]) -> None:
    assert OUTER.decode(OUTER.encode(message)) == message


@given(st.binary(max_size=40))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    for schema in (OUTER, REQUEST, DATA_PACKET):
        try:
            assert isinstance(schema.decode(data), dict)
        except WireError:
            continue


def test_bytes_are_those_of_protobuf() -> None:
    # A ping (field 14, 150), and an answer (field 2) of type (1) "answer" with id (3) 1.
    assert REQUEST.decode(bytes.fromhex("709601")) == {"ping": 150}
    assert RESPONSE.encode({"answer": {"type": "answer", "id": 1}}).hex() == (
        "120a" + "0a06" + b"answer".hex() + "1801"
    )


def test_fields_nobody_knows_are_skipped() -> None:
    # Field 99: a number, bytes, 8 and 4 fixed bytes. Then the one that is known.
    unknown = "98060a" + "9a0602aabb" + "9906" + "00" * 8 + "9d06" + "00" * 4
    assert REQUEST.decode(bytes.fromhex(unknown + "709601")) == {"ping": 150}


@pytest.mark.parametrize("packed", [True, False])
def test_a_join_request_is_unpacked(packed: bool) -> None:  # noqa: FBT001 - a parameter
    request = Schema(reconnect=Field(7, "bool"), participant_sid=Field(9, "str"))
    asked = {"reconnect": True, "participant_sid": "PA_1"}
    inner = request.encode(asked)
    wrapper = Schema(compression=Field(1, "int"), join_request=Field(2, "bytes"))
    wrapped = {
        "compression": int(packed),
        "join_request": gzip.compress(inner) if packed else inner,
    }
    assert unpack_join_request(wrapper.encode(wrapped)) == asked


@pytest.mark.parametrize(
    "inner",
    [b"no gzip", gzip.compress(bytes(MAX_JOIN + 1)), gzip.compress(b"\xff")],
    ids=["not compressed", "too long", "no message"],
)
def test_a_join_request_that_is_none_is_refused(inner: bytes) -> None:
    wrapper = Schema(compression=Field(1, "int"), join_request=Field(2, "bytes"))
    with pytest.raises(WireError):
        unpack_join_request(wrapper.encode({"compression": 1, "join_request": inner}))
