"""What a kind of avatar adds to the controller. A further kind is another folder beside these."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from heygen_widget.frontend.bundles import Library
from heygen_widget.session import SessionEvent
from heygen_widget.session.queue import SessionQueue

if TYPE_CHECKING:
    from heygen_widget.controller.controller import AvatarController

Handler: TypeAlias = tuple[type[Any], Callable[[Any], object]]
"""A type of browser message, and what handles it; `BrowserMessage` stands for all of them."""


class Backend(Protocol):
    """One kind of session, with what pages need to play it. Lives on the private loop."""

    @property
    def queue(self) -> SessionQueue[Any]:
        """Its sessions."""

    @property
    def player(self) -> Library:
        """What plays them in a page."""

    @property
    def needs_player(self) -> bool:
        """Whether a page that comes now needs the player."""

    @property
    def transport_summary(self) -> str:
        """How the picture reaches a page, and why so."""

    def attach(self, avatar: "AvatarController") -> Sequence[Handler]:
        """Work for `avatar` from now on; return what handles its pages' messages."""

    def expect_page(self) -> None:
        """Note that a page is about to show the avatar; from any thread."""

    def view_fields(self) -> dict[str, Any]:
        """Return the fields of the `SessionView` that only this kind knows."""

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Handle an event of a session, before pages are told of it."""

    async def poster(self, width: int, patience: float) -> bytes | None:
        """Return a JPEG that stands for the session; None where the kernel sees no picture.

        While the session is open, wait for one, `patience` seconds at most.
        """
