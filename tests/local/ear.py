"""The sound of a stream, as a player hears it."""

import av
import numpy as np
import numpy.typing as npt

from tests.local.conftest import PATIENCE


def heard(url: str) -> npt.NDArray[np.int16]:
    """Play a stream from its first word to its end, as FFmpeg does."""
    with av.open(url, timeout=PATIENCE, options={"live_start_index": "0"}) as stream:
        frames = [frame.to_ndarray()[0] for frame in stream.decode(audio=0)]
    sound: npt.NDArray[np.int16] = np.rint(np.clip(np.concatenate(frames), -1, 1) * 32767).astype(
        np.int16
    )
    return sound
