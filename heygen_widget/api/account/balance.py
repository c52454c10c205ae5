"""What is left in an account, as money and as minutes of an avatar. Sends nothing."""

from dataclasses import dataclass

from heygen_widget.api.account.models import Account


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left in an account.

    Attributes
    ----------
    dollars
        Money left; None when the account does not count in dollars, or does not tell.
    credits
        Credits left, likewise.
    price_per_second
        Dollars for a second of an avatar's session.
    """

    dollars: float | None = None
    credits: float | None = None
    price_per_second: float = 0.0

    @property
    def seconds(self) -> float | None:
        """Seconds of an avatar's session that the money lasts for; None when that is not known."""
        return None if self.dollars is None else max(0.0, self.dollars) / self.price_per_second

    def __str__(self) -> str:
        if self.dollars is not None and self.seconds is not None:
            return f"${self.dollars:.2f} ≈ {self.seconds / 60:.1f} minutes of an avatar"
        if self.credits is not None:
            return f"{self.credits:g} credits"
        return "The account does not say what is left."


def balance_of(account: Account, price_per_second: float) -> Balance:
    """Return what is left in an account, whichever way it pays."""
    dollars, credit = None, None
    if (wallet := account.wallet) is not None:
        if wallet.currency == "usd":
            dollars = wallet.remaining_balance
        else:
            credit = wallet.remaining_balance
    elif (plan := account.subscription) is not None and plan.credits is not None:
        pools = (plan.credits.premium_credits, plan.credits.add_on_credits)
        known = [pool.remaining for pool in pools if pool and pool.remaining is not None]
        credit = sum(known) if known else None
    elif (usage := account.usage_based) is not None:
        credit = usage.remaining_credits
        if usage.spending_cap_usd is not None and usage.spending_current_usd is not None:
            dollars = usage.spending_cap_usd - usage.spending_current_usd
    return Balance(dollars, credit, price_per_second)
