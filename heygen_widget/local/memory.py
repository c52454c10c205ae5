"""How the server's process holds memory."""

import contextlib
import ctypes
from typing import Final

_ARENA_MAX: Final = -8  # of glibc's <malloc.h>


def share_memory() -> None:
    """Let all threads take memory from one place. To be called before there are any.

    By default glibc gives each thread a place of its own, which keeps what was freed there: some
    20 MB for each thread that has ever encoded or decoded.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
