"""Says each message once: many streams tell a message whole after they told it in parts.

Whole messages are known by their ids or, where those are missing or change within a stream, as
they do, by what was told just before. White space and thoughts make no difference.
"""

import io
from collections import defaultdict

from heygen_widget.session.text.readers import Answer, Whole
from heygen_widget.session.text.unthinking import Unthinking


class Once:
    """Remembers what was said of each message of one stream."""

    def __init__(self) -> None:
        self._said: defaultdict[str, io.StringIO] = defaultdict(io.StringIO)
        self._open: set[str] = set()  # messages of which parts were told, and not yet the whole
        self._latest = io.StringIO()  # parts since the latest whole message
        self._all = io.StringIO()

    def note(self, text: str, of: str = "") -> None:
        """Remember text that is said, of a message in parts."""
        self._said[of].write(text)
        self._open.add(of)
        self._latest.write(text)
        self._all.write(text)

    def rest(self, whole: Whole) -> str:
        """Return what was not said yet of a message."""
        new = self._new(whole)
        self._all.write(new)
        if isinstance(whole, Answer):
            return new
        meant = _heard(whole) if self._open else ""
        self._open -= {of for of in self._open if of == whole.of or self._heard_of(of) == meant}
        self._latest = io.StringIO()
        if whole.of:
            self._said[whole.of] = io.StringIO()
            self._said[whole.of].write(whole)
        return new

    def _new(self, whole: Whole) -> str:
        if isinstance(whole, Answer):
            return "" if _heard(whole) in _heard(self._all.getvalue()) else str(whole)
        latest = self._latest.getvalue()
        told = self._said[whole.of].getvalue() if whole.of else ""
        if told and not latest and whole.startswith(told):  # it grows, or is told again
            return whole[len(told) :]
        meant = _heard(whole)
        if not whole.of and meant in _heard(latest):
            return ""
        if meant in {_heard(latest), *map(self._heard_of, self._open)}:
            return ""
        before = _heard(told if whole.of else latest)
        if not meant.startswith(before):
            # An agent may change what its model said: what has an id was told.
            return "" if whole.of and told else str(whole)
        new = _after(whole, len(before)) if before else str(whole)
        return "" if _heard(new) in {"", _heard(latest)} else new

    def _heard_of(self, of: str) -> str:
        return _heard(self._said[of].getvalue())


def _meant(text: str) -> str:
    unthinking = Unthinking()
    return unthinking.feed(text) + unthinking.feed("", final=True)


def _heard(text: str) -> str:
    """Return what is left of a text for whoever compares it."""
    return "".join(_meant(text).split())


def _after(text: str, length: int) -> str:
    """Return what follows so many characters that are not white space."""
    meant = _meant(text)
    for at, character in enumerate(meant):
        if not length:
            return meant[at:]
        length -= not character.isspace()
    return ""
