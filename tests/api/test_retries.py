"""What is sent again, what never is, and how long the client waits in between."""

from __future__ import annotations

import email.utils
import time
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.api import APIConnectionError, RateLimited, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.conftest import Face, MakeFace, Server

LIMIT = {"error": {"code": "rate_limit_exceeded", "message": "Too many requests."}}
PENDING = {"data": {"stream_id": "s1", "status": "pending"}}

POSTS: list[Callable[[Face], Any]] = [
    lambda face: face.open_session(),
    lambda face: face.append(),
    lambda face: face.cancel(),
]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda face: face.open_session(), {"stream_id": "s1"}),
        (lambda face: face.append(), {"buffered_bytes": 2}),
        (lambda face: face.cancel(), {"stream_id": "s1", "cancelled": True}),
        (lambda face: face.get(), PENDING["data"]),
    ],
    ids=["create", "append", "cancel", "get"],
)
def test_a_refusal_for_being_too_many_is_tried_again_when_the_server_says(
    face: Face, server: Server, call: Callable[[Face], Any], answer: dict[str, Any]
) -> None:
    server.answers(429, LIMIT, Retry_After="2")
    server.answers(202, {"data": answer})

    call(face)

    assert face.pauses == [2.0]
    first, second = server.requests
    assert (first.target, first.body) == (second.target, second.body)
    assert first.headers["x-api-key"] == second.headers["x-api-key"]


def test_a_place_in_a_queue_is_told_at_once_since_it_may_take_long(
    face: Face, server: Server
) -> None:
    server.answers(429, LIMIT, Retry_After="2", X_Queue_Position="3", X_Queue_Wait="125")

    with pytest.raises(RateLimited) as refused:
        face.open_session()

    assert face.pauses == []
    assert (refused.value.position, refused.value.wait) == (3, 125.0)
    assert refused.value.retry_after == 2


@pytest.mark.parametrize("position", ["0", "-1", "x", "1" * 30, "³"])
def test_what_is_no_place_in_a_queue_is_a_refusal_like_others(
    face: Face, server: Server, position: str
) -> None:
    server.answers(429, LIMIT, Retry_After="2", X_Queue_Position=position)
    server.answers(202, {"data": {"stream_id": "s1"}})

    face.open_session()

    assert face.pauses == [2.0]


@pytest.mark.parametrize("asked", ["3600", "1e9"])
def test_nobody_is_kept_waiting_for_more_than_half_a_minute(
    face: Face, server: Server, asked: str
) -> None:
    server.answers(429, LIMIT, Retry_After=asked)
    server.answers(200, PENDING)

    face.get()

    assert face.pauses == [30.0]


def test_retry_after_may_be_a_date(face: Face, server: Server) -> None:
    server.answers(429, LIMIT, Retry_After=email.utils.formatdate(time.time() + 20, usegmt=True))
    server.answers(429, LIMIT, Retry_After=email.utils.formatdate(time.time() - 20, usegmt=True))
    server.answers(200, PENDING)

    face.get()

    future, past = face.pauses
    assert 0 < future <= 20
    assert past == 0


@pytest.mark.parametrize("asked", ["", "soon", "-5", "nan", "inf", "Mon, 99 Foo 2026"])
def test_without_a_usable_retry_after_the_pauses_grow(
    face: Face, server: Server, asked: str
) -> None:
    for _ in range(2):
        server.answers(429, LIMIT, Retry_After=asked)
    server.answers(200, PENDING)

    face.get()

    first, second = face.pauses
    assert 0.375 <= first <= 0.625
    assert 0.75 <= second <= 1.25


def test_a_limit_that_stays_is_reported_with_the_wait_it_asks_for(
    face: Face, server: Server
) -> None:
    for _ in range(3):
        server.answers(429, LIMIT, Retry_After="45")

    with pytest.raises(RateLimited) as caught:
        face.open_session()

    assert caught.value.retry_after == 45
    assert face.pauses == [30.0, 30.0]


def test_retries_can_be_switched_off(make_face: MakeFace, server: Server) -> None:
    face = make_face(max_retries=0)
    server.answers(429, LIMIT, Retry_After="1")

    with pytest.raises(RateLimited):
        face.get()

    assert face.pauses == []


def test_reading_is_repeated_when_the_server_fails(face: Face, server: Server) -> None:
    server.answers(503, b"<html>busy", "text/html", Retry_After="4")
    server.resets()
    server.answers(200, PENDING)

    assert face.get().status == "pending"

    assert face.pauses[0] == 4
    assert len(face.pauses) == 2


def test_reading_gives_up_after_two_repeats(face: Face, server: Server) -> None:
    for _ in range(3):
        server.answers(500)

    with pytest.raises(ServerError):
        face.get()

    assert len(server.requests) == 3


@pytest.mark.parametrize("call", POSTS, ids=["create", "append", "cancel"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_changes_something_is_never_repeated_when_the_server_fails(
    face: Face, server: Server, call: Callable[[Face], Any], status: int
) -> None:
    server.answers(status, Retry_After="1")

    with pytest.raises(ServerError, match="may still have carried out the request"):
        call(face)

    assert (len(server.requests), face.pauses) == (1, [])


@pytest.mark.parametrize("call", POSTS, ids=["create", "append", "cancel"])
def test_what_changes_something_is_never_repeated_when_the_connection_breaks(
    face: Face, server: Server, call: Callable[[Face], Any]
) -> None:
    server.resets()

    with pytest.raises(APIConnectionError):
        call(face)

    assert (len(server.requests), face.pauses) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410])
def test_a_refusal_for_good_is_not_argued_with(face: Face, server: Server, status: int) -> None:
    server.answers(status)

    with pytest.raises(Exception, match=str(status)):
        face.get()

    assert len(server.requests) == 1
