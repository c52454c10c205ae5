"""Sends text to the server: one queue, one request in flight, each text once and in order.

An append is not idempotent, so it is never repeated blindly. What becomes of each request is
found out by the `Sender`.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from heygen_widget.api.errors import BadRequest, Gone, InvalidRequest
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.events import SessionEvent
from heygen_widget.session.sender import Append, Sender
from heygen_widget.session.speech import SpeechStatus

PATIENCE: Final = 5.0
"""Seconds to an answer, at most, after which the server's count is asked for beside it."""


class Feeder:
    """Sends the speeches of one session.

    Parameters
    ----------
    append
        Sends one delta, and waits for the answer without end.
    patience
        Tells the seconds that an answer may take.
    on_delta
        Called with a speech and a delta of it that is about to be sent.
    on_change
        Called with a speech whenever its status has changed.
    on_whole
        Called with a speech once all of it was sent.
    on_event
        Called with what a user should know of the line.
    """

    def __init__(
        self,
        append: Append,
        patience: Callable[[], float],
        *,
        on_delta: Callable[[Delivery, str], None],
        on_change: Callable[[Delivery], None],
        on_whole: Callable[[Delivery], None],
        on_event: Callable[[SessionEvent], None],
    ) -> None:
        self._sender = Sender(append, patience, on_event, self._doubt)
        self._on_whole = on_whole
        self._on_delta = on_delta
        self._on_change = on_change
        self._queue: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self._opening: Delivery | None = None  # the rest of it is sent first
        self.closing = False

    @property
    def awaits_answer(self) -> bool:
        """Whether a text is under way."""
        return self._sender.in_doubt

    def put(self, speech: Delivery) -> None:
        """Queue a speech after the earlier ones."""
        self._queue.put_nowait(speech)

    def finish(self) -> None:
        """Close the input once everything queued was sent."""
        if not self.closing:
            self.closing = True
            self._queue.put_nowait(None)

    async def seed(self, speech: Delivery | None, *, whole: bool = False) -> str | None:
        """Wait for the first words of a session, from `speech` or a later one.

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
                said = speech.pronounced(delta)
                self._sender.open(said)
                return said
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
        try:
            speech = self._opening or await self._queue.get()
            while speech is not None:
                try:
                    await self._speak(speech)
                except (BadRequest, InvalidRequest) as error:  # only this text
                    self._change(speech, SpeechStatus.FAILED, error)
                speech = await self._queue.get()
            await self.close()
        finally:
            self._sender.leave()

    async def close(self) -> None:
        """Close the input.

        Raises
        ------
        HeyGenError
            When that cannot be done.
        """
        self.closing = True
        await self._sender.close()

    async def _speak(self, speech: Delivery) -> None:
        sure = True
        while (delta := await speech.next_delta()) is not None:
            self._on_delta(speech, delta)
            self._change(speech, SpeechStatus.SENDING)
            try:
                sure &= await self._sender.send(speech, speech.pronounced(delta))
            except (Gone, asyncio.CancelledError):  # the session is over
                if self._sender.in_doubt:
                    speech.lose_track()
                else:
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
            error = ValueError("The source produced no text.")
            self._change(speech, SpeechStatus.FAILED, error)
        else:
            speech.whole = True
            self._change(speech, SpeechStatus.SENT if sure else SpeechStatus.UNCERTAIN)
            self._on_whole(speech)

    def _doubt(self, speech: Delivery) -> None:
        if speech.doubt():
            self._on_change(speech)

    def _change(
        self, speech: Delivery, status: SpeechStatus, error: Exception | None = None
    ) -> None:
        if speech.become(status, error):
            self._on_change(speech)
