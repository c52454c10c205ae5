"""``heygen-widget demo --check``: tests a whole session without a screen.

Starts the embedded server, opens a session, appends text, reads the live HLS stream, decodes it,
and reports what was seen and heard.
"""

import asyncio
import io
import re
import time
from contextlib import aclosing
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.local import LocalServer
from heygen_widget.relay import Follower

SEED = "Hello! This is a rehearsal."
APPENDED = "Every word you hear was sent a moment ago."
AUDIBLE = 0.02  # of full scale; silence in the stream is digital silence
WINDOW = 0.02  # seconds over which loudness is taken
PATIENCE = 60.0  # seconds for the whole


@dataclass(frozen=True, slots=True)
class Recording:
    """A decoded stream: size in pixels, frames, and sound from -1 to 1 at `rate` per second."""

    width: int
    height: int
    frames: int
    sound: npt.NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.sound) / self.rate

    @property
    def audible(self) -> npt.NDArray[np.bool_]:
        """Whether each `WINDOW` of the sound is audible."""
        size = int(self.rate * WINDOW)
        windows = self.sound[: len(self.sound) // size * size].reshape(-1, size)
        loud: npt.NDArray[np.bool_] = np.abs(windows).max(axis=1, initial=0) > AUDIBLE
        return loud

    @property
    def seconds_audible(self) -> float:
        """Seconds of audible sound."""
        return float(np.count_nonzero(self.audible)) * WINDOW

    def holds(self, words: list[WordEvent]) -> bool:
        """Whether the sound is audible at the time of each of `words`, and hardly elsewhere."""
        audible = self.audible
        spoken = sum(word.end - word.start for word in words)
        return (
            (self.width, self.height) == (1280, 720)
            and self.frames > 0
            and all(_any_within(audible, word) for word in words if _is_voiced(word))
            and spoken / 2 < self.seconds_audible < self.seconds
        )


def check() -> int:
    """Run the check. Returns 0 only if the speech is in the stream."""
    print("Starting the embedded avatar server …")
    with LocalServer() as server:
        try:
            return asyncio.run(asyncio.wait_for(_check(server), PATIENCE))
        except TimeoutError:
            raise SystemExit(f"Gave up: the stream did not end in {PATIENCE:.0f} s.") from None


async def _check(server: LocalServer) -> int:
    words: list[WordEvent] = []
    appended = delay = None
    async with AsyncHeyGen(server.api_key, server.base_url) as heygen:
        realtime = heygen.avatar_realtime
        created = await realtime.create(
            type="text_stream", avatar_id="demo", voice_id="demo", text=SEED
        )
        listening = asyncio.create_task(_listen(heygen, created.stream_id, words))
        stream = b""
        follower = Follower(await playlist_url(heygen, created.stream_id))
        async with aclosing(follower.parts()) as parts:
            async for part in parts:
                stream += part.data if stream else part.init + part.data
                audible = decode(part.init + part.data).audible.any()
                if appended is None and not audible and _is_said(SEED, words):
                    appended = time.monotonic()
                    await realtime.append_text(created.stream_id, APPENDED, final=True)
                elif appended is not None and audible and delay is None:
                    delay = time.monotonic() - appended
        await listening
    return report(decode(stream), words, delay)


def report(recording: Recording, words: list[WordEvent], delay: float | None) -> int:
    """Print what was seen and heard, and return an exit code.

    Parameters
    ----------
    recording
        The whole stream.
    words
        What the server reports as spoken.
    delay
        Seconds from `append_text` until its speech was in the stream; None if it never was.

    Returns
    -------
    int
        0 if the speech is in the stream, else 1.
    """
    print(f"picture        {recording.width}x{recording.height}, {recording.frames} frames")
    print(
        f"sound          {recording.seconds:.1f} s, "
        f"{recording.seconds_audible:.1f} s of it audible speech"
    )
    print(f"words          {sum(map(_is_voiced, words))}: {as_text(words)}")
    print("append → audible", "never" if delay is None else f"{delay:.2f} s (segment read back)")
    said = _is_said(f"{SEED} {APPENDED}", words)
    if delay is not None and said and recording.holds(words):
        print("The speech is in the stream.")
        return 0
    print("The speech is NOT in the stream.")
    return 1


async def playlist_url(heygen: AsyncHeyGen, stream_id: str) -> str:
    """Wait until a session streams and return where."""
    while True:
        answer = await heygen.avatar_realtime.get(stream_id)
        if answer.hls_url:
            return answer.hls_url
        if answer.error_message:
            raise SystemExit(f"The session failed: {answer.error_message}")
        await asyncio.sleep(0.05)


async def _listen(heygen: AsyncHeyGen, stream_id: str, words: list[WordEvent]) -> None:
    async for batch in heygen.avatar_realtime.words(stream_id):
        words.extend(batch.words)


def _is_said(text: str, words: list[WordEvent]) -> bool:
    return _bare(as_text(words)) == _bare(text)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _is_voiced(word: WordEvent) -> bool:
    return any(map(str.isalnum, word.word))


def _any_within(audible: npt.NDArray[np.bool_], word: WordEvent) -> bool:
    return bool(audible[int(word.start / WINDOW) : int(word.end / WINDOW) + 1].any())


def decode(data: bytes) -> Recording:
    """Decode a stream."""
    frames = width = height = 0
    rate = 48_000
    sound = [np.zeros(0, np.float32)]
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                frames, width, height = frames + 1, frame.width, frame.height
            elif isinstance(frame, av.AudioFrame):
                rate = frame.sample_rate
                sound.append(frame.to_ndarray()[0])
    return Recording(width, height, frames, np.concatenate(sound), rate)
