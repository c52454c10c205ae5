"""Responders of the tests, imported by the server."""

from collections.abc import Iterator


def shout(text: str) -> str:
    return f"{text.upper()} INDEED."


def count(text: str) -> Iterator[str]:
    """Answer in pieces that are cut anywhere, as language models do."""
    yield "You sa"
    yield f"id {len(text.split())} wo"
    yield "rds."


def fail(text: str) -> str:
    raise RuntimeError(text)
