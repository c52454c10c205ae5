"""A page that plays an avatar's stream in an ordinary browser, for hosts that cannot decode it.

VS Code's own window has no AAC. The page is served on the loopback interface of the kernel's
machine, under an address that cannot be guessed. Knows the session's view, nothing of sessions.
"""

import contextlib
import json
import logging
import re
import secrets
import socket
import threading
import weakref
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final, Protocol

from heygen_widget.frontend.bundles import STATIC

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

MOST_CONNECTIONS: Final = 32
"""Connections at once, each with a thread; one more ends the oldest."""
PATIENCE: Final = 10.0
"""Seconds that a connection may be silent."""

_LOOPBACK: Final = re.compile(
    r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE
)

_log = logging.getLogger(__name__)

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' blob:; connect-src *; "
    "media-src * blob:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Shown(Protocol):
    """Whoever knows the session to show."""

    session: Any  # a SessionView as plain JSON


class PlayerPages:
    """Serves a page for each of any number of avatars, which it does not keep alive."""

    def __init__(self) -> None:
        self._avatars: weakref.WeakValueDictionary[str, Shown] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def address(self, avatar: Shown) -> str:
        """Return the address of the page for `avatar`, from now on."""
        with self._lock:
            server = self._server = self._server or self._serve()
            known = [name for name, other in self._avatars.items() if other is avatar]
            name = known[0] if known else secrets.token_urlsafe(16)
            self._avatars[name] = avatar
        return f"http://127.0.0.1:{server.server_port}/{name}/"

    def _serve(self) -> "_Server":
        handler = type("Handler", (_Handler,), {"avatars": self._avatars})
        server = _Server(("127.0.0.1", 0), handler)
        name = "heygen-widget-page"
        threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
        return server


class _Server(ThreadingHTTPServer):
    """Serves at most `MOST_CONNECTIONS` at once, the newest."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: dict[Any, None] = {}  # oldest first
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            oldest = next(iter(self._open)) if len(self._open) >= MOST_CONNECTIONS else None
            self._open.pop(oldest, None)
            self._open[request] = None
        if oldest is not None:
            # Wakes the thread that reads from it, which closes it.
            with contextlib.suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        """Print nothing: the base class would, into whichever cell ran last."""
        _log.debug("A connection to the player page broke off.", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    avatars: ClassVar["weakref.WeakValueDictionary[str, Shown]"]
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if _is_loopback(self.headers.get_all("host", [])):
            return True
        # A page elsewhere whose name leads here (DNS rebinding). Ports differ where an editor
        # forwards them.
        self.close_connection = True
        self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"This is not its address.")
        return False

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


def _is_loopback(hosts: list[str]) -> bool:
    """Tell whether a request names this machine, once, and no other."""
    return len(hosts) == 1 and _LOOPBACK.fullmatch(hosts[0]) is not None


@cache
def _script(name: str) -> bytes:
    return (STATIC / name).read_bytes()


pages: Final = PlayerPages()
"""The pages of this process."""
