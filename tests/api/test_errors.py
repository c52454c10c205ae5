"""Every refusal becomes the error of the tree that says what to do."""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING

import pytest

from heygen_widget.api import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    Conflict,
    Gone,
    HeyGenError,
    InsufficientCredit,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    UnexpectedResponse,
    errors,
)

if TYPE_CHECKING:
    from tests.api.conftest import Face, MakeFace, Server


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, APIError),
        (400, BadRequest),
        (401, AuthenticationFailed),
        (402, InsufficientCredit),
        (403, PermissionDenied),
        (404, NotFound),
        (409, Conflict),
        (410, Gone),
        (418, APIError),
        (422, BadRequest),
        (429, RateLimited),
        (500, ServerError),
        (502, ServerError),
        (599, ServerError),
    ],
)
def test_a_refusal_has_the_class_of_its_status_and_carries_everything(
    make_face: MakeFace, server: Server, status: int, kind: type[APIError]
) -> None:
    error = {"code": "some_code", "message": "Because.", "param": "text", "doc_url": "https://d"}
    server.answers(status, {"error": error}, X_Request_Id="req-7")

    with pytest.raises(APIError) as caught:
        make_face(max_retries=0).append()

    problem = caught.value
    assert type(problem) is kind
    assert (problem.status, problem.code, problem.param) == (status, "some_code", "text")
    assert (problem.doc_url, problem.request_id) == ("https://d", "req-7")
    assert str(problem).startswith(f"Appending text failed ({status} some_code): Because.")
    assert str(problem).endswith("(request id req-7)")


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_create_that_is_not_enabled_says_so(face: Face, server: Server, status: int) -> None:
    server.answers(status, {"error": {"code": "not_found", "message": "Nothing here."}})

    with pytest.raises(APIError, match="not enabled for this account, or was withdrawn"):
        face.open_session()


def test_text_after_the_end_says_that_the_input_is_closed(face: Face, server: Server) -> None:
    server.answers(410, {"error": {"code": "gone", "message": "Closed."}})

    with pytest.raises(Gone, match="open a new session"):
        face.append()


def test_a_wrong_key_says_where_to_correct_it(face: Face, server: Server) -> None:
    server.answers(401, {"error": {"code": "unauthorized", "message": "Invalid API key"}})

    with pytest.raises(AuthenticationFailed, match="HEYGEN_API_KEY"):
        face.open_session()


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"", "", "Bad Gateway"),
        (b"upstream\r\n  is\tdown\x00", "text/plain", "upstream is down"),
        (b"<!DOCTYPE html><title>502 nginx</title><p>x", "text/html", "a web page: 502 nginx"),
        (b"<html><body>hm", "text/html; charset=nonsense", "a web page"),
        (b'{"error": "plain words"}', "application/json", "plain words"),
        (b'{"code": 10013, "message": "old envelope"}', "application/json", "old envelope"),
        (b'{"detail": {"message": "other house"}}', "application/json", "other house"),
        (b'{"detail": "Method Not Allowed"}', "application/json", "Method Not Allowed"),
        (b'{"error": {"message": {"no": "string"}}}', "application/json", "Bad Gateway"),
        (b'["a list"]', "application/json", "Bad Gateway"),
        (b"null", "application/json", "Bad Gateway"),
        (b"\xff\xfe\x00bad bytes", "application/json", "bad bytes"),
        (b"[" * 100_000, "application/json", "[[[["),
    ],
)
def test_any_error_body_makes_a_readable_error(
    face: Face, server: Server, body: bytes, content_type: str, message: str
) -> None:
    server.answers(502, body, content_type)

    with pytest.raises(ServerError, match=re.escape(message)) as caught:
        face.append()

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


def test_numbers_as_codes_stay_readable(face: Face, server: Server) -> None:
    server.answers(400, {"code": 10013, "message": "no such thing"})

    with pytest.raises(BadRequest) as caught:
        face.append()

    assert caught.value.code == "10013"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<html>sign in to the hotel</html>",
        b"[]",
        b"null",
        b'{"stream_id": "s1"}',
        b'{"data": null}',
        b'{"data": {"stream_id": 7}}',
        b'{"data": {"stream_id": "s1"}',
        b'{"data": ' + b"[" * 100_000,
    ],
)
def test_a_good_status_with_a_wrong_body_is_a_typed_error(
    face: Face, server: Server, body: bytes
) -> None:
    server.answers(201, body, X_Request_Id="req-8")

    with pytest.raises(UnexpectedResponse, match="cannot be read") as caught:
        face.open_session()

    assert (caught.value.status, caught.value.request_id) == (201, "req-8")
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(face: Face, server: Server) -> None:
    server.answers(307, Location=f"{server.base_url}/elsewhere")

    with pytest.raises(APIError, match="redirects"):
        face.open_session()

    assert len(server.requests) == 1


def test_errors_survive_pickling(face: Face, server: Server) -> None:
    server.answers(410, {"error": {"code": "gone", "message": "Closed."}}, X_Request_Id="req-9")
    with pytest.raises(Gone) as caught:
        face.append()

    copy = pickle.loads(pickle.dumps(caught.value))

    assert type(copy) is Gone
    assert (str(copy), vars(copy)) == (str(caught.value), vars(caught.value))


def test_the_drawn_tree_is_the_real_tree() -> None:
    drawn = re.findall(r"^( *)[*·+] (\w+)", errors.__doc__ or "", re.MULTILINE)
    parents: dict[str, str] = {}
    branch: list[str] = []
    for indent, name in drawn:
        del branch[len(indent) // 2 :]
        parents[name] = branch[-1] if branch else "Exception"
        branch.append(name)

    real = {
        name: thing.__base__.__name__
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, HeyGenError) and thing.__base__
    }

    assert parents == real
