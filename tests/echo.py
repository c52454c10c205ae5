"""A server that says the key it was sent, in every part of an answer where a server can say it.

How it does so is the first part of the path: `http://127.0.0.1:…/page/v3/avatar-realtime`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import quote

LONGEST_MESSAGE: Final = 500
"""Characters of a server's message that the client shows."""

PLAYBACK: Final = "http://playback"
"""Stands for where this server would play a stream."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says."""

    status: int
    body: str
    content_type: str = "application/json"


def _refusal(status: int, message: str, **details: str) -> Answer:
    return Answer(status, json.dumps({"error": {"message": message, **details}}))


def _state(key: str, **said: Any) -> Answer:
    """Answer all questions about a session with a state; the one that creates it, with its id."""
    state = {"stream_id": "s1", "status": "completed", **said}
    return Answer(200, json.dumps({"data": state | {"notes": key}}))


WAYS: Final[dict[str, Callable[[str], Answer]]] = {
    "message": lambda key: _refusal(
        400, f"Bad headers: { {'X-Api-Key': key} }", code=key, param=key, doc_url=f"https://d/{key}"
    ),
    "end-of-a-long-message": lambda key: _refusal(403, f"{'x' * (LONGEST_MESSAGE - 20)}{key}"),
    "end-of-a-wide-message": lambda key: _refusal(403, f"{' ' * (2 * LONGEST_MESSAGE - 20)}{key}"),
    "url-in-a-message": lambda key: _refusal(401, f"Log in at /login?key={quote(key, safe='')}"),
    "text": lambda key: Answer(500, f"X-Api-Key: {key}\n", "text/plain"),
    "page": lambda key: Answer(502, f"<html><title>No {key}</title>{key}</html>", "text/html"),
    "redirect": lambda key: Answer(302, key, "text/plain"),
    "no-json": lambda key: Answer(200, key),
    "wrong-type": lambda key: Answer(200, json.dumps({"data": {"stream_id": [key], key: key}})),
    "error-message": lambda key: _state(key, status="error", error_message=f"No key {key}."),
    "end-reason": lambda key: _state(key, end_reason=f"bad {key}"),
    "state": lambda key: _state(key, status=key),
    "playback-url": lambda key: _state(key, hls_url=f"{PLAYBACK}/{key}?key={quote(key)}"),
    "stream-id": lambda key: _state(key, stream_id=f"s-{key}"),
    "words": lambda key: Answer(
        200,
        f": {key}\n"
        f"event: words\nid: {key}\n"
        f'data: {{"words": [{{"word": "{key}", "start": 0, "end": 1}}]}}\n\n'
        f"event: {key}\ndata: {key}\n\n"
        "event: end\ndata: {}\n\n",
        "text/event-stream",
    ),
}
"""Makes an answer of the key that a request brings."""


class Echo(ThreadingHTTPServer):
    """The server; it serves while its ``with`` block lasts.

    Attributes
    ----------
    given_away
        Paths outside of the API to which a key was sent.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.given_away: list[str] = []
        self._serving = Thread(target=self.serve_forever, args=(0.01,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._serving.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Echo

    def do_GET(self) -> None:
        self._say(self._answer() if "/v3/" in self.path else self._playback())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._say(self._answer())

    def _answer(self) -> Answer:
        way = self.path.split("/")[1]
        answer = WAYS[way](self.headers["x-api-key"])
        if answer.status != HTTPStatus.OK or (way == "words") == self.path.endswith("/words"):
            return answer
        return _state("") if way == "words" else _refusal(404, "There are no words.")

    def _playback(self) -> Answer:
        """Answer what is no part of the API, and needs no key."""
        if "x-api-key" in self.headers:
            self.server.given_away.append(self.path)
        return Answer(200, "This is no playlist.", "text/plain")

    def _say(self, answer: Answer) -> None:
        body = answer.body.replace(PLAYBACK, f"{self.server.base_url}/playback").encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep silent."""
