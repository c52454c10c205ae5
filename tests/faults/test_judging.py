"""The judge counts as undecidable what no answer of the server's could decide, and nothing else."""

import json

import pytest

from tests.faults.plans import Fault, Operation
from tests.faults.promises import undecidable
from tests.faults.proxy import Exchange

CLEAN, LOST, REFUSED = None, Fault.LOST, Fault.REFUSED


@pytest.mark.parametrize(
    ("appends", "doubts"),
    [
        ([("bab ", CLEAN), ("bad ", CLEAN)], 0),
        ([("bab ", LOST), (" ", CLEAN), ("bab ", CLEAN)], 0),
        ([("bab ", REFUSED), ("bab ", CLEAN)], 0),
        ([("bab ", LOST), (" ", LOST), (" ", LOST), (" ", LOST), (" ", CLEAN)], 0),
        ([("bab ", LOST), *[(" ", LOST)] * 4, (" ", CLEAN)], 0),
        ([("bab ", LOST), *[(" ", REFUSED)] * 4, (" ", CLEAN)], 0),
        ([("bab ", LOST), *[(" ", LOST)] * 7, ("bad ", CLEAN)], 1),
        ([("bab ", LOST), *[(" ", LOST)] * 7, ("bad ", LOST), (" ", CLEAN)], 1),
    ],
)
def test_a_doubt_is_left_only_where_no_question_was_answered(
    appends: list[tuple[str, Fault | None]], doubts: int
) -> None:
    exchanges = [
        Exchange(
            Operation.APPEND,
            json.dumps({"delta": delta, "final": False}).encode(),
            fault,
            came=0.0,
            answered=fault is None,
        )
        for delta, fault in appends
    ]
    assert undecidable(exchanges) == doubts
