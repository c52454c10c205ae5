"""A person's face, frame by frame: what the portrait drew, put together as motion says.

Does not draw, and does not know what is said.
"""

import threading
from functools import lru_cache
from typing import Final

import numpy as np

from heygen_widget.local.face import motion
from heygen_widget.local.face.body import breathing
from heygen_widget.local.face.canvas import Box, Canvas
from heygen_widget.local.face.eyes import EYES_BOX
from heygen_widget.local.face.lips import JAW_BOX, LIPS_BOX
from heygen_widget.local.face.look import Look
from heygen_widget.local.face.motion import Eyes
from heygen_widget.local.face.planes import Bytes, Tile, dimmed, to_bytes, to_yuva
from heygen_widget.local.face.portrait import bounds, draw_portrait
from heygen_widget.local.face.warp import Grid, grid, landing, warp
from heygen_widget.local.mouth import Mouth

_FINENESS: Final = Mouth(20, 7, 6, 5)
"""Steps that a mouth is rounded to, a unit: about two pixels, which cannot be seen in speech."""
_LIPS: Final = 512
"""Mouths that are kept: nearly all of minutes of speech, in 20 MB."""
_SWAY: Final = (15, 7)  # pixels that the head moves at most, across and down


class Face:
    """All that one person can look like. Safe to use from any thread, meant to be shared.

    Parameters
    ----------
    look
        The person.
    """

    LOOP_FRAMES: Final = motion.LOOP_FRAMES

    def __init__(self, look: Look) -> None:
        self.look: Final = look
        drawing, self._portrait = draw_portrait(look)
        self._head = to_bytes(to_yuva(drawing.head.pixels))
        self._head_box = drawing.head.box
        self._place = bounds(drawing.head.cover.without(drawing.hidden), _SWAY)
        self._body = breathing(drawing.backdrop, drawing.clothes, self._place)
        self._clear = 255 - np.rint(drawing.hidden.on(self._place) * 255).astype(np.uint64)
        hidden = np.flatnonzero((self._clear < 255).any(axis=1))  # noqa: PLR2004
        self._hidden_from = self._place.top + int(hidden[0])  # the first row with clothes
        self._pose = lru_cache(maxsize=motion.LEANS)(self._draw_pose)
        self._eyes = lru_cache(maxsize=64)(self._draw_eyes)
        self._looking = lru_cache(maxsize=motion.LOOP_FRAMES)(self._place_eyes)
        self._jaw = lru_cache(maxsize=int(_FINENESS.open) + 1)(self._draw_jaw)
        self._lips = lru_cache(maxsize=_LIPS)(self._draw_lips)

    def frame(self, number: int, mouth: Mouth, over: Bytes | None = None) -> Bytes:
        """Draw a frame.

        Parameters
        ----------
        number
            Which frame since the stream began. Head, eyes and shoulders repeat every `LOOP_FRAMES`.
        mouth
            What the mouth does.
        over
            A frame of this face that is no longer needed, to be drawn over: only what moves is.

        Returns
        -------
        ndarray of uint8, shape (1080, 1280)
            The planes of yuv420p one after another (BT.709, limited range), the caller's to keep.
        """
        number %= motion.LOOP_FRAMES
        lean = motion.lean(number)
        frame = self._body.frame(motion.breath(number), over)
        self._pose(lean).put_on(frame)
        self._looking(lean, motion.eyes(number)).put_on(frame)
        self._speaking(lean, mouth).put_on(frame)
        return frame

    def _speaking(self, lean: int, mouth: Mouth) -> Tile:
        rough = _rounded(mouth)
        jaw = self._jaw(rough.open)[0].copy()
        jaw[JAW_BOX.slices(LIPS_BOX)] = self._lips(rough)
        return self._over_scene(jaw, _jaw_grid(lean))

    def _draw_pose(self, lean: int) -> Tile:
        return self._over_scene(self._head, grid(self._head_box, self._place, motion.head(lean)))

    def _draw_eyes(self, eyes: Eyes) -> Bytes:
        return to_bytes(to_yuva(self._portrait.eyes(eyes).pixels))

    def _place_eyes(self, lean: int, eyes: Eyes) -> Tile:
        return self._over_scene(self._eyes(eyes), _grid(EYES_BOX, lean))

    def _draw_jaw(self, opened: float) -> tuple[Bytes, Canvas]:
        jaw = self._portrait.jaw(opened)
        return to_bytes(to_yuva(jaw.pixels)), jaw.crop(LIPS_BOX)

    def _draw_lips(self, mouth: Mouth) -> Bytes:
        _, skin = self._jaw(mouth.open)
        return to_bytes(to_yuva(self._portrait.lips(skin, mouth).pixels))

    def _over_scene(self, part: Bytes, where: Grid) -> Tile:
        """Return a part of the head, over and under what else is there."""
        inside = self._place.slices(where.place)
        head = warp(part, where)
        if where.place.bottom > self._hidden_from:
            head = dimmed(head, self._clear[inside])
        return Tile.of(where.place, head + dimmed(self._body.behind[inside], 255 - (head >> 48)))


def _grid(box: Box, lean: int) -> Grid:
    """Look for the pixels of a part where the head is, less its edge."""
    way = motion.head(lean)
    return grid(box, landing(box, way), way)


@lru_cache(maxsize=motion.LEANS)
def _jaw_grid(lean: int) -> Grid:
    return _grid(JAW_BOX, lean)


def _rounded(mouth: Mouth) -> Mouth:
    steps = (round(value * fine) / fine for value, fine in zip(mouth, _FINENESS, strict=True))
    return Mouth(*steps)


_SHARED: dict[str, Face] = {}
_SHARING = threading.Lock()


def face_for(look: Look) -> Face:
    """Return the one face of a look in this process; the first call draws it."""
    with _SHARING:
        if look.name not in _SHARED:
            _SHARED[look.name] = Face(look)
        return _SHARED[look.name]
