"""The people that the server lists: the drawn ones, and as many namesakes as a rehearsal asks for.

Any other id has a face too, always the same one; it is only not listed.
"""

from dataclasses import dataclass
from typing import Final

from heygen_widget.local.account.voices import FEMALE, MALE
from heygen_widget.local.face import LOOKS, Look

_ABOUT: Final = {
    "Maya": (FEMALE, "vera", "Blazer", ("business", "evening")),
    "Theo": (MALE, "adam", "Yellow sweater", ("casual", "studio")),
    "Clara": (FEMALE, "grace", "Cardigan", ("casual", "daylight")),
    "Jonas": (MALE, "jack", "Overshirt", ("casual",)),
    "Mei": (FEMALE, "nora", "Purple sweater", ("casual", "studio")),
}
"""Gender, voice, and the name and tags of the look."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with one look.

    Attributes
    ----------
    group_id, look_id
        Ids of the person, and of the look: the avatar of sessions and films.
    face
        What is drawn.
    """

    group_id: str
    look_id: str
    name: str
    gender: str
    voice_id: str
    look_name: str
    tags: tuple[str, ...]
    face: Look


def list_people(least: int) -> list[Person]:
    """Return the people, `least` at least."""
    people = []
    for number in range(max(least, len(LOOKS))):
        turn, face = number // len(LOOKS) + 1, LOOKS[number % len(LOOKS)]
        gender, voice_id, look_name, tags = _ABOUT[face.name]
        suffix = f"-{turn}" if turn > 1 else ""
        people.append(
            Person(
                group_id=f"ag_{face.name.lower()}{suffix}",
                look_id=f"{face.name.lower()}{suffix}",
                name=f"{face.name} {turn}" if turn > 1 else face.name,
                gender=gender,
                voice_id=voice_id,
                look_name=look_name,
                tags=tags,
                face=face,
            )
        )
    return people
