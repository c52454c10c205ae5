"""What stands in a saved notebook in the place of a live avatar, for whoever reads it there.

GitHub, nbviewer and nbconvert run no widget: they show `text/html`, or plain text. Knows no widget.
"""

import base64
import html
from dataclasses import dataclass
from typing import Final

MOST_HTML: Final = 4_000
"""Characters of a transcript that `text/html` keeps, the latest ones: five minutes of speech."""

MOST_PLAIN: Final = 1_000
"""The same for `text/plain`, which is shown where there is no HTML."""

POSTER_WIDTH: Final = 256
"""Pixels."""

_TO_COME: Final = "Still to be said when this was saved: "
_HOW_TO_RUN: Final = (
    "This is where a live avatar speaks. To see and hear it, open this notebook in Jupyter, "
    "pip install 'heygen-widget[local]', and run the cells: no key is needed to rehearse."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """An avatar as a document.

    Attributes
    ----------
    state
        One line on how it stands.
    transcript
        What was spoken.
    to_come
        What was still to be said.
    poster
        A JPEG of it, if there is one.
    """

    state: str
    transcript: str = ""
    to_come: str = ""
    poster: bytes | None = None

    @property
    def plain(self) -> str:
        """The `text/plain` of the output."""
        to_come = self.to_come and _TO_COME + _earliest(self.to_come, MOST_PLAIN)
        parts = (self.state, self._latest(MOST_PLAIN), to_come, _HOW_TO_RUN)
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
            f"{said}<p><em>{html.escape(_HOW_TO_RUN)}</em></p></div>"
        )

    def _latest(self, most: int) -> str:
        if len(self.transcript) <= most:
            return self.transcript
        return f"… {self.transcript[-most:]} (avatar.transcript had all of it)"


def _earliest(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
