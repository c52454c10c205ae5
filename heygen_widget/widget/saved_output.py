"""Keeps the notebook outputs that show an avatar readable without a kernel.

They are what a saved notebook holds. Once a session is over its picture and transcript go into
them, when that disturbs nobody: a page draws an output again whose content changes. Where a program
runs the notebook and no page shows it, they are kept up to date from cell to cell.
"""

import asyncio
import base64
import html
import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from heygen_widget.controller.callbacks import CallbackContext
from heygen_widget.controller.controller import AvatarController
from heygen_widget.frontend.protocol import Yield
from heygen_widget.lifecycle.at_exit import process_ends
from heygen_widget.widget.cells import output_is_captured

MOST_HTML: Final = 4_000
"""Characters of a transcript that `text/html` keeps, the latest ones: five minutes of speech."""

MOST_PLAIN: Final = 1_000
"""The same for `text/plain`, which is shown where HTML is not."""

POSTER_WIDTH: Final = 256
"""Pixels."""

FIRST_PICTURE: Final = 20.0
"""Seconds that a cell waits for a new session's picture in a notebook that no page shows."""

_log = logging.getLogger(__name__)

_TO_COME: Final = "Not yet spoken when this was saved: "
_HOW_TO_RUN: Final = (
    "A live avatar appears here. To see and hear it, open this notebook in Jupyter, "
    "pip install 'heygen-widget[{extras}]', and run the cells: no key is needed to rehearse."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """An avatar as a document."""

    state: str  # its state, in one line
    extras: str  # the extras that a rehearsal of it needs
    transcript: str = ""  # what was spoken
    to_come: str = ""  # text that was not yet spoken
    poster: bytes | None = None  # a JPEG of it, if there is one

    @property
    def plain(self) -> str:
        """The `text/plain` of the output."""
        to_come = self.to_come and _TO_COME + _earliest(self.to_come, MOST_PLAIN)
        parts = (self.state, self._latest(MOST_PLAIN), to_come, self._how_to_run)
        return "\n".join(filter(None, parts))

    @property
    def html(self) -> str:
        """The `text/html` of the output. Text in it is text, never markup."""
        image = ""
        if self.poster is not None:
            data = base64.b64encode(self.poster).decode()
            image = (
                f'<img alt="The avatar" width="{POSTER_WIDTH}" src="data:image/jpeg;base64,{data}">'
            )
        latest = html.escape(self._latest(MOST_HTML))
        said = f"<blockquote>{latest}</blockquote>" if latest else ""
        if self.to_come:
            said += f"<p>{_TO_COME}{html.escape(_earliest(self.to_come, MOST_HTML))}</p>"
        return (
            f"<div>{image}<p><strong>{html.escape(self.state)}</strong></p>"
            f"{said}<p><em>{html.escape(self._how_to_run)}</em></p></div>"
        )

    @property
    def _how_to_run(self) -> str:
        return _HOW_TO_RUN.format(extras=self.extras)

    def _latest(self, most: int) -> str:
        if len(self.transcript) <= most:
            return self.transcript
        return f"… {self.transcript[-most:]} (avatar.transcript had the full text)"


def _earliest(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"


Bundle: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
"""A display bundle: data by media type, and metadata."""

WIDGET: Final = "application/vnd.jupyter.widget-view+json"
"""The media type of a live widget."""


class Outputs:
    """The outputs of one avatar.

    Attributes
    ----------
    unseen
        Whether a program runs the notebook, so that no page shows the outputs.
    """

    def __init__(
        self, avatar: AvatarController, widget: Callable[[], Bundle], context: CallbackContext
    ) -> None:
        self.unseen = False
        self._avatar = avatar
        self._widget = widget
        self._context = context
        self._display_id = uuid.uuid4().hex
        self._shown: Bundle | None = None
        self._said: dict[int, str] = {}
        self._to_come = ""
        self._poster: bytes | None = None
        self._pictured = 0  # epoch of the session that the poster is of
        self._stale = False  # whether they lack what was noted last
        self._yielded = 0  # epoch of the last session that a page has done with
        self._noting: set[asyncio.Task[None]] = set()
        avatar.queue.subscribe_to_ends(self._note_end)
        avatar.handle(Yield, self._yield)

    def show(self) -> None:
        """Show the avatar below the running cell.

        Where no page shows what an `Output` widget captures, that is left to `renew`.
        """
        bundle = self.bundle()
        if not (self.unseen and output_is_captured()):
            self._publish(bundle, update=False)

    def bundle(self) -> Bundle:
        """Return the live widget and its fallback."""
        data, metadata = self._widget()
        error = self._avatar.queue.snapshot.error
        fallback = Fallback(
            state=self._avatar.summary + (f": {error}" if error else ""),
            extras=",".join(self._avatar.connection.service.extras),
            transcript="\n\n".join(filter(None, self._said.values())),
            to_come=self._to_come,
            poster=self._poster,
        )
        if self.unseen:
            # Where both are saved, nbconvert and JupyterLab prefer a widget that nothing drives.
            data = {kind: value for kind, value in data.items() if kind != WIDGET}
        return data | {"text/plain": fallback.plain, "text/html": fallback.html}, metadata

    def renew(self) -> None:
        """Bring the outputs up to date.

        Where no page shows it, an avatar that is in another widget gets an output of its own.
        """
        self._stale = False
        known = self._shown is not None
        if (known or self.unseen) and self._shown != (bundle := self.bundle()):
            self._publish(bundle, update=known)

    # From here on: on the private loop.

    async def look(self) -> None:
        """Record the session's state, for a notebook that no page shows."""
        queue = self._avatar.queue
        session, epoch = queue.current, queue.epoch
        if session is None:
            return
        poster = None
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_PICTURE):
                if session.stopping or session.status.ended:
                    await queue.rest()
                elif self._pictured != epoch:
                    poster = await self._avatar.backend.poster(POSTER_WIDTH, FIRST_PICTURE)
        if session.status.ended or epoch != queue.epoch:
            await asyncio.gather(*self._noting)
        else:
            self.note(epoch, session.transcript, poster, session.unsaid)

    def renew_if_unused(self) -> None:
        """Write into the notebook what a session left, as soon as no page is in the way."""
        if self.unseen or not self._stale:
            return  # in the first case it is done at the end of the cell
        nobody = not self._avatar.publisher.seen or self._avatar.closed
        if nobody or self._yielded == self._avatar.queue.epoch:
            self._context.call(self.renew, name="Writing the transcript into the notebook")

    def _yield(self, message: Yield) -> None:
        self._yielded = message.epoch
        self.renew_if_unused()

    def _note_end(self, epoch: int) -> None:
        session = self._avatar.queue.current
        if session is None or process_ends():  # a picture would take the time for ending sessions
            return
        noting = self._note_and_renew(epoch, session.transcript)
        task = asyncio.get_running_loop().create_task(noting)
        self._noting.add(task)
        task.add_done_callback(self._noted)

    async def _note_and_renew(self, epoch: int, transcript: str) -> None:
        self.note(epoch, transcript, await self._avatar.backend.poster(POSTER_WIDTH, 0.0))
        self.renew_if_unused()

    def _noted(self, task: asyncio.Task[None]) -> None:
        self._noting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.debug("A session was not recorded because the process is ending: %r", error)

    def note(self, epoch: int, transcript: str, poster: bytes | None, to_come: str = "") -> None:
        """Keep what was spoken in a session, what is still to come, and a new poster if any."""
        self._said[epoch] = transcript
        self._to_come = to_come
        if poster is not None:
            self._poster, self._pictured = poster, epoch
        self._stale = True

    def _publish(self, bundle: Bundle, *, update: bool) -> None:
        from IPython.display import publish_display_data  # noqa: PLC0415 (there in a notebook)

        self._shown = bundle
        data, metadata = bundle
        transient = {"display_id": self._display_id}
        publish_display_data(data, metadata, transient=transient, update=update)
