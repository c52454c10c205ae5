"""The embedded avatar server: HeyGen's realtime API with real speech, faces and HLS.

It runs as a process of its own; what can be imported from here starts it and needs no extra.
"""

from heygen_widget.local.launcher import LocalServer, LocalServerError
from heygen_widget.local.settings import Settings

__all__ = ["LocalServer", "LocalServerError", "Settings"]
