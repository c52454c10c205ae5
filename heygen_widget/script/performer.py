"""What a rehearsal needs of an avatar. Knows no particular one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from heygen_widget.api.models import WordEvent
from heygen_widget.session import SessionStatus, Speech


class Performer(Protocol):
    """An avatar, as far as a script uses it; `Avatar` documents the names."""

    @property
    def avatar_id(self) -> str:
        """The look."""

    @property
    def voice_id(self) -> str:
        """The voice."""

    @property
    def rehearsal(self) -> bool:
        """Whether the embedded server speaks."""

    @property
    def in_session(self) -> bool:
        """Whether a session is open or about to be."""

    @property
    def cost(self) -> float:
        """Dollars of the session."""

    @property
    def written_words(self) -> Sequence[WordEvent]:
        """The words spoken so far, as they are written."""

    def speak(self, text: str, *, lexicon: Mapping[str, str] | None, raw: bool) -> Speech:
        """Speak a text after everything already queued."""

    def finish(self) -> None:
        """Accept no more text."""

    def stop(self) -> None:
        """End the session now."""

    def wait(self) -> SessionStatus:
        """Block until the session has ended."""

    def save(self, path: Path, /) -> Path:
        """Save what was streamed."""
