"""Which tests a worker takes at once, where several run tests.

pytest-xdist (3.8) has groups for this, which it loses with pytest 9.2:
https://github.com/pytest-dev/pytest-xdist/issues/1386
"""

from typing import Final

from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = (
    "tests/browser/",
    "tests/kernel/test_waiting.py",
    "tests/local/v1/test_livekit_client.py",
    "tests/local/v1/test_lost_lines.py",
    "tests/local/v1/test_sdk.py",
    "tests/session/test_letting_go.py",
    "tests/session/text/test_chunks.py",
    "tests/session/text/test_packages.py",
    "tests/test_cli.py",
    "tests/test_distribution.py",
    "tests/test_key.py",
)
"""What shares a browser, a kernel, a large library or something else that takes long to start."""


class Workers(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Hands out tests one by one, and `TOGETHER` to one worker each."""

    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid)
