"""How a place in a queue is put into words."""

import pytest

from heygen_widget.api.in_line import in_line


@pytest.mark.parametrize(
    ("position", "seconds", "told"),
    [
        (1, 20, "first in line, less than 1 min"),
        (3, 125, "third in line, about 2 min"),
        (10, None, "tenth in line"),
        (11, 3600, "number 11 in line, about 60 min"),
    ],
)
def test_a_place_in_a_queue_is_told_in_words(
    position: int, seconds: float | None, told: str
) -> None:
    assert in_line(position, seconds) == told
