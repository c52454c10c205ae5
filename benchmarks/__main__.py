"""Runs benchmarks and prints a table: ``python -m benchmarks [names...]``.

A high figure is marked in the table, but is not a failure.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks import (
    articulating,
    besieging,
    burning,
    crowd,
    delivering,
    estimating,
    freezing,
    growing,
    importing,
    leaving,
    loading,
    pointing,
    pronouncing,
    returning,
    rows,
    saving,
    serving,
    sharing,
    speaking,
    starting,
    streaming,
    viewing,
    voices,
)
from benchmarks.machine import heading, machine
from benchmarks.stage import Stage

MEASURES: Final[dict[str, Callable[[Stage], Iterator[rows.Row]]]] = {
    "speaking": speaking.measure,
    "starting": starting.measure,
    "returning": returning.measure,
    "delivering": delivering.measure,
    "leaving": leaving.measure,
    "serving": serving.measure,
    "crowd": crowd.measure,
    "sharing": sharing.measure,
    "besieging": besieging.measure,
    "burning": burning.measure,
    "viewing": viewing.measure,
    "pointing": pointing.measure,
    "estimating": estimating.measure,
    "pronouncing": pronouncing.measure,
    "saving": saving.measure,
    "streaming": streaming.measure,
    "growing": growing.measure,
    "articulating": articulating.measure,
    "voices": voices.measure,
    "loading": loading.measure,
    "hour": growing.measure_hour,
    "freezing": freezing.measure,
    "importing": importing.measure,
}
ASKED_FOR: Final = {"hour"}
"""Measures that run only when they are named."""


def main() -> None:
    """Run what the command line names, or everything but `ASKED_FOR`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASURES))
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    unknown = set(options.names) - set(MEASURES)
    if unknown:
        parser.error(f"no measure is called {', '.join(sorted(unknown))}")
    facts = machine()
    seen: list[rows.Row] = []
    with Stage() as stage:
        for name in options.names or [name for name in MEASURES if name not in ASKED_FOR]:
            print(f"{name} … (load {os.getloadavg()[0]:.1f})", flush=True)
            seen += MEASURES[name](stage)
    rows.show(seen, heading(facts))
    if options.json:
        rows.write(options.json, seen, facts)


if __name__ == "__main__":
    main()
