"""A session of the embedded server that speaks with the natural voice, as a player hears it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from heygen_widget.local import LocalServer
from heygen_widget.local.voice import SAMPLE_RATE
from heygen_widget.local.voice.words import tokens
from tests.local.conftest import Caller
from tests.local.ear import heard
from tests.local.voice.loudness import lufs

TEXT = "Hello! A bumblebee costs $9.99 by 7:30 pm; 你好 means hello. Would you like one? Of course."


def say(caller: Caller, *deltas: str) -> tuple[npt.NDArray[np.int16], list[dict[str, Any]]]:
    """Return the sound and the words of a session that gets its text in pieces."""
    stream_id = caller.text_stream(deltas[0])
    with ThreadPoolExecutor() as threads:
        sound = threads.submit(heard, caller.playing(stream_id))
        for delta in deltas[1:]:
            assert caller.append(stream_id, delta).status_code == 202
        assert caller.append(stream_id, " ", final=True).status_code == 202
        events = [data["words"] for kind, data in caller.events(stream_id) if kind == "message"]
        return sound.result(), [word for batch in events for word in batch]


@pytest.mark.parametrize("size", [len(TEXT), 5])
def test_a_session_speaks_naturally_and_tells_its_words_when_they_are_heard(
    server_with: Callable[..., LocalServer],
    caller_at: Callable[[LocalServer], Caller],
    size: int,
) -> None:
    caller = caller_at(server_with(voice_engine="hibari"))
    sound, words = say(caller, *(TEXT[at : at + size] for at in range(0, len(TEXT), size)))

    assert [word["word"] for word in words] == [token.text for token in tokens(TEXT)]
    assert lufs(sound) == pytest.approx(-16.0, abs=1.5)
    loud = np.abs(sound.astype(int)) > 300
    for word in words:
        if word["word"].isalnum():
            begin, end = (round(word[side] * SAMPLE_RATE) for side in ("start", "end"))
            assert loud[begin : end + 1].any(), word
    spoken = sum(word["end"] - word["start"] for word in words)
    assert 4.0 < spoken < 14.0
