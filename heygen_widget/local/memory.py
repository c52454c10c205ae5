"""Memory settings of the server's process."""

import contextlib
import ctypes
from typing import Final

_ARENA_MAX: Final = -8  # of glibc's <malloc.h>


def use_one_arena() -> None:
    """Make all threads allocate from one arena. Call before starting any.

    By default glibc gives each thread an arena of its own, which keeps freed memory: some
    20 MB for each thread that has ever encoded or decoded.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
