"""The recorded stream: saved as a film with captions, shown inline, or as one picture.

Gets its parts from `relay`; knows no notebook and no session.
"""

from heygen_widget.take.display import Recording, Snapshot
from heygen_widget.take.film import can_decode
from heygen_widget.take.saving import FILM, checked_path, record, save, snapshot
from heygen_widget.take.spool import Take, TakeError

__all__ = [
    "FILM",
    "Recording",
    "Snapshot",
    "Take",
    "TakeError",
    "can_decode",
    "checked_path",
    "record",
    "save",
    "snapshot",
]
