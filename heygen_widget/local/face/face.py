"""A person's face, frame by frame: what the portrait drew, put together as motion says.

Does not draw, and does not know what is said.
"""

import threading
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from heygen_widget.local.face import motion
from heygen_widget.local.face.body import breathing
from heygen_widget.local.face.canvas import WIDTH, Box, Canvas
from heygen_widget.local.face.eyes import EYES_BOX
from heygen_widget.local.face.lips import JAW_BOX, LIPS_BOX
from heygen_widget.local.face.look import Look
from heygen_widget.local.face.motion import Affine, Eyes
from heygen_widget.local.face.planes import Bytes, Tile, to_yuva
from heygen_widget.local.face.portrait import bounds, draw_portrait
from heygen_widget.local.mouth import Mouth

_FINENESS: Final = Mouth(28, 10, 8, 6)
"""Steps that a mouth is rounded to, a unit: finer ones cannot be seen."""
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
        self._head = _image(drawing.head)
        self._head_box = drawing.head.box
        self._place = bounds(drawing.head.cover.without(drawing.hidden), _SWAY)
        still = max(WIDTH / 2 - self._place.left, self._place.right - WIDTH / 2)
        self._body = breathing(drawing.backdrop, drawing.clothes, still)
        self._clear = 255 - np.rint(drawing.hidden.on(self._place) * 255).astype(np.uint16)
        covered = np.flatnonzero((self._clear < 255).any(axis=1))  # noqa: PLR2004
        self._first_hidden = int(covered[0])  # the first row with clothes
        self._pose = lru_cache(maxsize=motion.LEANS)(self._draw_pose)
        self._eyes = lru_cache(maxsize=64)(self._draw_eyes)
        self._looking = lru_cache(maxsize=motion.LOOP_FRAMES)(self._place_eyes)
        self._jaw = lru_cache(maxsize=int(_FINENESS.open) + 1)(self._draw_jaw)
        self._lips = lru_cache(maxsize=128)(self._draw_lips)

    def frame(self, number: int, mouth: Mouth) -> npt.NDArray[np.uint8]:
        """Draw a frame.

        Parameters
        ----------
        number
            Which frame since the stream began. Head, eyes and shoulders repeat every `LOOP_FRAMES`.
        mouth
            What the mouth does, drawn as given.

        Returns
        -------
        ndarray of uint8, shape (1080, 1280)
            The planes of yuv420p one after another (BT.709, limited range), the caller's to keep.
        """
        number %= motion.LOOP_FRAMES
        lean = motion.lean(number)
        frame = self._body.frame(motion.breath(number))
        self._pose(lean).put_on(frame)
        self._looking(lean, motion.eyes(number)).put_on(frame)
        self._speaking(lean, mouth).put_on(frame)
        return frame

    def _speaking(self, lean: int, mouth: Mouth) -> Tile:
        rough = _rounded(mouth)
        jaw = self._jaw(rough.open)[0].copy()
        jaw.paste(self._lips(rough), (LIPS_BOX.left - JAW_BOX.left, LIPS_BOX.top - JAW_BOX.top))
        return self._placed(jaw, JAW_BOX, lean)

    def _draw_pose(self, lean: int) -> Tile:
        return self._over_scene(
            _moved(self._head, self._head_box, self._place, motion.head(lean)), self._place
        )

    def _draw_eyes(self, eyes: Eyes) -> Image.Image:
        return _image(self._portrait.eyes(eyes))

    def _place_eyes(self, lean: int, eyes: Eyes) -> Tile:
        return self._placed(self._eyes(eyes), EYES_BOX, lean)

    def _draw_jaw(self, opened: float) -> tuple[Image.Image, Canvas]:
        jaw = self._portrait.jaw(opened)
        return _image(jaw), jaw.crop(LIPS_BOX)

    def _draw_lips(self, mouth: Mouth) -> Image.Image:
        _, skin = self._jaw(mouth.open)
        return _image(self._portrait.lips(skin, mouth))

    def _placed(self, part: Image.Image, box: Box, lean: int) -> Tile:
        """Return a part of the head where the head is, less its edge."""
        way = motion.head(lean)
        place = _landing(box, way)
        return self._over_scene(_moved(part, box, place, way), place)

    def _over_scene(self, head: Bytes, place: Box) -> Tile:
        clear = self._clear[self._place.slices(place)]
        first = self._first_hidden - (place.top - self._place.top)
        if first < len(clear):
            head = head.copy()
            rows = slice(max(first, 0), None)
            head[rows] = (head[rows] * clear[rows, :, None] + 255) >> 8
        return Tile.of(self._body.rest, place).under(head)


def _rounded(mouth: Mouth) -> Mouth:
    steps = (round(value * fine) / fine for value, fine in zip(mouth, _FINENESS, strict=True))
    return Mouth(*steps)


def _image(canvas: Canvas) -> Image.Image:
    """Turn a canvas into an image of Y, U, V, alpha, premultiplied.

    In the mode "RGBa" Pillow moves the four as they are; in "RGBA" it would convert them twice.
    """
    yuva = np.rint(to_yuva(canvas.pixels)).astype(np.uint8)
    return Image.frombytes("RGBa", canvas.box.size, yuva.tobytes())


def _moved(image: Image.Image, box: Box, place: Box, way: Affine) -> Bytes:
    """Return what an image that covers `box` of the drawn head shows at `place` in the frame."""
    a, b, c, d, e, f = way
    x, y = place.left, place.top
    local = (a, b, a * x + b * y + c - box.left, d, e, d * x + e * y + f - box.top)
    turned = image.transform(place.size, Image.Transform.AFFINE, local, Image.Resampling.BILINEAR)
    return np.asarray(turned)


def _landing(box: Box, way: Affine) -> Box:
    """Return the largest even box of the frame in a moved part, one pixel in from its edge."""
    a, b, c, d, e, f = way
    det = a * e - b * d
    corners = [
        ((e * (x - c) - b * (y - f)) / det, (a * (y - f) - d * (x - c)) / det)
        for x in (box.left + 1, box.right - 1)
        for y in (box.top + 1, box.bottom - 1)
    ]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    left, right = max(x0, x1), min(x2, x3)
    top, bottom = max(y0, y2), min(y1, y3)
    return Box(_even_up(left), _even_up(top), int(right) & ~1, int(bottom) & ~1)


def _even_up(value: float) -> int:
    return -(-int(np.ceil(value)) // 2) * 2


_SHARED: dict[str, Face] = {}
_SHARING = threading.Lock()


def face_for(look: Look) -> Face:
    """Return the one face of a look in this process; the first call draws it."""
    with _SHARING:
        if look.name not in _SHARED:
            _SHARED[look.name] = Face(look)
        return _SHARED[look.name]
