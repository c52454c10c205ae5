"""One person, drawn once: everything a frame can be put together from. Does not know time."""

from dataclasses import dataclass

import numpy as np

from heygen_widget.local.face.backdrop import draw_backdrop
from heygen_widget.local.face.beard import draw_beard
from heygen_widget.local.face.canvas import HEIGHT, WIDTH, Box, Canvas, Mask
from heygen_widget.local.face.clothes import draw_clothes
from heygen_widget.local.face.eyes import EYES_BOX, draw_eyes
from heygen_widget.local.face.glasses import draw_earrings, draw_glasses
from heygen_widget.local.face.hair import (
    draw_hair_behind,
    draw_hair_over,
    draw_shadow_of_hair,
    hairstyle,
)
from heygen_widget.local.face.head import draw_ears, draw_face, draw_neck
from heygen_widget.local.face.lips import JAW_BOX, draw_lips, drop_jaw
from heygen_widget.local.face.look import Look
from heygen_widget.local.face.motion import Eyes
from heygen_widget.local.mouth import REST, Mouth

_RAISED = (
    18  # pixels that clothes are raised above where they were drawn: it makes the neck shorter
)
_HEAD = Box(432, 32, 848, 676)  # nothing of a head, as drawn, is outside of it


_MOVING = Box(EYES_BOX.left, EYES_BOX.top, EYES_BOX.right, JAW_BOX.bottom)  # holds eyes and jaw


@dataclass(frozen=True, slots=True)
class Drawing:
    """A person at rest, in layers.

    Attributes
    ----------
    backdrop
        What is behind, a whole frame.
    clothes
        The clothed shoulders before it.
    head
        The head, over both.
    hidden
        Where clothes hide the head.
    """

    backdrop: Canvas
    clothes: Canvas
    head: Canvas
    hidden: Mask


@dataclass(frozen=True, slots=True)
class Portrait:
    """The parts of a person that change their shape.

    Attributes
    ----------
    look
        Who it is.
    skin
        The middle of the head without eyes, lips and what lies over them.
    over
        What lies over the eyes: hair and glasses.
    """

    look: Look
    skin: Canvas
    over: Canvas

    def eyes(self, eyes: Eyes) -> Canvas:
        """Return the part `EYES_BOX` of the head."""
        part = self.skin.crop(EYES_BOX)
        draw_eyes(part, self.look, eyes)
        part.put(self.over)
        return part

    def jaw(self, opened: float) -> Canvas:
        """Return the part `JAW_BOX` of the head, without lips, `opened` from 0 to 1."""
        part = drop_jaw(self.skin, opened)
        part.put(self.over)
        return part

    def lips(self, skin: Canvas, mouth: Mouth) -> Canvas:
        """Return the part `LIPS_BOX` of the head, on that part of a jaw as open as the mouth."""
        part = Canvas(skin.box, skin.pixels.copy())
        draw_lips(part, self.look, mouth)
        return part


def draw_portrait(look: Look) -> tuple[Drawing, Portrait]:
    """Draw a person."""
    backdrop = draw_backdrop(look.backdrop)
    clothes = Canvas(Box(262, 480 + _RAISED, 1018, HEIGHT + _RAISED))
    draw_clothes(clothes, look)
    clothes.box = Box(262, 480, 1018, HEIGHT)
    skin, over = Canvas(_HEAD), Canvas(_HEAD)
    draw_hair_behind(skin, look)
    draw_neck(skin, look)
    if hairstyle(look).ears:
        draw_ears(skin, look)
        draw_earrings(skin, look)
    face = draw_face(skin, look)
    draw_beard(skin, look)
    draw_hair_over(over, look, face)
    draw_shadow_of_hair(skin, look, over.cover, face)
    draw_glasses(over, look)
    hidden = clothes.cover
    if hairstyle(look).in_front:
        hidden = hidden.without(over.cover)
    portrait = Portrait(look, skin.crop(_MOVING), over.crop(_MOVING))
    draw_lips(skin, look, REST)
    draw_eyes(skin, look, Eyes(0.0, 0.0, 0.0, 0.0))
    skin.put(over)
    _lay_beneath(backdrop, skin, hidden)
    return Drawing(backdrop, clothes, skin, hidden), portrait


def _lay_beneath(backdrop: Canvas, head: Canvas, hidden: Mask) -> None:
    """Put the head where clothes hide it: the backdrop would shine through their smooth edges."""
    edges = (hidden.on(head.box) > 0)[..., None]
    backdrop.put(Canvas(head.box, head.pixels * edges))


def bounds(painted: Mask, margins: tuple[int, int]) -> Box:
    """Return the box of what is covered and margins around it, on even coordinates."""
    covered = painted.alpha > 1 / 255
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    left, top = painted.box.left + int(columns[0]), painted.box.top + int(rows[0])
    right, bottom = painted.box.left + int(columns[-1]) + 1, painted.box.top + int(rows[-1]) + 1
    across, down = margins
    edges = (
        (left - across) & ~1,
        (top - down) & ~1,
        (right + across + 1) & ~1,
        (bottom + down + 1) & ~1,
    )
    return Box(*edges).intersect(Box(0, 0, WIDTH, HEIGHT))
