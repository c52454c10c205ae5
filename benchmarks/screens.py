"""An avatar on a notebook page, made in two ways that are driven and measured alike.

`Ours` is this package's widget. `ByHand` is what a person writes without it: plain calls of the
API, and a <video> with hls.js at its defaults.
"""

import re
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Final

import httpx

from benchmarks.trace import Trace
from heygen_widget import LocalServer
from tests.browser.lab import Notebook

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
        An empty one.
    server
        Who makes the streams.

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
        """Let the avatar say more, in a cell; returns when that began."""

    @abstractmethod
    def clear(self) -> None:
        """End the session and take the avatar off the page."""

    @abstractmethod
    def _preparation(self, server: LocalServer) -> str:
        """Give the cell that comes first."""

    @abstractmethod
    def _playlist_url(self) -> str:
        """Give the playlist's address."""

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
        return self._notebook.wait_for_sound(since, PATIENCE)

    def wait_for_silence(self) -> None:
        """Wait until nothing has been heard for a moment."""
        self._notebook.wait_for_silence()

    def look_on(self, seconds: float) -> None:
        """Let time pass while the page plays."""
        self._page.wait_for_timeout(seconds * 1000)

    def trace(self, since: float) -> Trace:
        """Say how playback went since a moment, at most two minutes ago; needs `listen`."""
        pairs = self._page.evaluate(f"since => probe.positions('{self.video}', since)", since)
        if self._origin is None:
            self._origin = _origin(self._playlist_url())
        return Trace(pairs, self._origin)


class Ours(Screen):
    """The widget of this package, to whose picture the page fetches the stream itself."""

    video = ".heygen-widget video"
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
        """Run the cell of anybody who uses the package."""
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


class Relayed(Ours):
    """The widget of this package, to which the kernel hands on the stream."""

    transport = "kernel"


class Blocked(Ours):
    """The same, while the cell that speaks goes on for long."""

    def speak(self, text: str) -> float:
        """Run a cell that says something and then keeps the kernel busy."""
        cell = self._notebook.begin(
            f"began = time.time()\nspeech = avatar.speak({text!r})\n"
            f"print(began, flush=True)\ntime.sleep({BUSY})"
        )
        return float(self._notebook.printed(cell))


class BlockedRelayed(Blocked):
    """And to which the kernel hands on the stream all the same."""

    transport = "kernel"


class InRoom(Ours):
    """The widget of the earlier Streaming Avatar, at 720 lines in a LiveKit room."""

    def start(self, _: str = "") -> float:
        """Show a new avatar in one cell and start it, without a word, in the next."""
        self._notebook.run("avatar = StreamingAvatar(client=heygen, quality='medium')\navatar")
        self._page.locator(".heygen-widget").wait_for()
        began = self._notebook.run("began = time.time()\navatar.start()\nprint(began)")
        self._notebook.run("status = avatar.wait('streaming', 30)")
        return float(began)

    def listen(self) -> None:
        """Begin to listen, and to look at the mouth."""
        super().listen()
        self._page.evaluate(_WATCH_MOUTH, self.video)

    def first_movement(self, since: float) -> float:
        """Wait until the mouth has moved after `since`, and return when it was seen to."""
        answer = self._page.wait_for_function(
            "since => probe.movements.find((at) => at >= since)",
            arg=since,
            timeout=PATIENCE * 1000,
        )
        return float(answer.json_value())

    def wait_for_calm(self) -> None:
        """Wait until nothing has been heard, and no movement of the mouth seen, for a moment."""
        self.wait_for_silence()
        calm = f"() => !probe.movements.some((at) => at > Date.now() / 1000 - {CALM})"
        self._page.wait_for_function(calm, timeout=PATIENCE * 1000)

    def interrupt(self) -> float:
        """Silence the avatar, in a cell; returns when that began."""
        began = self._notebook.run("began = time.time()\navatar.interrupt()\nprint(began)")
        return float(began)

    def last_sound(self) -> float:
        """Wait for silence, and return when the last sound was there."""
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


class ByHand(Screen):
    """A cell with plain calls and a <video>: hls.js lies beside the notebook, else all defaults."""

    video = "video.by-hand"

    def start(self, text: str) -> float:
        """Create, ask every half second whether it streams, show."""
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
    """Return the moment at which the stream's clock stood at 0, by the server's own dates."""
    text = httpx.get(playlist_url, trust_env=False).raise_for_status().text
    dates = re.findall(r"^#EXT-X-PROGRAM-DATE-TIME:(.+)$", text, re.MULTILINE)
    (first,) = re.findall(r"^#EXT-X-MEDIA-SEQUENCE:(\d+)$", text, re.MULTILINE)
    segment = float(re.findall(r"^#EXTINF:([\d.]+)", text, re.MULTILINE)[0])
    return datetime.fromisoformat(dates[0]).timestamp() - int(first) * segment
