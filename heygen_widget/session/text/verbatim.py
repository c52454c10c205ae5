"""The counterpart of `PlainText` for a text that is to be sent as it is."""


class Verbatim:
    """Text in, the same text out: `PlainText` for a text that is no Markdown."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def feed(self, piece: str) -> None:
        """Add the next piece."""
        self._held.append(piece)

    def take(self, *, final: bool = False) -> str:  # noqa: ARG002 (nothing is ever held back)
        """Return what was fed since the last call."""
        said, self._held = "".join(self._held), []
        return said
