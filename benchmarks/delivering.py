"""Delivery of text and words over a failing connection, and of fast tokens over a slow one.

Judged as the tests judge it, by what the server says it spoke, past the line.
"""

import asyncio
from collections.abc import Iterator

from benchmarks.rows import Row, count
from benchmarks.stage import Stage
from tests.faults.plans import SLOW, Chances, Fault, Operation
from tests.faults.promises import Deltas, cut_words, pour_tokens, say_words, speak_deltas

DELTAS = 1000
FAILING = 0.3  # share of the requests
TOO_SLOW = 0.08  # share of the requests for more text
CUTS = 50
WORDS = 110  # which take longer to say than 50 cuts do


def measure(_: Stage) -> Iterator[Row]:
    """Measure them."""
    yield from deltas()
    yield from slow_deltas()
    yield from words()
    yield from tokens()


def deltas() -> Iterator[Row]:
    """Speak words one by one while requests fail."""
    said = asyncio.run(speak_deltas(DELTAS, FAILING))
    yield from _delivery_rows(f"{DELTAS:,} deltas, {FAILING:.0%} of requests fail: ", said)
    yield count(
        "  uncertain (at most: where no count tells)", said.uncertain, limit=said.undecidable
    )
    yield count("  requests that failed", said.faults.total())


def slow_deltas() -> Iterator[Row]:
    """Speak words one by one while requests take longer than the client waits."""
    plan = Chances({Operation.APPEND: TOO_SLOW}, 1, SLOW)
    said = asyncio.run(say_words(DELTAS, plan))
    yield from _delivery_rows(
        f"{DELTAS:,} deltas, {TOO_SLOW:.0%} held or stalled for too long: ", said
    )
    yield count("  uncertain", said.uncertain)
    yield count("  of these, spoken twice", said.twice)


def _delivery_rows(what: str, said: Deltas) -> Iterator[Row]:
    yield count(f"{what}lost and not reported", len(said.lost), limit=0)
    yield count("  doubled and not reported", len(said.doubled), limit=0)
    yield count("  out of order and not reported", len(said.disordered), limit=0)


def words() -> Iterator[Row]:
    """Cut the word stream repeatedly."""
    heard = asyncio.run(cut_words([Fault.CUT] * CUTS, WORDS))
    what = f"word stream cut {heard.faults[Fault.CUT]} times: "
    wrong = sum(a != b for a, b in zip(heard.told, heard.spoken, strict=False))
    missing = abs(len(heard.spoken) - len(heard.told))
    yield count(f"{what}words missing, doubled or out of order", wrong + missing, limit=0)
    yield count("  words", len(heard.spoken))


def tokens() -> Iterator[Row]:
    """Speak the stream of a fast model."""
    pour = asyncio.run(pour_tokens())
    what = f"{pour.tokens / pour.seconds:,.0f} tokens/s for {pour.seconds:.0f} s at 150 ms: "
    yield Row(measure=f"{what}ahead of the server", values=[pour.ahead], limit=1)
    yield Row(measure="  first token sent after", values=[1000 * pour.first], unit="ms", limit=50)
    yield Row(
        measure="  requests for one token",
        values=[1 / pour.saving],
        unit="",
        limit=1 / 20,
        digits=4,
    )
    yield count("  text not as it was produced", int(not pour.whole), limit=0)
