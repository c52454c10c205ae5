"""Which tests a worker takes at once, where several run tests.

pytest-xdist (3.8) has groups for this, which it loses with pytest 9.2:
https://github.com/pytest-dev/pytest-xdist/issues/1386
"""

from typing import Final

from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = (
    (
        "tests/browser/test_kernel_transport.py",
        "tests/browser/test_recovery.py",
        "tests/browser/test_streaming.py",
    ),
    ("tests/browser/",),
    ("tests/kernel/test_cells.py",),
    ("tests/kernel/test_outputs.py",),
    ("tests/kernel/test_waiting.py",),
    ("tests/local/test_sessions.py",),
    ("tests/local/v1/test_livekit_client.py",),
    ("tests/local/v1/test_lost_lines.py",),
    ("tests/local/v1/test_sdk.py",),
    (
        "tests/session/test_letting_go.py",
        "tests/session/text/test_chunks.py",
        "tests/session/text/test_packages.py",
    ),
    ("tests/test_cli.py",),
    ("tests/test_distribution.py",),
    ("tests/test_key.py",),
    ("tests/test_notebooks.py",),
)
"""Tests that share a browser, a kernel, a large library or whatever takes long to start."""


class Workers(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Hands out tests one by one, and each group of `TOGETHER` to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group[0] for group in TOGETHER if nodeid.startswith(group)), nodeid)
