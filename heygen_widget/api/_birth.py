"""Records the process in which an object was created that other processes cannot use."""

import os
from typing import Final

from .errors import ForkedProcess


class Birth:
    """The process in which an object was created."""

    def __init__(self, what: str) -> None:
        self._what: Final = what
        self._pid: Final = os.getpid()

    def check(self) -> None:
        """Raise unless this is still the same process.

        Raises
        ------
        ForkedProcess
            In a forked child, which has neither the threads nor connections of its own.
        """
        if os.getpid() != self._pid:
            raise ForkedProcess(
                f"This {self._what} belongs to process {self._pid}; a forked child cannot use it.",
                hint=f"Create a new {self._what} in the child, or start the child with the "
                "'spawn' method of multiprocessing.",
            )
