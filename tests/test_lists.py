"""The lists of tests that are run elsewhere, or together, name tests that exist."""

import pytest

from tests import matrix, workers


@pytest.mark.parametrize("path", sorted({*matrix.ELSEWHERE, *matrix.SHORT, *workers.TOGETHER}))
def test_a_listed_test_exists(path: str) -> None:
    assert (matrix.ROOT / path).exists()
