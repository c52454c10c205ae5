"""Lightweight viewers: they follow a playlist as a player does, without decoding."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

import httpx

from heygen_widget import HeyGen, LocalServer

LONG_TEXT: Final = (
    "The quick brown fox jumps over the lazy dog, and then it tells everybody about it. "
    "Nobody had asked for the story, but all of them listen to it until the very end. "
) * 40
"""About six minutes of speech."""

_FIRST: Final = re.compile(r"^#EXT-X-MEDIA-SEQUENCE:(\d+)$", re.MULTILINE)
_SEGMENT: Final = re.compile(
    r"^#EXT-X-PROGRAM-DATE-TIME:(.+)\n#EXTINF:([\d.]+),\n(.+)$", re.MULTILINE
)


class Viewer(threading.Thread):
    """Reads a stream until `leave`, by blocking reload.

    Parameters
    ----------
    playlist_url
        Of the stream.

    Attributes
    ----------
    lateness
        For each segment: seconds from the end of its time on the stream's own schedule until it
        was there; negative when it came early. Those that were there before are not counted.
    """

    def __init__(self, playlist_url: str) -> None:
        super().__init__(daemon=True)
        self.lateness: list[float] = []
        self._url = playlist_url
        self._gone = threading.Event()

    def run(self) -> None:
        """Follow the stream."""
        known = 0
        with httpx.Client(timeout=10, trust_env=False) as http:
            while not self._gone.is_set():
                answer = http.get(self._url, params={"_HLS_msn": known} if known else None)
                playlist = answer.raise_for_status().text
                (first,) = map(int, _FIRST.findall(playlist))
                segments = _SEGMENT.findall(playlist)
                for date, seconds, uri in segments[max(0, known - first) :] if known else []:
                    http.get(urljoin(self._url, uri)).raise_for_status()
                    due = datetime.fromisoformat(date).timestamp() + float(seconds)
                    self.lateness.append(time.time() - due)
                known = first + len(segments)

    def leave(self) -> None:
        """Stop reading, and wait for the last answer."""
        self._gone.set()
        self.join()


@contextmanager
def watched_session(server: LocalServer, text: str, name: str) -> Iterator[Viewer]:
    """Open a session that speaks `text`, watch it, and cancel it at the end."""
    with HeyGen(server.api_key, server.base_url) as heygen:
        realtime = heygen.avatar_realtime
        created = realtime.create(type="text_stream", avatar_id=name, voice_id=name, text=text)
        while not (url := realtime.get(created.stream_id).hls_url):
            time.sleep(0.05)
        viewer = Viewer(url)
        viewer.start()
        try:
            yield viewer
        finally:
            viewer.leave()
            realtime.cancel(created.stream_id)
