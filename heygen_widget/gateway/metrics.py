"""Figures for Prometheus: what this replica has done, and how the workshop stands."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from heygen_widget.gateway.store import MICRO

PREFIX: Final = "heygen_gateway"

_EVENTS: Final = {
    "opened": "Sessions opened.",
    "queued": "Answers that gave a place in the queue.",
    "poor": "Sessions refused for want of money.",
    "refused": "Sessions that the avatar server refused as one too many.",
    "lost": "Sessions whose opening was not answered.",
    "denied": "Requests with a wrong code.",
    "locked": "Requests from addresses that are locked out.",
    "throttled": "Requests of learners who ask too often.",
    "store_failures": "Requests that the store could not serve.",
}


class Metrics:
    """Counts what happens in one replica."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def count(self, event: str) -> None:
        """Count one of the known events."""
        self._counts[event] += 1

    def text(self, view: Mapping[str, Any], slots: int) -> str:
        """Return everything in Prometheus' text format."""
        return "\n".join([*self._counters(), *_gauges(view, slots), ""])

    def _counters(self) -> Iterator[str]:
        for event, meaning in _EVENTS.items():
            name = f"{PREFIX}_{event}_total"
            yield f"# HELP {name} {meaning}"
            yield f"# TYPE {name} counter"
            yield f"{name} {self._counts[event]}"


def _gauges(view: Mapping[str, Any], slots: int) -> Iterator[str]:
    gauges = {
        "slots": ("Sessions that may be open at once.", slots),
        "sessions_open": ("Slots that are taken.", len(view["holds"])),
        "learners_waiting": ("Learners in the queue.", len(view["waiting"])),
        "budget_dollars": ("The budget of the class.", view["budget"] / MICRO),
        "spent_dollars": ("What ended sessions have cost.", view["spent"] / MICRO),
        "reserved_dollars": ("What open sessions may cost.", view["reserved"] / MICRO),
    }
    for each, (meaning, value) in gauges.items():
        name = f"{PREFIX}_{each}"
        yield f"# HELP {name} {meaning}"
        yield f"# TYPE {name} gauge"
        yield f"{name} {value}"
