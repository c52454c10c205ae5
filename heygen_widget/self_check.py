"""``heygen-widget demo --check``: tests a whole session without a screen.

Starts the embedded server, opens a session, appends text, reads the live HLS stream, decodes it,
and reports what was seen and heard.
"""

import io
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

import av
import httpx
import numpy as np
import numpy.typing as npt

from heygen_widget.api import HeyGen
from heygen_widget.api.models import WordEvent
from heygen_widget.api.transcript import as_text
from heygen_widget.local import LocalServer

SEED = "Hello! This is a rehearsal."
APPENDED = "Every word you hear was sent a moment ago."
AUDIBLE = 0.02  # of full scale; silence in the stream is digital silence
WINDOW = 0.02  # seconds over which loudness is taken
PATIENCE = 60.0  # seconds for the whole


@dataclass(frozen=True, slots=True)
class Segment:
    """A media segment, and when it was read (monotonic seconds)."""

    data: bytes
    at: float


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
    with LocalServer() as server, HeyGen(server.api_key, server.base_url) as heygen:
        realtime = heygen.avatar_realtime
        stream_id = realtime.create(
            type="text_stream", avatar_id="demo", voice_id="demo", text=SEED
        ).stream_id
        words: list[WordEvent] = []
        listener = threading.Thread(target=_listen, args=(heygen, stream_id, words))
        listener.start()
        with Reader(playlist_url(heygen, stream_id)) as reader:
            reader.read_until(lambda: _is_said(SEED, words) and reader.is_silent())
            appended = time.monotonic()
            realtime.append_text(stream_id, APPENDED, final=True)
            before = len(reader.segments)
            reader.read_until(lambda: reader.ended)
        listener.join(PATIENCE)
    audible_at = next((s.at for s in reader.segments[before:] if reader.is_audible(s)), None)
    delay = None if audible_at is None else audible_at - appended
    return report(reader.recording(), words, delay)


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


class Reader:
    """Reads a live playlist segment by segment, as a player does."""

    def __init__(self, playlist_url: str) -> None:
        self.segments: list[Segment] = []
        self.ended = False
        self._url = playlist_url
        self._next = 0
        self._init = b""
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def read_until(self, done: Callable[[], bool]) -> None:
        """Read until `done`, or the end of the stream."""
        deadline = time.monotonic() + PATIENCE
        while not (done() or self.ended):
            if time.monotonic() > deadline:
                raise SystemExit(f"Gave up: the stream did not end within {PATIENCE:.0f} s.")
            self._read_more()

    def is_silent(self) -> bool:
        """Whether the latest segment is silent."""
        return bool(self.segments) and not self.is_audible(self.segments[-1])

    def is_audible(self, segment: Segment) -> bool:
        """Whether there is speech in a segment."""
        return bool(_decode(self._init + segment.data).audible.any())

    def recording(self) -> Recording:
        """Decode everything read."""
        return _decode(self._init + b"".join(segment.data for segment in self.segments))

    def _read_more(self) -> None:
        answer = self._http.get(self._url, params={"_HLS_msn": self._next})
        playlist = answer.raise_for_status().text
        if not self._init:
            (uri,) = re.findall(r'#EXT-X-MAP:URI="(.+?)"', playlist)
            self._init = self._http.get(urljoin(self._url, uri)).raise_for_status().content
        (first,) = map(int, re.findall(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", playlist))
        for uri in re.findall(r"^[^#\s].*$", playlist, re.MULTILINE)[self._next - first :]:
            data = self._http.get(urljoin(self._url, uri)).raise_for_status().content
            self.segments.append(Segment(data, time.monotonic()))
            self._next += 1
        self.ended = "#EXT-X-ENDLIST" in playlist


def playlist_url(heygen: HeyGen, stream_id: str) -> str:
    """Wait until a session streams and return where."""
    for _ in range(200):
        answer = heygen.avatar_realtime.get(stream_id)
        if answer.hls_url:
            return answer.hls_url
        if answer.error_message:
            raise SystemExit(f"The session failed: {answer.error_message}")
        time.sleep(0.05)
    raise SystemExit("The session did not start streaming.")


def _listen(heygen: HeyGen, stream_id: str, words: list[WordEvent]) -> None:
    for batch in heygen.avatar_realtime.words(stream_id):
        words.extend(batch.words)


def _is_said(text: str, words: list[WordEvent]) -> bool:
    return _bare(as_text(words)) == _bare(text)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _is_voiced(word: WordEvent) -> bool:
    return any(map(str.isalnum, word.word))


def _any_within(audible: npt.NDArray[np.bool_], word: WordEvent) -> bool:
    return bool(audible[int(word.start / WINDOW) : int(word.end / WINDOW) + 1].any())


def _decode(data: bytes) -> Recording:
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
