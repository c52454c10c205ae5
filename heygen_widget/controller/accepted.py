"""The requests of pages that were carried out: none is done twice, or before the one it follows."""

from typing import Final

from heygen_widget.frontend.browser_message import BrowserMessage, Request

MOST_IDS: Final = 1000
"""The number of ids remembered, of all pages.

A page repeats a request only until it is acknowledged, so an id is forgotten too early only if its
page misses the acknowledgements of the next thousand requests too. They take 250 kB at most.
"""


class Accepted:
    """The latest `MOST_IDS` requests that were carried out."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}  # oldest first

    def has(self, message: BrowserMessage) -> bool:
        """Whether it was carried out before."""
        return message.id in self._ids

    def lacks_predecessor(self, message: BrowserMessage) -> bool:
        """Whether a request before it was lost or refused: its page repeats both in their order."""
        after = message.after if isinstance(message, Request) else None
        return after is not None and after not in self._ids

    def add(self, message: BrowserMessage) -> None:
        """Remember it, if a page may repeat it."""
        if isinstance(message, Request):
            self._ids[message.id] = None
        if len(self._ids) > MOST_IDS:
            del self._ids[next(iter(self._ids))]
