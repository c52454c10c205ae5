"""Keeps the notebook outputs that show an avatar readable without a kernel.

They are what a saved notebook holds. Once a session is over its picture and transcript go into
them, when that disturbs nobody: a page draws an output again whose content changes. Where a program
runs the notebook and no page shows it, they are kept up to date from cell to cell.
"""

import base64
import html
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from heygen_widget.widget.cells import output_is_captured

MOST_HTML: Final = 4_000
"""Characters of a transcript that `text/html` keeps, the latest ones: five minutes of speech."""

MOST_PLAIN: Final = 1_000
"""The same for `text/plain`, which is shown where HTML is not."""

POSTER_WIDTH: Final = 256
"""Pixels."""

_TO_COME: Final = "Not yet spoken when this was saved: "
_HOW_TO_RUN: Final = (
    "A live avatar appears here. To see and hear it, open this notebook in Jupyter, "
    "pip install 'heygen-widget[{extras}]', and run the cells: no key is needed to rehearse."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """An avatar as a document.

    Attributes
    ----------
    state
        Its state, in one line.
    extras
        The extras that a rehearsal of it needs.
    transcript
        What was spoken.
    to_come
        Text that was not yet spoken.
    poster
        A JPEG of it, if there is one.
    """

    state: str
    extras: str
    transcript: str = ""
    to_come: str = ""
    poster: bytes | None = None

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

    Parameters
    ----------
    widget
        Makes the bundle of the live widget; an empty one if the widget is gone.
    extras
        The extras that a rehearsal of this avatar needs.

    Attributes
    ----------
    stale
        Whether the outputs lack what was noted last.
    unseen
        Whether a program runs the notebook, so that no page shows the outputs.
    """

    def __init__(self, widget: Callable[[], Bundle], *, extras: str) -> None:
        self._widget = widget
        self._extras = extras
        self._display_id = uuid.uuid4().hex
        self._shown: Bundle | None = None
        self._said: dict[int, str] = {}
        self._to_come = ""
        self._poster: bytes | None = None
        self._pictured = 0  # number of the session that the poster is of
        self.stale = False
        self.unseen = False

    def show(self, state: str) -> None:
        """Show the avatar below the running cell; `state` describes it in one line.

        Where no page shows what an `Output` widget captures, that is left to `renew`.
        """
        if not (self.unseen and output_is_captured()):
            self._publish(self.bundle(state), update=False)

    def note(self, epoch: int, transcript: str, poster: bytes | None, to_come: str = "") -> None:
        """Keep what there is of the session with the number `epoch`.

        Parameters
        ----------
        transcript
            What was spoken in it.
        poster
            A JPEG of it; None keeps the one before.
        to_come
            What it was told and has not said yet; nothing, once it is over.
        """
        self._said[epoch] = transcript
        self._to_come = to_come
        if poster is not None:
            self._poster, self._pictured = poster, epoch
        self.stale = True

    def has_picture_of(self, epoch: int) -> bool:
        """Whether there is a picture of the session with the number `epoch`."""
        return self._pictured == epoch

    def renew(self, state: str) -> None:
        """Bring the outputs up to date.

        Where no page shows it, an avatar that is in another widget gets an output of its own.
        """
        self.stale = False
        known = self._shown is not None
        if (known or self.unseen) and self._shown != (bundle := self.bundle(state)):
            self._publish(bundle, update=known)

    def bundle(self, state: str) -> Bundle:
        """Return the live widget and its fallback."""
        fallback = Fallback(
            state=state,
            extras=self._extras,
            transcript="\n\n".join(filter(None, self._said.values())),
            to_come=self._to_come,
            poster=self._poster,
        )
        data, metadata = self._widget()
        if self.unseen:
            # Where both are saved, nbconvert and JupyterLab prefer a widget that nothing drives.
            data = {kind: value for kind, value in data.items() if kind != WIDGET}
        return data | {"text/plain": fallback.plain, "text/html": fallback.html}, metadata

    def _publish(self, bundle: Bundle, *, update: bool) -> None:
        from IPython.display import publish_display_data  # noqa: PLC0415 (there in a notebook)

        self._shown = bundle
        data, metadata = bundle
        transient = {"display_id": self._display_id}
        publish_display_data(data, metadata, transient=transient, update=update)
