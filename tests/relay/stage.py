"""Small HTTP servers of streams, and media made by PyAV for them."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, TypeAlias

import av
import numpy as np

Headers: TypeAlias = dict[str, str]


class Answer(NamedTuple):
    """What a server sends."""

    status: int = 200
    body: bytes = b""
    headers: Headers = {}  # noqa: RUF012 (never changed)


Page: TypeAlias = bytes | str | Answer | Callable[[str], "bytes | str | Answer"]


class Stage:
    """A server whose pages a test writes.

    Attributes
    ----------
    pages
        What is at each path: bytes, text, an answer, or a function of the query that gives these.
    asked
        Paths with queries, in the order of the requests, and the headers that came with them.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, Headers]] = []
        stage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                stage.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                answer = stage.answer(self.path, self.headers.get("range"))
                self.send_response(answer.status)
                self.send_header("content-length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, target: str, ranged: str | None) -> Answer:
        path, _, query = target.partition("?")
        page = self.pages.get(path, Answer(404))
        if callable(page):
            page = page(query)
        if isinstance(page, str):
            page = page.encode()
        if not isinstance(page, bytes):
            return page
        if ranged is None:
            return Answer(200, page)
        first, last = map(int, ranged.removeprefix("bytes=").split("-"))
        return Answer(206, page[first : last + 1])

    def serve(self, folder: Path) -> None:
        """Put the files of a folder on stage."""
        self.pages |= {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


FRAME_RATE = 10
SECONDS = 3


def make_stream(folder: Path, *, b_frames: int = 3, **options: str) -> None:
    """Write a stream of three segments of a second each, `live.m3u8`, by FFmpeg's own muxer."""
    coding = {"g": str(FRAME_RATE), "bf": str(b_frames)}
    everything = {"hls_time": "1", "hls_list_size": "0", **options}
    with av.open(str(folder / "live.m3u8"), "w", format="hls", options=everything) as out:
        video = out.add_stream("libx264", FRAME_RATE, options=coding)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = out.add_stream("aac", 48_000)
        audio.layout = "mono"
        for number in range(SECONDS * FRAME_RATE):
            picture = np.full((48, 64, 3), number * 8, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            out.mux(video.encode(frame))
            samples = np.zeros((1, 48_000 // FRAME_RATE), np.float32)
            sound = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            sound.sample_rate = 48_000
            sound.pts = number * 48_000 // FRAME_RATE
            out.mux(audio.encode(sound))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
