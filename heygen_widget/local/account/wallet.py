"""The money of a rehearsal, which falls by HeyGen's prices. Belongs to the event loop."""

from typing import Final

from heygen_widget.local.errors import ApiError

_CENT: Final = 0.01


class Wallet:
    """Prepaid money.

    Parameters
    ----------
    dollars
        What is in it; None for as much as anybody needs.
    """

    def __init__(self, dollars: float | None = None) -> None:
        self._dollars = dollars

    @property
    def left(self) -> float | None:
        """Dollars left; None without a limit."""
        return None if self._dollars is None else round(self._dollars, 6)

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return self._dollars is not None and self._dollars <= 0

    def require(self, dollars: float) -> None:
        """Raise a 402 if less than `dollars` is left."""
        if self._dollars is not None and self._dollars < dollars:
            raise ApiError(
                402,
                "insufficient_credit",
                f"Insufficient credit: {_money(self._dollars)} left, {_money(dollars)} needed.",
            )

    def pay(self, dollars: float) -> None:
        """Take money out, as far as there is any."""
        if self._dollars is not None:
            self._dollars = max(0.0, self._dollars - dollars)


def _money(dollars: float) -> str:
    return f"${dollars:.4f}" if 0 < dollars < _CENT else f"${dollars:.2f}"
