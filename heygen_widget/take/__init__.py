"""The recorded stream: saved as a film with captions, shown inline, or as one picture.

Gets its parts from `relay`; knows no notebook and no session.
"""

from heygen_widget.take.display import Recording, Snapshot
from heygen_widget.take.film import can_decode
from heygen_widget.take.saving import (
    FILM,
    MAX_INLINE,
    MAX_TALK,
    TALK,
    check_size,
    checked_path,
    save,
    small_film,
    snapshot,
    unfinished,
)
from heygen_widget.take.smaller import WIDTH
from heygen_widget.take.spool import Take, TakeError

__all__ = [
    "FILM",
    "MAX_INLINE",
    "MAX_TALK",
    "TALK",
    "WIDTH",
    "Recording",
    "Snapshot",
    "Take",
    "TakeError",
    "can_decode",
    "check_size",
    "checked_path",
    "save",
    "small_film",
    "snapshot",
    "unfinished",
]
