"""An avatar on a notebook page, implemented in two ways that are driven and measured alike.

`WidgetScreen` is this package's widget. `HandWritten` is code without it: plain API calls, and a
<video> with hls.js at its defaults.
"""

import re
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Final

import httpx

from benchmarks.trace import Trace
from heygen_widget import LocalServer
from tests.browser.lab import VIDEO, Notebook

BUSY: Final = 4.0
"""Seconds for which a cell goes on after it has spoken."""

CALM: Final = 0.5
"""Seconds without a movement."""

PATIENCE: Final = 30.0
"""Seconds for anything that should happen on a page."""


class Screen(ABC):
    """An avatar on a page of JupyterLab.

    Every moment is in seconds since the epoch.

    Parameters
    ----------
    notebook
        An empty notebook.
    server
        The avatar server.

    Attributes
    ----------
    video
        Selector of its picture.
    """

    video: str

    def __init__(self, notebook: Notebook, server: LocalServer) -> None:
        self._notebook = notebook
        self._page = notebook.page
        notebook.video = self.video
        self._origin: float | None = None
        notebook.run(self._preparation(server))
        self._page.evaluate(f"probe.look('{self.video}')")

    @abstractmethod
    def start(self, text: str) -> float:
        """Open a session, in a cell; returns when that began."""

    @abstractmethod
    def speak(self, text: str) -> float:
        """Let the avatar speak more text, in a cell; returns when that began."""

    @abstractmethod
    def clear(self) -> None:
        """End the session and take the avatar off the page."""

    @abstractmethod
    def _preparation(self, server: LocalServer) -> str:
        """Return the code of the first cell."""

    @abstractmethod
    def _playlist_url(self) -> str:
        """Return the playlist's URL."""

    def first_frame(self, since: float) -> float:
        """Wait for the first frame shown after `since`, and return when that was."""
        answer = self._page.wait_for_function(
            "since => probe.firstFrame(since)", arg=since, timeout=PATIENCE * 1000
        )
        return float(answer.json_value())

    def listen(self) -> None:
        """Begin to listen, once there is a picture."""
        self._notebook.watch()

    def first_sound(self, since: float) -> float:
        """Wait for sound after `since`, and return when it was there."""
        return self._notebook.wait_for_sound(since)

    def wait_for_silence(self) -> None:
        """Wait until nothing has been heard for a moment."""
        self._notebook.wait_for_silence()

    def let_play(self, seconds: float) -> None:
        """Let time pass while the page plays."""
        self._page.wait_for_timeout(seconds * 1000)

    def trace(self, since: float) -> Trace:
        """Return how playback went since a moment, at most two minutes ago; needs `listen`."""
        pairs = self._page.evaluate(f"since => probe.positions('{self.video}', since)", since)
        if self._origin is None:
            self._origin = _origin(self._playlist_url())
        return Trace(pairs, self._origin)


class WidgetScreen(Screen):
    """The widget of this package; the page fetches the stream itself."""

    video = VIDEO
    transport = "direct"

    def start(self, text: str) -> float:
        """Show a new avatar in one cell and start it in the next."""
        self._notebook.run(f"avatar = Avatar(client=heygen, transport={self.transport!r})\navatar")
        self._page.locator(".heygen-widget").wait_for()
        began = self._notebook.run(
            f"began = time.time()\nspeech = avatar.start({text!r})\nprint(began)"
        )
        self._notebook.run("status = avatar.wait('streaming', 30)")  # raises what went wrong
        return float(began)

    def speak(self, text: str) -> float:
        """Run the cell that a user of the package writes."""
        began = self._notebook.run(
            f"began = time.time()\nspeech = avatar.speak({text!r})\nprint(began)"
        )
        return float(began)

    def clear(self) -> None:
        """Stop and close."""
        self._notebook.run("avatar.stop()\nended = avatar.wait('cancelled', 10)\navatar.close()")
        self._page.locator(".heygen-widget").wait_for(state="detached")

    def _preparation(self, server: LocalServer) -> str:
        return (
            "import time\nfrom heygen_widget import Avatar, HeyGen\n"
            f"heygen = HeyGen({server.api_key!r}, {server.base_url!r})"
        )

    def _playlist_url(self) -> str:
        return self._notebook.run("print(avatar.session['hls_url'])").strip()


class KernelTransport(WidgetScreen):
    """The widget of this package; the kernel relays the stream."""

    transport = "kernel"


class BusyKernel(WidgetScreen):
    """The same, while the cell that speaks keeps running."""

    def speak(self, text: str) -> float:
        """Run a cell that speaks and then keeps the kernel busy."""
        cell = self._notebook.begin(
            f"began = time.time()\nspeech = avatar.speak({text!r})\n"
            f"print(began, flush=True)\ntime.sleep({BUSY})"
        )
        return float(self._notebook.printed(cell))


class BusyKernelTransport(BusyKernel):
    """The kernel relays the stream while a cell keeps running."""

    transport = "kernel"


class RoomScreen(WidgetScreen):
    """The widget of the earlier Streaming Avatar, at 720 lines in a LiveKit room."""

    def start(self, _: str = "") -> float:
        """Show a new avatar in one cell and start it, without text, in the next."""
        self._notebook.run("avatar = StreamingAvatar(client=heygen, quality='medium')\navatar")
        self._page.locator(".heygen-widget").wait_for()
        began = self._notebook.run("began = time.time()\navatar.start()\nprint(began)")
        self._notebook.run("status = avatar.wait('streaming', 30)")
        return float(began)

    def listen(self) -> None:
        """Begin to listen and to watch the mouth."""
        super().listen()
        self._page.evaluate(_WATCH_MOUTH, self.video)

    def first_movement(self, since: float) -> float:
        """Wait until the mouth moves after `since`, and return when it did."""
        answer = self._page.wait_for_function(
            "since => probe.movements.find((at) => at >= since)",
            arg=since,
            timeout=PATIENCE * 1000,
        )
        return float(answer.json_value())

    def wait_for_calm(self) -> None:
        """Wait until there has been no sound and no movement of the mouth for a moment."""
        self.wait_for_silence()
        calm = f"() => !probe.movements.some((at) => at > Date.now() / 1000 - {CALM})"
        self._page.wait_for_function(calm, timeout=PATIENCE * 1000)

    def interrupt(self) -> float:
        """Silence the avatar, in a cell; returns when that began."""
        began = self._notebook.run("began = time.time()\navatar.interrupt()\nprint(began)")
        return float(began)

    def last_sound(self) -> float:
        """Wait for silence, and return the time of the last sound."""
        self.wait_for_silence()
        last = f"probe.find('{self.video}').probe.samples.findLast((s) => s.peak > 0.02).at"
        return float(self._page.evaluate(last))

    def _preparation(self, server: LocalServer) -> str:
        return f"{super()._preparation(server)}\nfrom heygen_widget import StreamingAvatar"

    def _playlist_url(self) -> str:
        raise NotImplementedError("A room has no playlist.")


_WATCH_MOUTH: Final = """selector => {
  const SEEN = 14;  // change of a pixel's luma around the mouth that a person calls movement
  const video = document.querySelector(selector);
  const pen = new OffscreenCanvas(160, 90).getContext("2d", { willReadFrequently: true });
  const movements = (probe.movements = []);
  let before = null;
  const look = () => {
    pen.drawImage(video, 0, 0, 160, 90);
    const { data } = pen.getImageData(66, 44, 28, 16);  // the lower face
    const luma = data.filter((_, index) => index % 4 === 1);
    if (before && luma.some((value, index) => Math.abs(value - before[index]) > SEEN)) {
      movements.push(Date.now() / 1000);
    }
    before = luma;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""


class HandWritten(Screen):
    """A cell with plain calls and a <video>: hls.js lies beside the notebook, else all defaults."""

    video = "video.by-hand"

    def start(self, text: str) -> float:
        """Create a session, poll it every half second, and show the stream."""
        began = self._notebook.run(_START_BY_HAND.replace("TEXT", repr(text)))
        return float(began.split()[-1])

    def speak(self, text: str) -> float:
        """Append."""
        began = self._notebook.run(
            "began = time.time()\n"
            f"api.post(f'{{stream}}/text', json={{'delta': {text + ' '!r}}})\n"
            "print(began)"
        )
        return float(began)

    def clear(self) -> None:
        """Cancel, and clear the cells' outputs."""
        self._notebook.run("cancelled = api.post(f'{stream}/cancel')")
        self._page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self._page.locator(self.video).wait_for(state="detached")

    def _preparation(self, server: LocalServer) -> str:
        return (
            "import time, httpx\nfrom IPython.display import HTML, display\n"
            f"api = httpx.Client(base_url={server.base_url!r}, "
            f"headers={{'x-api-key': {server.api_key!r}}})"
        )

    def _playlist_url(self) -> str:
        return self._notebook.run("print(url)").strip()


_START_BY_HAND: Final = """\
began = time.time()
body = {"type": "text_stream", "avatar_id": "by-hand", "voice_id": "by-hand", "text": TEXT}
created = api.post("/v3/avatar-realtime", json=body).json()["data"]
stream = "/v3/avatar-realtime/" + created["stream_id"]
while not (url := api.get(stream).json()["data"]["hls_url"]):
    time.sleep(0.5)
display(HTML(f'''
<video class="by-hand" autoplay controls width="640"></video>
<script type="module">
  import Hls from "/files/hls.js";
  const hls = new Hls();
  hls.loadSource("{url}");
  hls.attachMedia(document.querySelector("video.by-hand"));
</script>'''))
print("", began)
"""


def _origin(playlist_url: str) -> float:
    """Return the time at which the stream's clock was 0, by the server's dates."""
    text = httpx.get(playlist_url, trust_env=False).raise_for_status().text
    dates = re.findall(r"^#EXT-X-PROGRAM-DATE-TIME:(.+)$", text, re.MULTILINE)
    (first,) = re.findall(r"^#EXT-X-MEDIA-SEQUENCE:(\d+)$", text, re.MULTILINE)
    segment = float(re.findall(r"^#EXTINF:([\d.]+)", text, re.MULTILINE)[0])
    return datetime.fromisoformat(dates[0]).timestamp() - int(first) * segment
