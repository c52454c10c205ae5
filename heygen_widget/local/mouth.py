"""The shape of a speaking mouth: what a voice asks for and a face draws."""

from typing import Final, NamedTuple


class Mouth(NamedTuple):
    """A mouth, as four numbers that can be blended linearly."""

    open: float  # how far the jaw is down, 0 (lips together) to 1
    wide: float  # how far the corners are drawn out, -1 (narrow) to 1 (a smile)
    round: float  # how far the lips are rounded forward, 0 to 1
    teeth: float  # how much of the teeth shows, 0 to 1


REST: Final = Mouth(0.0, 0.45, 0.0, 0.0)
"""Closed lips with the hint of a smile: the mouth of someone who listens."""

VISEMES: Final = {
    "PP": Mouth(0.00, 0.00, 0.10, 0.0),  # p b m: lips together
    "FF": Mouth(0.12, 0.10, 0.00, 0.9),  # f v: teeth on lip
    "TH": Mouth(0.20, 0.10, 0.00, 0.7),  # th
    "DD": Mouth(0.25, 0.20, 0.00, 0.6),  # t d
    "kk": Mouth(0.30, 0.10, 0.00, 0.4),  # k g ng h
    "CH": Mouth(0.25, -0.20, 0.50, 0.8),  # sh zh ch j
    "SS": Mouth(0.15, 0.45, 0.00, 1.0),  # s z
    "nn": Mouth(0.20, 0.15, 0.00, 0.4),  # n l
    "RR": Mouth(0.25, -0.20, 0.45, 0.2),  # r
    "aa": Mouth(0.95, 0.10, 0.05, 0.5),  # father, cut
    "E": Mouth(0.60, 0.50, 0.00, 0.6),  # bed
    "I": Mouth(0.38, 0.75, 0.00, 0.7),  # see
    "O": Mouth(0.65, -0.30, 0.65, 0.2),  # law
    "U": Mouth(0.30, -0.50, 1.00, 0.0),  # too, w
}
"""Mouths of the sounds of speech, under the names of the common 15-viseme set."""
