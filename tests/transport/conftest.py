"""Servers of streams for the tests."""

from tests.relay.conftest import stage

__all__ = ["stage"]
