"""Words as they are spoken: tolerant of everything but a lost connection."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heygen_widget.api import (
    APIConnectionError,
    APITimeoutError,
    AsyncHeyGen,
    HeyGen,
    NotFound,
    UnexpectedResponse,
    WordBatch,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import Face, MakeFace, Server

EVENTS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
END = b"event: end\ndata: {}\n\n"


def frame(*words: str, event: str = "") -> bytes:
    batch = {"words": [{"word": word, "start": 0.5, "end": 1} for word in words]}
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(batch, ensure_ascii=False)}\n\n".encode()


def said(batches: list[WordBatch]) -> list[str]:
    return [word.word for batch in batches for word in batch.words]


def test_words_come_in_order_until_the_end(face: Face, server: Server) -> None:
    server.streams(frame("Hello", ","), frame("world"), END, frame("never"))

    batches = face.words()

    assert [said([batch]) for batch in batches] == [["Hello", ","], ["world"]]
    assert (batches[0].words[0].start, batches[0].words[0].end) == (0.5, 1.0)
    (request,) = server.requests
    assert request.target == "/v3/avatar-realtime/s1/words"
    assert request.headers["accept"] == "text/event-stream"


@pytest.mark.parametrize(
    "end", [END, b"event: end\n\n", b"event: end\ndata: null\n\n", b"event:end\ndata: {oops\n\n"]
)
def test_end_is_the_end_whatever_it_carries(face: Face, server: Server, end: bytes) -> None:
    server.streams(frame("all"), end)

    assert said(face.words()) == ["all"]


@pytest.mark.parametrize(
    "noise",
    [
        b": keep-alive\n\n",
        b"\n\n\n",
        b"data:\n\n",
        b"data: {}\n\n",
        b"data: null\n\n",
        b'data: {"words": [{"word": "no times"}]}\n\n',
        b'data: {"words": [{"word": "x", "start": NaN, "end": 1}]}\n\n',
        b'data: {"words": []}\n\n',
        b"data: [1, 2\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        frame("from the future", event="weather"),
        b"event: ping\n\n",
        b"id: 7\nretry: soon\nnonsense\nfield: value\n\n",
        b"data: \xff\xfe\xfa\n\n",
    ],
)
def test_what_is_not_understood_is_passed_over(face: Face, server: Server, noise: bytes) -> None:
    server.streams(noise, frame("one"), noise, frame("two"), noise, END)

    assert said(face.words()) == ["one", "two"]


def test_words_of_every_script_arrive_unharmed(face: Face, server: Server) -> None:
    strange = ["שלום", "🙂", "line\u2028separator", "日本語", "\x85"]
    server.streams(b"\xef\xbb\xbf", frame(*strange), END)

    assert said(face.words()) == strange


def test_words_make_a_table_as_they_are() -> None:
    import pandas as pd

    words = WordBatch.model_validate(json.loads(frame("Hello", "there")[6:])).words
    table = pd.DataFrame(words)
    assert table.to_dict("list") == {"word": ["Hello", "there"], "start": [0.5] * 2, "end": [1] * 2}


def test_a_connection_that_ends_before_the_words_do_is_an_error(face: Face, server: Server) -> None:
    server.streams(frame("half"), b'data: {"words": [{"wo')

    seen: list[WordBatch] = []
    with pytest.raises(APIConnectionError, match="was cut off"):
        face.words(seen=seen)

    assert said(seen) == ["half"]


def test_a_reset_in_the_middle_is_an_error(face: Face, server: Server) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n"
    server.resets(head + frame("half"))

    with pytest.raises(APIConnectionError):
        face.words()


@pytest.mark.usefixtures("_impatient")
def test_silence_without_end_is_a_time_out(make_face: MakeFace, server: Server) -> None:
    server.falls_silent(EVENTS_HEAD + frame("one"))

    with pytest.raises(APITimeoutError):
        make_face(timeout=2.0, max_retries=0).words()

    assert server.hung_up.wait(60)


def test_a_stream_of_words_may_be_quiet_for_longer_than_an_answer_takes(
    make_face: MakeFace,
) -> None:
    patience = make_face(timeout=0.1).client._settings

    assert patience.timeouts(streamed=False).read == 0.1
    assert patience.timeouts(streamed=True).read == 120


def test_following_can_be_taken_up_again(face: Face, server: Server) -> None:
    server.streams(frame("one"))
    server.streams(frame("one"), frame("two"), END)

    with pytest.raises(APIConnectionError):
        face.words()

    assert said(face.words()) == ["one", "two"]


def test_opening_is_repeated_like_any_reading(face: Face, server: Server) -> None:
    server.answers(503)
    server.resets()
    server.streams(frame("one"), END)

    assert said(face.words()) == ["one"]
    assert len(face.pauses) == 2


def test_a_server_without_words_says_so(face: Face, server: Server) -> None:
    server.answers(404, {"error": {"code": "not_found", "message": "Nothing."}})

    with pytest.raises(NotFound, match="no word timestamps"):
        face.words()


@pytest.mark.parametrize("content_type", ["application/json", "text/html", ""])
def test_an_answer_that_is_no_stream_of_events_is_a_typed_error(
    face: Face, server: Server, content_type: str
) -> None:
    server.answers(200, {"data": {"words": []}}, content_type)

    with pytest.raises(UnexpectedResponse):
        face.words()


@pytest.mark.parametrize("cut", [True, False], ids=["in the middle", "after the end"])
def test_leaving_hangs_up_at_once(face: Face, server: Server, *, cut: bool) -> None:
    server.falls_silent(EVENTS_HEAD + frame("one") + (b"" if cut else END))

    if cut:
        face.first_words()
    else:
        face.words()

    assert server.hung_up.wait(60)


def test_nothing_is_asked_before_the_first_word_is_wanted(face: Face, server: Server) -> None:
    face.client.avatar_realtime.words("s1")

    assert server.requests == []


def test_a_cancelled_listener_hangs_up(server: Server, key: str) -> None:
    server.falls_silent(EVENTS_HEAD + frame("one"))

    async def listen_and_be_cancelled() -> None:
        heard = asyncio.Event()

        async def listen(client: AsyncHeyGen) -> None:
            async with client.avatar_realtime.words("s1") as words:
                async for _ in words:
                    heard.set()

        async with AsyncHeyGen(key, server.base_url) as client:
            listener = asyncio.create_task(listen(client))
            await heard.wait()
            listener.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listener

    asyncio.run(listen_and_be_cancelled())
    assert server.hung_up.wait(60)


NOISE = st.sampled_from(
    [b": hello\n\n", b"data:\n\n", b"data: {oops\n\n", b"event: x\ndata: 1\n\n"]
)
WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1)


@settings(deadline=None)
@given(
    frames=st.lists(st.one_of(NOISE, WORDS), max_size=5),
    newline=st.sampled_from([b"\n", b"\r\n", b"\r"]),
    cuts=st.lists(st.integers(0, 2000), max_size=12),
)
def test_words_do_not_depend_on_how_the_bytes_are_cut(
    frames: list[bytes | list[str]], newline: bytes, cuts: list[int]
) -> None:
    blocks = [block if isinstance(block, bytes) else frame(*block) for block in frames]
    wire = b"".join([*blocks, END]).replace(b"\n", newline)
    edges = [0, *sorted(cut % len(wire) for cut in cuts), len(wire)]

    def chunks() -> Iterator[bytes]:
        for start, end in pairwise(edges):
            yield wire[start:end]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=chunks())

    # Over TCP nobody can choose where the bytes are cut.
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        heard = list(HeyGen("k", http_client=http).avatar_realtime.words("s1"))

    assert said(heard) == [word for block in frames if isinstance(block, list) for word in block]


def test_a_word_controls_no_terminal(face: Face, server: Server) -> None:
    word = json.dumps("\x1b[2Jhi\u202e\n")
    data = f'data: {{"words": [{{"word": {word}, "start": 0, "end": 1}}]}}\n\nevent: end\n\n'
    server.streams(data.encode())

    ((batch,),) = (batch.words for batch in face.words())

    assert batch.word == " [2Jhi\u202e "
