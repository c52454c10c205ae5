"""Asks the embedded avatar server how long its voice takes to say some texts.

Where that is not installed, tells it by the rates of languages.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import httpx

from heygen_widget.api.plain import one_line
from heygen_widget.lifecycle.connection import shared_server
from heygen_widget.script import rates
from heygen_widget.script.errors import ScriptError
from heygen_widget.session.text import LARGEST_REQUEST, size_of

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer

OWN: Final = 0.05
"""What the embedded server's own voices may differ by from what it measures."""
ANOTHER: Final = 0.2
"""What another voice may differ by from them."""
BY_RATE: Final = 0.3
"""What any voice may differ by from the rates of languages."""
TIMEOUT: Final = 60.0
"""Seconds: the voice may have to be loaded first."""


class Measured(NamedTuple):
    """The seconds of some texts, what they may differ by, and what they rest on."""

    seconds: list[float]
    margin: float
    basis: str


def measure(
    texts: Sequence[str], voice: str, *, rehearsal: bool, server: "LocalServer | None" = None
) -> Measured:
    """Tell how long a voice takes to say each text.

    Parameters
    ----------
    texts
        As the voice is told them.
    voice
        A voice id.
    rehearsal
        Whether the embedded server's voice will say them.
    server
        Which server to ask; by default, that of this process.

    Raises
    ------
    ScriptError
        When the server refuses.
    """
    from heygen_widget.local import LocalServerError  # noqa: PLC0415 (only where one is asked)
    from heygen_widget.local.launcher import check_extras  # noqa: PLC0415

    try:
        check_extras("local")
    except LocalServerError:
        language = rates.language_of(voice)
        seconds = [rates.seconds(text, language) for text in texts]
        basis = "By the rate of the language: pip install 'heygen-widget[local]' for a closer one."
        return Measured(seconds, BY_RATE, basis)
    asked = server.start() if server is not None else shared_server()
    seconds = [each for some in _batches(texts) for each in _asked(some, voice, asked)]
    if rehearsal:
        return Measured(seconds, OWN, "By the durations of the rehearsal's voice.")
    return Measured(
        seconds,
        ANOTHER,
        "By the durations of the rehearsal's voice: another voice may be slower or faster.",
    )


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Divide texts into what fits in one request."""
    batch: list[str] = []
    size = 0
    for text in texts:
        size += size_of(text)
        if batch and size > LARGEST_REQUEST:
            yield batch
            batch, size = [], size_of(text)
        batch.append(text)
    if batch:
        yield batch


def _asked(texts: Sequence[str], voice: str, server: "LocalServer") -> list[float]:
    try:
        answer = httpx.post(
            f"{server.base_url}/rehearsal/measure",
            json={"voice_id": voice, "texts": list(texts)},
            headers={"x-api-key": server.api_key},
            timeout=TIMEOUT,
            trust_env=False,  # the server is on this machine
        )
        body = answer.json()
        if answer.is_error:
            raise ScriptError(f"The script cannot be measured: {body['error']['message']}")
        seconds: list[float] = body["data"]["seconds"]
    except (httpx.HTTPError, ValueError, LookupError) as error:
        if isinstance(error, ScriptError):
            raise
        reason = one_line(str(error) or type(error).__name__)
        raise ScriptError(f"The embedded server did not measure the script: {reason}") from None
    return seconds
