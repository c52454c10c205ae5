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

    def __init__(self) -> None:
        self._before = {0}

    def open(self, seed: str) -> None:
        """Note what the session was created with.

        Nothing documents whether that counts, so both are held possible until the first answer.
        """
        self._before = {0, _size(seed)}

    def confirm(self, answer: AppendTextDeltaResponse) -> None:
        """Take the count of an answer that is beyond doubt."""
        self._before = {answer.buffered_bytes}

    def doubt(self, delta: str, probes: int) -> None:
        """Note that `delta` and any number of `probes` blanks may have arrived, or not."""
        self._before = {
            before + arrived + blanks
            for before in self._before
            for arrived in (0, _size(delta))
            for blanks in range(probes + 1)
        }

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
    on_delta
        Called with a speech and a delta of it that is about to be sent.
    on_change
        Called with a speech whenever its status has changed.
    on_whole
        Called with a speech once all of it was sent.
    """

    def __init__(
        self,
        append: Append,
        on_delta: Callable[[Speech, str], None],
        on_change: Callable[[Speech], None],
        on_whole: Callable[[Speech], None],
    ) -> None:
        self._append = append
        self._on_whole = on_whole
        self._ledger = Ledger()
        self._on_delta = on_delta
        self._on_change = on_change
        self._queue: asyncio.Queue[Speech | None] = asyncio.Queue()
        self._opening: Speech | None = None  # the rest of it is sent first
        self.closing = False

    def put(self, speech: Speech) -> None:
        """Queue a speech behind what was said before."""
        self._queue.put_nowait(speech)

    def finish(self) -> None:
        """Close the input once everything queued was sent."""
        if not self.closing:
            self.closing = True
            self._queue.put_nowait(None)

    async def seed(self, speech: Speech | None) -> str | None:
        """Wait for the first words of a session, from `speech` or one behind it.

        None when none of those that are queued has any.
        """
        while speech is not None:
            delta = await speech._next_delta()  # noqa: SLF001 (the session writes its speeches)
            if delta is not None:
                self._opening = speech
                self._on_delta(speech, delta)
                self._change(speech, SpeechStatus.SENDING)
                self._ledger.open(delta)
                return delta
            self._settle(speech, sure=True)
            speech = None if self._queue.empty() else self._queue.get_nowait()
        return None

    async def run(self) -> None:
        """Send the rest of the speech that opened the session, then others, until closed.

        Raises
        ------
        HeyGenError
            When the session takes no more text. What was not sent by then keeps its status.
        """
        speech = self._opening or await self._queue.get()
        while speech is not None:
            try:
                await self._speak(speech)
            except (BadRequest, InvalidRequest) as error:  # only this text
                self._change(speech, SpeechStatus.FAILED, error)
            speech = await self._queue.get()
        await self._close()

    async def _speak(self, speech: Speech) -> None:
        sure = True
        while (delta := await speech._next_delta()) is not None:  # noqa: SLF001 (as above)
            self._on_delta(speech, delta)
            self._change(speech, SpeechStatus.SENDING)
            try:
                sure &= await self._send(delta)
            except (Gone, asyncio.CancelledError):  # the session is over
                speech._put_back(delta)  # noqa: SLF001 (as above)
                raise
        self._settle(speech, sure=sure)

    def _settle(self, speech: Speech, *, sure: bool) -> None:
        """Say what became of a speech whose text has come to its end."""
        if (error := speech._source_error) is not None:  # noqa: SLF001 (as above)
            self._change(speech, SpeechStatus.FAILED, error)
        elif not speech._said.strip():  # noqa: SLF001 (as above)
            error = ValueError("There was nothing to say: the source gave no text.")
            self._change(speech, SpeechStatus.FAILED, error)
        else:
            speech._whole = True  # noqa: SLF001 (as above)
            self._change(speech, SpeechStatus.SENT if sure else SpeechStatus.UNCERTAIN)
            self._on_whole(speech)

    async def _send(self, delta: str) -> bool:
        """Send one delta. Returns False when nobody can tell whether it arrived."""
        for pause in PAUSES:
            try:
                self._ledger.confirm(await self._append(delta, final=False))
            except RateLimited as error:  # told to wait, so nothing was taken
                await asyncio.sleep(max(pause, error.retry_after or 0))
            except HeyGenError as error:
                if not _may_pass(error):
                    raise
                await asyncio.sleep(pause)
                arrived = _may_have_arrived(error) and await self._has_arrived(delta)
                if arrived is not False:
                    return arrived is True
            else:
                return True
        raise _given_up("The text")

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
        self._ledger.doubt(delta, len(PAUSES))
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
        raise _given_up("The end of the text")

    def _change(self, speech: Speech, status: SpeechStatus, error: Exception | None = None) -> None:
        if speech._become(status, error):  # noqa: SLF001 (the session writes its speeches)
            self._on_change(speech)


def _given_up(what: str) -> APIConnectionError:
    return APIConnectionError(
        f"{what} could not be sent in {len(PAUSES)} attempts.",
        hint="Check the network, then speak again.",
    )


def _size(text: str) -> int:
    return len(text.encode())


def _may_pass(error: HeyGenError) -> bool:
    return isinstance(error, APIConnectionError | RateLimited) or _may_have_arrived(error)


def _may_have_arrived(error: HeyGenError) -> bool:
    if isinstance(error, APIConnectionError):
        return error.sent is not False
    return isinstance(error, ServerError | UnexpectedResponse)
