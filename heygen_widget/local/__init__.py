"""The embedded avatar server: HeyGen's realtime API with real speech, faces and HLS.

It runs in its own process; the names exported here start it and need no extra.
"""

from heygen_widget.local.launcher import LocalServer, LocalServerError
from heygen_widget.local.settings import Settings

__all__ = ["LocalServer", "LocalServerError", "Settings"]
