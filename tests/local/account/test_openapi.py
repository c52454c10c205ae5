"""The account's operations against the document that was written of HeyGen's."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis

from heygen_widget.local import LocalServer
from tests.local.openapi import assert_kept

DOCUMENT = Path(__file__).with_name("account.openapi.yaml")
SHORT = 200  # characters: the tester's texts of 5,000 zeros are a quarter of an hour of speech
PAGED = ("/v3/avatars", "/v3/avatars/looks", "/v3/voices", "/v3/assets")
CONFIG = f"""
[[operations]]
include-path = {[*PAGED]}
# Only the server's own page tokens are good, which no schema can say.
checks.positive_data_acceptance.expected-statuses = ["200", "400"]

[[operations]]
include-name = "POST /v3/assets"
# Only sound is stored.
checks.positive_data_acceptance.expected-statuses = ["200", "400"]

[[operations]]
include-name = "POST /v3/voices/speech"
# The texts here are shorter than the server allows.
checks.negative_data_rejection.expected-statuses = ["200", "400"]

[[operations]]
include-name = "POST /v3/videos"
# The embedded server does not render all that HeyGen does, and no more than ten at once.
checks.positive_data_acceptance.expected-statuses = ["200", "400", "409", "429"]
"""


@pytest.mark.media
def test_the_server_keeps_every_promise_of_the_document(
    long_server: LocalServer, tmp_path: Path
) -> None:
    # Films fail at once: hundreds of them must not all be drawn and encoded.
    failing = httpx.post(
        f"{long_server.base_url}/rehearsal/fail-films",
        headers={"x-api-key": long_server.api_key},
        json={"films": 1000},
    )
    assert failing.status_code == 200
    document: dict[str, Any] = schemathesis.openapi.from_path(DOCUMENT).raw_schema
    speech = document["paths"]["/v3/voices/speech"]["post"]["requestBody"]["content"]
    speech["application/json"]["schema"]["properties"]["text"]["maxLength"] = SHORT

    assert_kept(long_server, document, tmp_path, config=CONFIG, examples=15, timeout=60)
