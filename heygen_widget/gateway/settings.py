"""The settings of a gateway, and the terms that follow from them. Knows no server."""

from dataclasses import dataclass, field
from typing import Final

from heygen_widget.gateway.store import LONGEST, MICRO, Terms

TOKEN_VARIABLE: Final = "HEYGEN_WIDGET_WORKSHOP_TOKEN"  # noqa: S105 (a name)
"""Environment variable with the teacher's token."""
STORE_VARIABLE: Final = "HEYGEN_WIDGET_WORKSHOP_STORE"
"""Environment variable with the address of the store, which may contain a password."""

PRICE: Final = 0.05
"""Dollars a second, self-serve (developers.heygen.com/avatar-realtime)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one gateway; all replicas of a workshop have the same.

    Attributes
    ----------
    upstream
        Address of HeyGen's API or of a server that speaks it; ``"local"`` starts an embedded avatar
        server.
    key
        The key for it. Learners never see it.
    token
        The teacher's token. It also keeps codes secret in the store, so another token makes them
        invalid.
    store
        Address of Valkey or Redis; None for the memory of this process.
    workshop
        The name of the workshop: others may share the store.
    slots
        Sessions at once.
    budget, per_learner
        Dollars for the class, and for each learner.
    max_session
        Seconds.
    pace
        How many times as fast as real time an embedded server runs its sessions.
    host, port
        Where to listen; port 0 selects any free one.

    Raises
    ------
    ValueError
        When nobody could speak with them.
    """

    upstream: str = "https://api.heygen.com"
    key: str = field(default="", repr=False)
    token: str = field(repr=False)
    store: str | None = field(default=None, repr=False)  # it may contain a password
    workshop: str = "workshop"
    slots: int = 3
    budget: float = 100.0
    per_learner: float = 5.0
    max_session: float = 120.0
    pace: float = 1.0
    host: str = "127.0.0.1"
    port: int = 0

    def __post_init__(self) -> None:
        if not self.token:
            raise ValueError("The teacher's token must not be empty (--token-file).")
        for name in ("slots", "budget", "per_learner", "max_session", "pace"):
            if not getattr(self, name) > 0:
                raise ValueError(f"--{name.replace('_', '-')} must be more than 0.")
        if self.local and self.store is not None:
            raise ValueError(
                "Other gateways cannot reach an embedded server of this one: start it with "
                "`heygen-widget serve`, and pass its address with --upstream, or omit --store."
            )
        if not self.local and not self.key:
            raise ValueError("The gateway needs the key (HEYGEN_API_KEY or --key-file).")

    @property
    def local(self) -> bool:
        """Whether the gateway starts an embedded server."""
        return self.upstream == "local"

    @property
    def terms(self) -> Terms:
        """What the store needs to know, in real seconds."""
        return Terms(
            slots=self.slots,
            price=PRICE * MICRO * self.pace,
            budget=round(self.budget * MICRO),
            per_learner=round(self.per_learner * MICRO),
            max_session=self.max_session / self.pace,
            longest=LONGEST / self.pace,
        )
