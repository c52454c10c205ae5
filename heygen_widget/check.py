"""``heygen-widget demo --check``: the main thing this package does, done without a screen.

Starts the embedded server, opens a session, appends text, reads the HLS stream back while it is
made, decodes it, and says what was seen and heard.
"""

import io
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import av
import httpx
import numpy as np
import numpy.typing as npt

from heygen_widget.api import HeyGen
from heygen_widget.api.models import WordEvent
from heygen_widget.local import LocalServer
from heygen_widget.transcript import as_text

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


def check() -> int:
    """Run the demonstration. Returns 0 only if the speech is really in the stream."""
    print("Starting the embedded avatar server …")
    with LocalServer() as server, HeyGen(server.api_key, server.base_url) as heygen:
        realtime = heygen.avatar_realtime
        stream_id = realtime.create(
            type="text_stream", avatar_id="demo", voice_id="demo", text=SEED
        ).stream_id
        words: list[WordEvent] = []
        listener = threading.Thread(target=_listen, args=(heygen, stream_id, words))
        listener.start()
        reader = Reader(_playlist_url(heygen, stream_id))
        reader.read_until(lambda: _spoken(words, SEED) and reader.is_silent())
        appended = time.monotonic()
        realtime.append_text(stream_id, APPENDED, final=True)
        before = len(reader.segments)
        reader.read_until(lambda: reader.ended)
        listener.join(PATIENCE)
    audible_at = next((s.at for s in reader.segments[before:] if reader.is_audible(s)), None)
    return _report(reader, words, None if audible_at is None else audible_at - appended)


def _report(reader: "Reader", words: list[WordEvent], delay: float | None) -> int:
    width, height, frames, sound, rate = reader.decode()
    loud = _loudness(sound, rate) > AUDIBLE
    seconds = float(np.count_nonzero(loud)) * WINDOW
    spoken = sum(word.end - word.start for word in words)
    in_words = sum(_is_loud_within(loud, word) for word in words)
    text = as_text(words)
    voiced = [word for word in words if any(map(str.isalnum, word.word))]
    print(f"picture        {width}x{height}, {frames} frames")
    print(f"sound          {len(sound) / rate:.1f} s, {seconds:.1f} s of it audible speech")
    print(f"words          {len(voiced)}: {text}")
    print("append → audible", "never" if delay is None else f"{delay:.2f} s (segment read back)")
    heard = (
        delay is not None
        and (width, height) == (1280, 720)
        and frames > 0
        and _bare(text) == _bare(f"{SEED} {APPENDED}")
        and in_words >= len(voiced)
        and spoken / 2 < seconds < len(sound) / rate
    )
    print("The speech is in the stream." if heard else "The speech is NOT in the stream.")
    return 0 if heard else 1


class Reader:
    """Reads a live playlist segment by segment, as a player does."""

    def __init__(self, playlist_url: str) -> None:
        self.segments: list[Segment] = []
        self.ended = False
        self._url = playlist_url
        self._next = 0
        self._init = b""
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False)

    def read_until(self, done: Callable[[], bool]) -> None:
        """Read until `done`, or the end of the stream."""
        deadline = time.monotonic() + PATIENCE
        while not (done() or self.ended):
            if time.monotonic() > deadline:
                raise SystemExit(f"Gave up: no end of the stream within {PATIENCE:.0f} s.")
            self._read_more()

    def is_silent(self) -> bool:
        """Whether the latest segment is silent."""
        return bool(self.segments) and not self.is_audible(self.segments[-1])

    def is_audible(self, segment: Segment) -> bool:
        """Whether there is speech in a segment."""
        *_, sound, rate = _decode(self._init + segment.data)
        return bool((_loudness(sound, rate) > AUDIBLE).any())

    def decode(self) -> tuple[int, int, int, npt.NDArray[np.float32], int]:
        """Decode everything read: width, height, frames, sound (-1 to 1) and its rate."""
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


def _playlist_url(heygen: HeyGen, stream_id: str) -> str:
    for _ in range(200):
        answer = heygen.avatar_realtime.get(stream_id)
        if answer.hls_url:
            return answer.hls_url
        if answer.error_message:
            raise SystemExit(f"The session failed: {answer.error_message}")
        time.sleep(0.05)
    raise SystemExit("The session did not begin to stream.")


def _listen(heygen: HeyGen, stream_id: str, words: list[WordEvent]) -> None:
    for batch in heygen.avatar_realtime.words(stream_id):
        words.extend(batch.words)


def _spoken(words: list[WordEvent], text: str) -> bool:
    return _bare(as_text(words)) == _bare(text)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _decode(data: bytes) -> tuple[int, int, int, npt.NDArray[np.float32], int]:
    frames = width = height = 0
    rate = 48_000
    sound: list[npt.NDArray[np.float32]] = []
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                frames, width, height = frames + 1, frame.width, frame.height
            elif isinstance(frame, av.AudioFrame):
                rate = frame.sample_rate
                sound.append(frame.to_ndarray()[0])
    return width, height, frames, np.concatenate(sound or [np.zeros(0, np.float32)]), rate


def _loudness(sound: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    size = int(rate * WINDOW)
    windows = sound[: len(sound) // size * size].reshape(-1, size)
    return np.abs(windows).max(axis=1) if len(windows) else np.zeros(0, np.float32)


def _is_loud_within(loud: npt.NDArray[np.bool_], word: WordEvent) -> bool:
    return bool(loud[int(word.start / WINDOW) : int(word.end / WINDOW) + 1].any())


if __name__ == "__main__":
    sys.exit(check())
