"""Waits for what garbage collection brings about."""

import gc
import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 60.0
"""Seconds after which what must go is still held."""


def collect_until(condition: Callable[[], object]) -> None:
    """Collect garbage until `condition`; while another thread collects, once does nothing."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        gc.collect()
        time.sleep(0.01)
