"""From painted colours to the planes of video: BT.709, limited range, 4:2:0. Knows no drawing."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from heygen_widget.local.face.canvas import HEIGHT, WIDTH, Box

Bytes = npt.NDArray[np.uint8]
Lanes = npt.NDArray[np.uint64]
"""Premultiplied Y, U, V and alpha of pixels, in 16 bits each from the lowest up.

So numpy computes with all four at once."""

LOW: Final = np.uint64(0x00FF_00FF_00FF_00FF)
"""The low byte of each lane, all that is used between two steps of a computation."""

_TWO: Final = np.uint64(0x0002_0002_0002_0002)
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722


def to_yuva(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Convert a canvas's pixels to premultiplied Y, U, V, alpha, all 0 to 255."""
    r, g, b, alpha = (pixels[..., i] for i in range(4))
    y = _RED * r + _GREEN * g + _BLUE * b
    planes = (
        y * np.float32(219 / 255) + 16 * alpha,
        (b - y) * (224 / 255 / (2 * (1 - _BLUE))) + 128 * alpha,
        (r - y) * (224 / 255 / (2 * (1 - _RED))) + 128 * alpha,
        255 * alpha,
    )
    stacked: npt.NDArray[np.float32] = np.stack(planes, axis=-1)
    return np.clip(stacked, 0, 255, out=stacked)


def to_bytes(yuva: npt.NDArray[Any]) -> Bytes:
    """Round values from 0 to 255."""
    rounded: Bytes = np.rint(yuva).astype(np.uint8)
    return rounded


def to_lanes(yuva: Bytes) -> Lanes:
    """Widen pixels of shape (height, width, 4) to lanes of shape (height, width)."""
    lanes: Lanes = yuva.astype("<u2").view("<u8")[..., 0]
    return lanes


def dimmed(lanes: Lanes, share: npt.NDArray[Any]) -> Lanes:
    """Multiply pixels by a share, in whole numbers from 0 to 255."""
    total: Lanes = (lanes * share + LOW) >> 8 & LOW
    return total


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of video; its box has even coordinates."""

    box: Box
    y: Bytes
    u: Bytes
    v: Bytes

    @classmethod
    def of(cls, box: Box, lanes: Lanes) -> "Tile":
        """Make a tile of opaque pixels."""
        rows = lanes[0::2] + lanes[1::2]
        half = (rows[:, 0::2] + rows[:, 1::2] + _TWO) >> 2
        u, v = ((half >> lane).astype(np.uint8) for lane in (16, 32))
        return cls(box, lanes.astype(np.uint8), u, v)

    @classmethod
    def solid(cls, box: Box, yuva: npt.NDArray[np.float32]) -> "Tile":
        """Make a tile of opaque Y, U, V, alpha of shape (height, width, 4)."""
        u, v = (_halved_exactly(yuva[..., i]) for i in (1, 2))
        return cls(box, to_bytes(yuva[..., 0]), u, v)

    def put_on(self, frame: Bytes) -> None:
        """Copy the tile to its place in a frame, which is (1080, 1280)."""
        left, top, right, bottom = self.box
        frame[top:bottom, left:right] = self.y
        chroma = frame[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
        place = chroma[:, top // 2 : bottom // 2, left // 2 : right // 2]
        place[0], place[1] = self.u, self.v


def to_frame(yuva: npt.NDArray[np.float32]) -> Bytes:
    """Make a frame of opaque Y, U, V, alpha of shape (720, 1280, 4)."""
    frame = np.empty((HEIGHT * 3 // 2, WIDTH), dtype=np.uint8)
    Tile.solid(Box(0, 0, WIDTH, HEIGHT), yuva).put_on(frame)
    return frame


def _halved_exactly(plane: npt.NDArray[np.float32]) -> Bytes:
    total = plane[0::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 0::2] + plane[1::2, 1::2]
    return to_bytes(total / 4)
