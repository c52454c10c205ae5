"""Servers of streams for the tests."""

from collections.abc import Iterator

import pytest

from tests.relay.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture
def other_stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()
