"""What can go wrong in a session beside what the API answers."""

from heygen_widget.api.errors import HeyGenError


class StreamClosed(HeyGenError):  # noqa: N818 (as in `api.errors`)
    """The session ended before a text was sent.

    Attributes
    ----------
    end_reason
        Why, as far as the server says: ``idle_timeout``, ``final_marker`` or another word.
    """

    def __init__(self, end_reason: str | None) -> None:
        because = f" ({end_reason})" if end_reason else ""
        super().__init__(
            f"The session ended{because} before this was sent.",
            hint="Speak it again; reopen=True does so by itself.",
        )
        self.end_reason = end_reason
