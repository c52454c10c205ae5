"""Every curl of HeyGen's quick-start page runs here with only the host, key and id changed."""

import shlex

import httpx

from heygen_widget.local import LocalServer
from tests.local.conftest import Caller

CREATE = """
curl -X POST "https://api.heygen.com/v3/avatar-realtime" \\
  -H "X-Api-Key: $HEYGEN_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "type": "tts",
    "avatar_id": "Daisy-inskirt-20220818",
    "voice_id": "1bd001e7e50f421d891986aad5158bc8",
    "text": "Hi there — welcome to HeyGen Avatar Realtime."
  }'
"""
GET = """
curl -X GET "https://api.heygen.com/v3/avatar-realtime/a1b2c3d4-..." \\
  -H "X-Api-Key: $HEYGEN_API_KEY"
"""
APPEND = """
curl -X POST "https://api.heygen.com/v3/avatar-realtime/a1b2c3d4-.../text" \\
  -H "X-Api-Key: $HEYGEN_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{ "text": "Here are the results I found." }'
"""


def run(curl: str, server: LocalServer, stream_id: str = "") -> httpx.Response:
    here = curl.replace("\\\n", "").replace("https://api.heygen.com", server.base_url)
    here = here.replace("$HEYGEN_API_KEY", server.api_key).replace("a1b2c3d4-...", stream_id)
    program, _, method, url, *options = shlex.split(here)
    assert program == "curl"
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
    body = next((value for name, value in given if name == "-d"), None)
    return httpx.request(method, url, headers=headers, content=body and body.encode(), timeout=30)


def test_the_page_creates_a_session_and_plays_it(caller: Caller) -> None:
    created = run(CREATE, caller.server)
    assert created.status_code == 201
    stream_id = created.json()["data"]["stream_id"]
    caller.until(stream_id, "streaming")
    status = run(GET, caller.server, stream_id).json()["data"]
    assert status["stream_id"] == stream_id
    assert status["url"].endswith("/stream.m3u8")
    assert httpx.get(status["url"]).text.startswith("#EXTM3U")
    caller.cancel(stream_id)


def test_the_page_appends_text(caller: Caller) -> None:
    stream_id = caller.text_stream()
    assert run(APPEND, caller.server, stream_id).status_code == 202
    caller.append(stream_id, "", final=True)
    assert caller.words(stream_id)[2:] == ["Here", "are", "the", "results", "I", "found", "."]
