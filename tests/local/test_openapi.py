"""The server against HeyGen's OpenAPI document, by a property-based tester."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis

from heygen_widget.local import LocalServer
from tests.local.conftest import SESSIONS
from tests.local.openapi import assert_kept

DOCUMENT = Path(__file__).with_name("avatar-realtime.openapi.yaml")
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
LONGEST = 100_000  # the tester's long texts are ASCII, where characters are bytes
EVENT = {
    "type": "object",
    "required": ["data"],
    "additionalProperties": False,
    "properties": {"event": {"const": "end"}, "data": {"type": "string"}},
}
CONFIG = f"""
[[operations]]
include-name = "POST {SESSIONS}/{{stream_id}}/text"
# Whether a stream takes this text depends on its type and its past, which no schema can say.
checks.positive_data_acceptance.expected-statuses = ["202", "400", "404", "410"]
"""


def test_the_server_keeps_every_promise_of_the_document(
    server_with: Callable[..., LocalServer], tmp_path: Path
) -> None:
    # Sessions stay pending and end soon: hundreds of them must not all be drawn and encoded.
    server = server_with(concurrency=100_000, warm_up=60.0, max_length=0.3)
    assert_kept(server, full_document(), tmp_path, config=CONFIG)


def full_document() -> dict[str, Any]:
    """Return HeyGen's document with what its prose and its other pages say written out."""
    document: dict[str, Any] = copy.deepcopy(schemathesis.openapi.from_path(DOCUMENT).raw_schema)
    add_what_the_prose_says(document["components"]["schemas"])
    add_words_and_cancel(document)
    add_answers(document["paths"])
    add_links(document["paths"][SESSIONS]["post"]["responses"]["201"])
    return document


def add_what_the_prose_says(schemas: dict[str, Any]) -> None:
    append = schemas["AppendTextDeltaRequest"]
    append["properties"]["delta"]["maxLength"] = LONGEST
    append["anyOf"] = [
        {"properties": {"delta": {"minLength": 1}}},
        {"properties": {"final": {"const": True}}, "required": ["final"]},
    ]
    for name in ("CreateAvatarRealtimeTTS", "CreateAvatarRealtimeTextStream"):
        schemas[name]["properties"]["text"]["maxLength"] = LONGEST
    schemas["AssetBase64"]["properties"]["data"]["pattern"] = BASE64


def add_words_and_cancel(document: dict[str, Any]) -> None:
    """Add the two operations that have no reference page of their own."""
    paths = document["paths"]
    get = paths[SESSIONS + "/{stream_id}"]["get"]
    words, cancel = copy.deepcopy(get), copy.deepcopy(get)
    words["operationId"] = "streamAvatarRealtimeWords"
    words["responses"]["200"]["content"] = {"text/event-stream": {"schema": EVENT}}
    cancel["operationId"] = "cancelAvatarRealtimeSession"
    del cancel["responses"]["200"]
    cancel["responses"]["202"] = answer(
        {
            "type": "object",
            "required": ["data"],
            "properties": {
                "data": {
                    "type": "object",
                    "required": ["stream_id", "cancelled"],
                    "properties": {
                        "stream_id": {"type": "string"},
                        "cancelled": {"type": "boolean"},
                    },
                }
            },
        }
    )
    paths[SESSIONS + "/{stream_id}/words"] = {"get": words}
    paths[SESSIONS + "/{stream_id}/cancel"] = {"post": cancel}


def add_answers(paths: dict[str, Any]) -> None:
    """Add what HeyGen answers by its prose or its list of error codes, and tighten the rest."""
    error = {
        "type": "object",
        "required": ["error"],
        "additionalProperties": False,
        "properties": {"error": {"$ref": "#/components/schemas/StandardAPIError"}},
    }
    paths[SESSIONS]["post"]["responses"]["413"] = answer(error)
    paths[SESSIONS + "/{stream_id}/text"]["post"]["responses"]["410"] = answer(error)
    paths[SESSIONS + "/{stream_id}/text"]["post"]["responses"]["413"] = answer(error)
    for path in paths.values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                response.setdefault("headers", {})["X-Request-Id"] = {
                    "required": True,
                    "schema": {"type": "string", "minLength": 1},
                }
                if status.startswith("4"):
                    response["content"]["application/json"]["schema"] = error
                elif "application/json" in response["content"]:
                    response["content"]["application/json"]["schema"]["required"] = ["data"]


def add_links(created: dict[str, Any]) -> None:
    """Say that the id of a new session is the one all other operations take."""
    operations = (
        "getAvatarRealtimeSession",
        "appendAvatarRealtimeText",
        "streamAvatarRealtimeWords",
        "cancelAvatarRealtimeSession",
    )
    created["links"] = {
        name: {
            "operationId": name,
            "parameters": {"stream_id": "$response.body#/data/stream_id"},
        }
        for name in operations
    }


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "See the prose.", "content": {"application/json": {"schema": schema}}}
