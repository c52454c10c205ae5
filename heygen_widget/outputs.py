"""The notebook's outputs that show an avatar, kept readable for when no kernel runs any more.

They are what a saved notebook holds. Once a session is over its picture and transcript go into
them, when that disturbs nobody: a page draws an output anew whose content changes.
"""

import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

from heygen_widget.fallback import Fallback

Bundle: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
"""What a notebook is given to show, by media type, and its metadata."""


class Outputs:
    """The outputs of one avatar.

    Parameters
    ----------
    widget
        Makes the bundle of the live widget; an empty one when there is none any more.

    Attributes
    ----------
    stale
        Whether they lack what was noted last.
    """

    def __init__(self, widget: Callable[[], Bundle]) -> None:
        self._widget = widget
        self._display_id = uuid.uuid4().hex
        self._shown = False
        self._said: dict[int, str] = {}
        self._poster: bytes | None = None
        self.stale = False

    def show(self, state: str) -> None:
        """Show the avatar below the cell that runs; `state` is one line on how it stands."""
        self._shown = True
        self._publish(self.bundle(state), update=False)

    def note(self, epoch: int, transcript: str, poster: bytes | None) -> None:
        """Keep what there is of the session with the number `epoch`, which is over."""
        self._said[epoch] = transcript
        self._poster = poster or self._poster
        self.stale = True

    def renew(self, state: str) -> None:
        """Bring the outputs up to date."""
        self.stale = False
        if self._shown:
            self._publish(self.bundle(state), update=True)

    def bundle(self, state: str) -> Bundle:
        """Return the live widget and what stands in for it."""
        transcript = "\n\n".join(filter(None, self._said.values()))
        fallback = Fallback(state=state, transcript=transcript, poster=self._poster)
        data, metadata = self._widget()
        return data | {"text/plain": fallback.plain, "text/html": fallback.html}, metadata

    def _publish(self, bundle: Bundle, *, update: bool) -> None:
        from IPython.display import publish_display_data  # noqa: PLC0415 (there in a notebook)

        data, metadata = bundle
        transient = {"display_id": self._display_id}
        publish_display_data(data, metadata, transient=transient, update=update)
