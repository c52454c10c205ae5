"""From painted colours to the planes of video: BT.709, limited range, 4:2:0. Knows no drawing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heygen_widget.local.face.canvas import HEIGHT, WIDTH, Box

Bytes = npt.NDArray[np.uint8]

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


def halved(plane: Bytes) -> Bytes:
    """Shrink a plane to half its width and height; both must be even."""
    wide = plane.astype(np.uint16)
    total = wide[0::2, 0::2] + wide[0::2, 1::2] + wide[1::2, 0::2] + wide[1::2, 1::2]
    return ((total + 2) >> 2).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of video; its box has even coordinates."""

    box: Box
    y: Bytes
    u: Bytes
    v: Bytes

    @classmethod
    def of(cls, frame: Bytes, box: Box) -> "Tile":
        """Cut a tile out of a frame (the planes are views)."""
        y, u, v = split(frame)
        half = Box(*(edge // 2 for edge in box))
        rows, columns = _whole(WIDTH, HEIGHT).slices(box)
        half_rows, half_columns = _whole(WIDTH // 2, HEIGHT // 2).slices(half)
        return cls(box, y[rows, columns], u[half_rows, half_columns], v[half_rows, half_columns])

    def under(self, above: Bytes) -> "Tile":
        """Return this tile under premultiplied Y, U, V, alpha of shape (height, width, 4)."""
        chroma = [halved(np.ascontiguousarray(above[..., i])) for i in (1, 2, 3)]
        clear, clear_half = 255 - above[..., 3], 255 - chroma[2]
        return Tile(
            self.box,
            _over(above[..., 0], self.y, clear),
            _over(chroma[0], self.u, clear_half),
            _over(chroma[1], self.v, clear_half),
        )

    @classmethod
    def solid(cls, box: Box, yuva: npt.NDArray[np.float32]) -> "Tile":
        """Make a tile of opaque Y, U, V, alpha of shape (height, width, 4)."""
        u, v = (_halved_exactly(yuva[..., i]) for i in (1, 2))
        return cls(box, np.rint(yuva[..., 0]).astype(np.uint8), u, v)

    def put_on(self, frame: Bytes) -> None:
        """Copy the tile to its place in a frame."""
        place = Tile.of(frame, self.box)
        place.y[:], place.u[:], place.v[:] = self.y, self.u, self.v


def split(frame: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Return views of the planes of a frame, which is (1080, 1280)."""
    chroma = frame[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    return frame[:HEIGHT], chroma[0], chroma[1]


def to_frame(yuva: npt.NDArray[np.float32]) -> Bytes:
    """Make a frame of opaque Y, U, V, alpha of shape (720, 1280, 4)."""
    frame = np.empty((HEIGHT * 3 // 2, WIDTH), dtype=np.uint8)
    Tile.solid(_whole(WIDTH, HEIGHT), yuva).put_on(frame)
    return frame


def _halved_exactly(plane: npt.NDArray[np.float32]) -> Bytes:
    total = plane[0::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 0::2] + plane[1::2, 1::2]
    return np.rint(total / 4).astype(np.uint8)


def _whole(width: int, height: int) -> Box:
    return Box(0, 0, width, height)


def _over(above: Bytes, below: Bytes, clear: Bytes) -> Bytes:
    total = below * clear.astype(np.uint16)
    total += 128
    total += total >> 8  # with the next line: divided by 255 and rounded, without a division
    total >>= 8
    total += above
    return np.minimum(total, 255, out=total).astype(np.uint8)
