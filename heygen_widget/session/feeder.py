"""Hands text to the server: one queue, one request in flight, each text once and in order.

An append is not idempotent, so it is never repeated blindly. But every answer carries
`buffered_bytes`: after a failure that leaves open whether the text arrived, the server is asked
with a delta of one blank, which speaks nothing, and its count tells.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from heygen_widget.api.errors import (
    APIConnectionError,
    BadRequest,
    Gone,
    HeyGenError,
    InvalidRequest,
    RateLimited,
    ServerError,
    UnexpectedResponse,
)
from heygen_widget.api.models import AppendTextDeltaResponse
from heygen_widget.session.speech import Speech, SpeechStatus

PROBE: Final = " "
PAUSES: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds after each failed request in a row; then a text is given up."""

_log = logging.getLogger(__name__)


class Append(Protocol):
    """Sends one delta; what `AsyncAvatarRealtime.append_text` does for one session."""

    def __call__(self, delta: str, *, final: bool) -> Awaitable[AppendTextDeltaResponse]:
        """Send `delta`; with `final`, close the input behind it."""


class Ledger:
    """The server's count of bytes, as far as it is known, and what it says about a lost delta."""

    def __init__(self, seed: str) -> None:
        # Nothing documents whether the seed text counts, so both are held possible until the
        # first answer.
        self._before = {0, _size(seed)}

    def confirm(self, answer: AppendTextDeltaResponse) -> None:
        """Take the count of an answer that is beyond doubt."""
        self._before = {answer.buffered_bytes}

    def landed(self, delta: str, probes: int, answer: AppendTextDeltaResponse) -> bool | None:
        """Whether a lost `delta` arrived, by the answer to the last of `probes` blanks.

        Earlier blanks may have been lost on the way or on the way back, so any number of them may
        be in the count. None when the count fits both.
        """
        grown = {answer.buffered_bytes - before for before in self._before}
        blanks = range(1, probes + 1)
        without = any(growth in blanks for growth in grown)
        with_it = any(growth - _size(delta) in blanks for growth in grown)
        return with_it if with_it is not without else None


class Feeder:
    """Sends the speeches of one session.

    Parameters
    ----------
    append
        Sends one delta.
    seed
        The text the session was created with.
    on_change
        Called with a speech whenever its status has changed.
    """

    def __init__(self, append: Append, seed: str, on_change: Callable[[Speech], None]) -> None:
        self._append = append
        self._ledger = Ledger(seed)
        self._on_change = on_change
        self._queue: asyncio.Queue[Speech | None] = asyncio.Queue()
        self.closing = False

    def put(self, speech: Speech) -> None:
        """Queue a text behind what was said before."""
        self._queue.put_nowait(speech)

    def finish(self) -> None:
        """Close the input once everything queued was sent."""
        if not self.closing:
            self.closing = True
            self._queue.put_nowait(None)

    async def run(self) -> None:
        """Send until the input is closed.

        Raises
        ------
        HeyGenError
            When the session takes no more text. What could not be sent is marked `failed`.
        """
        while (speech := await self._queue.get()) is not None:
            try:
                await self._send(speech)
            except HeyGenError as error:
                self._change(speech, SpeechStatus.FAILED, error)
                if not isinstance(error, BadRequest | InvalidRequest):  # else: only this text
                    self._fail_the_rest(error)
                    raise
        await self._close()

    def _fail_the_rest(self, error: HeyGenError) -> None:
        while not self._queue.empty():
            if (speech := self._queue.get_nowait()) is not None:
                self._change(speech, SpeechStatus.FAILED, error)

    async def _send(self, speech: Speech) -> None:
        self._change(speech, SpeechStatus.SENDING)
        for pause in PAUSES:
            try:
                self._ledger.confirm(await self._append(speech.text, final=False))
                break
            except RateLimited as error:  # told to wait, so nothing was taken
                await asyncio.sleep(max(pause, error.retry_after or 0))
            except HeyGenError as error:
                if not _may_pass(error):
                    raise
                await asyncio.sleep(pause)
                arrived = _may_have_arrived(error) and await self._has_arrived(speech.text)
                if arrived is None:
                    self._change(speech, SpeechStatus.UNCERTAIN)
                    return
                if arrived:
                    break
        else:
            raise APIConnectionError(
                f"The text could not be sent in {len(PAUSES)} attempts.",
                hint="Check the network, then speak it again.",
            )
        self._change(speech, SpeechStatus.SENT)

    async def _has_arrived(self, delta: str) -> bool | None:
        for probes, pause in enumerate(PAUSES, start=1):
            try:
                answer = await self._append(PROBE, final=False)
            except HeyGenError as error:
                _log.debug("Asking for the count failed: %s", error)
                if isinstance(error, Gone):
                    raise
                await asyncio.sleep(pause)
                continue
            arrived = self._ledger.landed(delta, probes, answer)
            self._ledger.confirm(answer)
            return arrived
        return None

    async def _close(self) -> None:
        for pause in PAUSES:
            try:
                await self._append("", final=True)
            except Gone:
                return  # an attempt that seemed lost had arrived
            except HeyGenError as error:
                if not _may_pass(error):
                    raise
                await asyncio.sleep(pause)
            else:
                return

    def _change(self, speech: Speech, status: SpeechStatus, error: Exception | None = None) -> None:
        if speech._become(status, error):  # noqa: SLF001 (the session writes its speeches)
            self._on_change(speech)


def _size(text: str) -> int:
    return len(text.encode())


def _may_pass(error: HeyGenError) -> bool:
    return isinstance(error, APIConnectionError | RateLimited) or _may_have_arrived(error)


def _may_have_arrived(error: HeyGenError) -> bool:
    if isinstance(error, APIConnectionError):
        return error.sent is not False
    return isinstance(error, ServerError | UnexpectedResponse)
