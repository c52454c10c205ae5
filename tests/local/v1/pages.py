"""Pages in Chromium that hold LiveKit's client or HeyGen's SDK, as npm has them."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from heygen_widget.local import LocalServer

JS = Path(__file__).parents[3] / "js"
WATCH = Path(__file__).with_name("watch.js")
LIVEKIT_NPM = "livekit-client"
LIVEKIT_NPM_2_11 = "./node_modules/@heygen/streaming-avatar/node_modules/livekit-client"
LIVEKIT = ("LiveKit", f'export * from "{LIVEKIT_NPM}";')
HEYGEN = "@heygen/streaming-avatar"  # 2.1.0, the last with anything in it; pins livekit-client 2.11
HEYGEN_2_0 = "streaming-avatar-2.0"  # 2.0.8, which takes the livekit-client that is there


def heygen(package: str) -> tuple[str, str]:
    """Return what makes a page hold a version of HeyGen's SDK."""
    return "HeyGen", f'export * from "{package}"; export {{ default }} from "{package}";'


def entrance(livekit: str) -> tuple[str, str]:
    """Return what makes a page enter rooms as the widget does, with a client of LiveKit."""
    return (
        "Entrance",
        f"""
      import * as livekit from "{livekit}";
      import {{ joinRoom }} from "./src/player/webrtc/livekit.ts";
      export const enter = (invitation) => joinRoom(livekit, invitation);
    """,
    )


# HeyGen's SDK has the scheme of its chat socket and the lack of a port built in.
REACH_THE_SERVER = """(server) => {
  window.WebSocket = class extends WebSocket {
    constructor(url, ...rest) {
      const asked = new URL(url);
      const chat = asked.pathname === "/v1/ws/streaming.chat";
      super(chat ? `ws://${server}${asked.pathname}${asked.search}` : url, ...rest);
    }
  };
}"""


@cache
def esbuild(source: str, *options: str) -> str:
    """Bundle what `source` imports from js/node_modules."""
    program = shutil.which("esbuild", path=os.fspath(JS / "node_modules" / ".bin"))
    assert program is not None, "js/node_modules is missing: run `npm ci` in js"
    done = subprocess.run(
        [program, "--bundle", *options],
        input=source,
        cwd=JS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class WatchingPage:
    """A page with something to watch avatars by, and what it complains of."""

    def __init__(self, browser: Browser, server: LocalServer, library: tuple[str, str]) -> None:
        self.page: Page = browser.new_context().new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # A page of another origin than the server it calls, as pages are.
        self.page.goto(f"{server.base_url.replace('127.0.0.1', 'localhost')}/room")
        self.page.evaluate(REACH_THE_SERVER, server.base_url.removeprefix("http://"))
        name, source = library
        bundle = esbuild(source, "--format=iife", f"--global-name={name}")
        self.page.add_script_tag(content=bundle)
        self.page.add_script_tag(path=WATCH)
        self.page.mouse.click(1, 1)  # pages may play sound once they were touched

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function; `given` holds the arguments."""
        return self.page.evaluate(f"async (given) => {{ {script} }}", arguments)

    def close(self) -> None:
        self.page.context.close()
