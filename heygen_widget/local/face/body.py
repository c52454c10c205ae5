"""Shoulders that rise and fall with the breath. Knows backdrop and clothes as pixels only."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from heygen_widget.local.face.canvas import WIDTH, Box, Canvas
from heygen_widget.local.face.motion import BREATHS
from heygen_widget.local.face.planes import (
    Bytes,
    Lanes,
    Tile,
    to_bytes,
    to_frame,
    to_lanes,
    to_yuva,
)

_RISE: Final = 1.8  # pixels that the shoulders rise at most
_EASE: Final = 70.0  # pixels over which they do so, from what keeps still outwards


@dataclass(frozen=True, slots=True)
class Body:
    """Clothed shoulders before a backdrop, in every phase of a breath.

    Attributes
    ----------
    rest
        The frame without a head, breathed out.
    behind
        The part of it where a head can be. It is the same in all phases.
    breaths
        The part of the frame with the clothes, breath by breath.
    """

    rest: Bytes
    behind: Lanes
    breaths: tuple[Tile, ...]

    def frame(self, breath: int, over: Bytes | None) -> Bytes:
        """Return a frame: another one of this body with its head, drawn over, or a new one."""
        frame = self.rest.copy() if over is None else over
        self.breaths[breath].put_on(frame)
        return frame


def breathing(backdrop: Canvas, clothes: Canvas, place: Box) -> Body:
    """Let clothes breathe; nothing moves at `place`, where the head can be."""
    scene, worn = to_yuva(backdrop.pixels), to_yuva(clothes.pixels)
    part = backdrop.box.slices(clothes.box)
    still = max(WIDTH / 2 - place.left, place.right - WIDTH / 2)
    x = np.abs(np.arange(clothes.box.left, clothes.box.right) - WIDTH / 2)
    share = np.clip((x - still) / _EASE, 0, 1)
    weight = (share * share * (3 - 2 * share)).astype(np.float32)[None, :, None]
    breaths = []
    for breath in range(BREATHS):
        raised = _raised(worn, weight * np.float32(_RISE * breath / (BREATHS - 1)))
        breaths.append(raised + scene[part] * (1 - raised[..., 3:] / np.float32(255)))
    scene[part] = breaths[0]
    behind = to_lanes(to_bytes(scene[backdrop.box.slices(place)]))
    return Body(to_frame(scene), behind, tuple(Tile.solid(clothes.box, each) for each in breaths))


def _raised(
    pixels: npt.NDArray[np.float32], rise: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Move columns up by `rise` pixels (0 to 2, not whole)."""
    below = np.concatenate([pixels[1:], pixels[-1:], pixels[-1:]])
    near = pixels + (below[:-1] - pixels) * np.minimum(rise, 1)
    farther: npt.NDArray[np.float32] = near + (below[1:] - below[:-1]) * np.maximum(rise - 1, 0)
    return farther
