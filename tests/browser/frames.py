"""Frames whose content security policy forbids to evaluate a string, even to a test that polls."""

import time
from typing import Any

from playwright.sync_api import Frame

from tests.page import PATIENCE


def wait_in(frame: Frame, expression: str, arg: Any = None) -> None:
    """Wait until an expression is true in a frame.

    `Frame.wait_for_function` evaluates it in the frame's own timers, where the policy forbids that;
    here each look comes from outside.
    """
    end = time.monotonic() + PATIENCE
    while not frame.evaluate(expression, arg):
        assert time.monotonic() < end, expression
        frame.page.wait_for_timeout(20)
