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
)
from heygen_widget.api.models import AppendTextDeltaResponse
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.errors import may_have_arrived, may_pass
from heygen_widget.session.speech import SpeechStatus

PROBE: Final = " "
PAUSES: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds after each failed request in a row; then a text is given up."""

_log = logging.getLogger(__name__)


class Append(Protocol):
    """Sends one delta; what `AsyncAvatarRealtime.append_text` does for one session."""

    def __call__(self, delta: str, *, final: bool) -> Awaitable[AppendTextDeltaResponse]:
        """Send `delta`; with `final`, close the input behind it."""


class ByteCount:
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
        on_delta: Callable[[Delivery, str], None],
        on_change: Callable[[Delivery], None],
        on_whole: Callable[[Delivery], None],
    ) -> None:
        self._append = append
        self._on_whole = on_whole
        self._count = ByteCount()
        self._on_delta = on_delta
        self._on_change = on_change
        self._queue: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self._opening: Delivery | None = None  # the rest of it is sent first
        self.closing = False

    def put(self, speech: Delivery) -> None:
        """Queue a speech behind what was said before."""
        self._queue.put_nowait(speech)

    def finish(self) -> None:
        """Close the input once everything queued was sent."""
        if not self.closing:
            self.closing = True
            self._queue.put_nowait(None)

    async def seed(self, speech: Delivery | None, *, whole: bool = False) -> str | None:
        """Wait for the first words of a session, from `speech` or one behind it.

        With `whole` for all words of that speech, as a session needs that takes no more. None when
        none of those that are queued has any.
        """
        while speech is not None:
            delta = await speech.next_delta()
            if delta is not None:
                while whole and (more := await speech.next_delta()) is not None:
                    delta += more
                self._opening = speech
                self._on_delta(speech, delta)
                self._change(speech, SpeechStatus.SENDING)
                self._count.open(delta)
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
        await self.close()

    async def _speak(self, speech: Delivery) -> None:
        sure = True
        while (delta := await speech.next_delta()) is not None:
            self._on_delta(speech, delta)
            self._change(speech, SpeechStatus.SENDING)
            try:
                sure &= await self._send(delta)
            except (Gone, asyncio.CancelledError):  # the session is over
                speech.put_back(delta)
                raise
        self._settle(speech, sure=sure)

    def _settle(self, speech: Delivery, *, sure: bool) -> None:
        """Say what became of a speech whose text has come to its end."""
        if (error := speech.source_error) is not None:
            self._change(speech, SpeechStatus.FAILED, error)
        elif speech.is_silent:
            self._change(speech, SpeechStatus.SILENT)
        elif not speech.said.strip():
            error = ValueError("There was nothing to say: the source gave no text.")
            self._change(speech, SpeechStatus.FAILED, error)
        else:
            speech.whole = True
            self._change(speech, SpeechStatus.SENT if sure else SpeechStatus.UNCERTAIN)
            self._on_whole(speech)

    async def _send(self, delta: str) -> bool:
        """Send one delta. Returns False when nobody can tell whether it arrived."""
        for pause in PAUSES:
            try:
                self._count.confirm(await self._append(delta, final=False))
            except HeyGenError as error:
                await _rest(error, pause)
                arrived = may_have_arrived(error) and await self._has_arrived(delta)
                if arrived is not False:
                    return arrived is True
            else:
                return True
        raise _given_up("The text")

    async def _has_arrived(self, delta: str) -> bool | None:
        """Ask with blanks whether a delta arrived. None when nobody can tell."""
        blanks = 0
        for pause in PAUSES:
            try:
                answer = await self._append(PROBE, final=False)
            except HeyGenError as error:
                _log.debug("Asking for the count failed: %s", error)
                blanks += may_have_arrived(error)
                await _rest(error, pause)
                continue
            arrived = self._count.landed(delta, blanks + 1, answer)
            self._count.confirm(answer)
            return arrived
        self._count.doubt(delta, blanks)
        return None

    async def close(self) -> None:
        """Close the input.

        Raises
        ------
        HeyGenError
            When that cannot be done.
        """
        self.closing = True
        for pause in PAUSES:
            try:
                await self._append("", final=True)
            except Gone:
                return  # an attempt that seemed lost had arrived
            except HeyGenError as error:
                await _rest(error, pause)
            else:
                return
        raise _given_up("The end of the text")

    def _change(
        self, speech: Delivery, status: SpeechStatus, error: Exception | None = None
    ) -> None:
        if speech.become(status, error):
            self._on_change(speech)


async def _rest(error: HeyGenError, pause: float) -> None:
    """Wait before the next attempt, as long as the server asks; raise what will not pass."""
    if not may_pass(error):
        raise error
    await asyncio.sleep(max(pause, getattr(error, "retry_after", None) or 0.0))


def _given_up(what: str) -> APIConnectionError:
    return APIConnectionError(
        f"{what} could not be sent in {len(PAUSES)} attempts.",
        hint="Check the network, then speak again.",
    )


def _size(text: str) -> int:
    return len(text.encode())
