"""Players that nobody here wrote hear a young stream from its first word, though they come late."""

from collections.abc import Callable

import av
import httpx
import numpy as np
import pytest

from heygen_widget.local import LocalServer
from tests.local.conftest import PATIENCE, Caller

TEXT = "Probably pineapples are the best fruit of them all. " * 3


@pytest.mark.parametrize(("seconds", "late"), [(0.2, 9), (0.4, 8), (2.0, 3)])
def test_ffmpeg_plays_from_the_first_word_and_skips_none(
    server_with: Callable[..., LocalServer],
    caller_at: Callable[[LocalServer], Caller],
    seconds: float,
    late: int,
) -> None:
    caller = caller_at(server_with(segment=seconds))
    stream_id = caller.text_stream(TEXT)
    caller.append(stream_id, " The end.", final=True)
    url = caller.playing(stream_id)
    for number in range(late):
        httpx.get(url, params={"_HLS_msn": number}, timeout=PATIENCE)
    with av.open(url, timeout=PATIENCE) as stream:
        heard = list(stream.decode(audio=0))
    starts = np.array([frame.pts for frame in heard])
    assert starts[0] == 0
    assert (np.diff(starts) == [frame.samples for frame in heard[:-1]]).all()
    assert starts[-1] > 5 * heard[0].sample_rate  # to its end
