"""A page that plays an avatar's stream in an ordinary browser, for hosts that cannot decode it.

VS Code's own window has no AAC. The page is served on the loopback interface of the kernel's
machine, under an address that cannot be guessed. Knows the session's view, nothing of sessions.
"""

import json
import secrets
import threading
import weakref
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final, Protocol

from heygen_widget.page import STATIC

PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Avatar</title>
<style>
  html { color-scheme: dark; background: #101216; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; min-height: 100vh; margin: 0; place-content: center; gap: 12px }
  video { width: min(100vw, 160vh); max-height: 90vh; background: #000 }
  p { margin: 0; text-align: center }
  button { justify-self: center; padding: 12px 24px; font: inherit }
</style>
<body>
<script type="module" src="page.js"></script>
"""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' blob:; connect-src *; "
    "media-src * blob:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Shown(Protocol):
    """Something with a session to show: an avatar."""

    session: Any  # a SessionView as plain JSON


class PlayerPages:
    """Serves a page for each of any number of avatars, which it does not keep alive."""

    def __init__(self) -> None:
        self._avatars: weakref.WeakValueDictionary[str, Shown] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    def address(self, avatar: Shown) -> str:
        """Return the address of the page for `avatar`, from now on."""
        with self._lock:
            server = self._server = self._server or self._serve()
            known = [name for name, other in self._avatars.items() if other is avatar]
            name = known[0] if known else secrets.token_urlsafe(16)
            self._avatars[name] = avatar
        return f"http://127.0.0.1:{server.server_port}/{name}/"

    def _serve(self) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"avatars": self._avatars})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        name = "heygen-widget-page"
        threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
        return server


class _Handler(BaseHTTPRequestHandler):
    avatars: ClassVar["weakref.WeakValueDictionary[str, Shown]"]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name, _, file = self.path.removeprefix("/").partition("/")
        avatar = self.avatars.get(name)
        match file:
            case _ if avatar is None:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"This avatar is gone.")
            case "":
                self._answer(HTTPStatus.OK, "text/html", PAGE.encode())
            case "session.json":
                view = json.dumps(avatar.session)
                self._answer(HTTPStatus.OK, "application/json", view.encode())
            case "player.js" | "page.js":
                self._answer(HTTPStatus.OK, "text/javascript", _script(file))
            case _:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"There is nothing here.")

    def _answer(self, status: HTTPStatus, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for header, value in _HEADERS.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing: the base class would, into whichever cell ran last."""


@cache
def _script(name: str) -> bytes:
    return (STATIC / name).read_bytes()


pages: Final = PlayerPages()
"""The pages of this process."""
