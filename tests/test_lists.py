"""The lists of tests that are run elsewhere, or together, name tests that exist."""

from itertools import chain

import pytest

from tests import matrix, workers

LISTED = {*matrix.ELSEWHERE, *matrix.SHORT, *chain(*workers.TOGETHER)}


@pytest.mark.parametrize("path", sorted(LISTED))
def test_a_listed_test_exists(path: str) -> None:
    assert (matrix.ROOT / path).exists()
