"""HeyGen's realtime avatars in a notebook.

>>> from heygen_widget import Avatar
>>> avatar = Avatar()  # doctest: +SKIP
>>> avatar.speak("Hello!")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from heygen_widget._version import __version__

if TYPE_CHECKING:
    from heygen_widget.api import AsyncHeyGen, HeyGen, HeyGenError
    from heygen_widget.gateway.classroom import Classroom
    from heygen_widget.gateway.workshop import Workshop
    from heygen_widget.local import LocalServer
    from heygen_widget.reports.diagnosis import diagnose
    from heygen_widget.reports.ledger import sessions
    from heygen_widget.script import Script
    from heygen_widget.session import SessionStatus, Speech, SpeechStatus
    from heygen_widget.widget.avatar import Avatar, speak
    from heygen_widget.widget.streaming_avatar import StreamingAvatar

__all__ = [
    "AsyncHeyGen",
    "Avatar",
    "Classroom",
    "HeyGen",
    "HeyGenError",
    "LocalServer",
    "Script",
    "SessionStatus",
    "Speech",
    "SpeechStatus",
    "StreamingAvatar",
    "Workshop",
    "__version__",
    "diagnose",
    "sessions",
    "speak",
]

# Imported when first used: `import heygen_widget` costs next to nothing, and the client or the
# server can be used without loading the widget.
_HOMES: Final = {
    "AsyncHeyGen": "heygen_widget.api",
    "Avatar": "heygen_widget.widget.avatar",
    "Classroom": "heygen_widget.gateway.classroom",
    "HeyGen": "heygen_widget.api",
    "HeyGenError": "heygen_widget.api",
    "LocalServer": "heygen_widget.local",
    "Script": "heygen_widget.script",
    "SessionStatus": "heygen_widget.session",
    "Speech": "heygen_widget.session",
    "SpeechStatus": "heygen_widget.session",
    "StreamingAvatar": "heygen_widget.widget.streaming_avatar",
    "Workshop": "heygen_widget.gateway.workshop",
    "diagnose": "heygen_widget.reports.diagnosis",
    "sessions": "heygen_widget.reports.ledger",
    "speak": "heygen_widget.widget.avatar",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """Add the magics to IPython; called by ``%load_ext heygen_widget``."""
    from heygen_widget.widget.magics import load  # noqa: PLC0415 (only IPython needs it)

    load(shell)
