import signal
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import comm
import httpx
import pytest
from comm.base_comm import BaseComm
from hypothesis import HealthCheck, settings

from heygen_widget import Avatar
from heygen_widget.bridge import bridge
from heygen_widget.frontend.bundles import LIVEKIT, PLAYER, UNDERWAY
from heygen_widget.local import LocalServer, launcher
from heygen_widget.local.settings import VOICE_VARIABLE
from heygen_widget.session.guard import IDLE_TIMEOUT
from tests.page import PATIENCE, MakeAvatar, Page
from tests.workers import Workers

# No example is late on a noisy machine, and each run says the same as the one before.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# What a shell runs in the background ignores interrupts, and what nohup runs a terminal that
# closes; so would what tests start.
for number, handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

KERNEL = Path(__file__).parent / "kernel"
SPEAKERS = {"server_with", "engine", "hibari"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, a kernel, or somebody who speaks."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if "browser" in used:
            item.add_marker("browser")
        elif item.path.is_relative_to(KERNEL):
            item.add_marker("kernel")
        elif not SPEAKERS.isdisjoint(used):
            item.add_marker("media")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Workers:
    return Workers(config, log)


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leases of the tests stay out of the folder of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_and_patient_http() -> Iterator[None]:
    """Let thousands of clients share what takes 20 ms to make, and wait for longer than 5 s."""
    with pytest.MonkeyPatch.context() as patch:
        read = cache(httpx.create_ssl_context)
        patch.setattr("httpx._transports.default.create_ssl_context", read)
        for part in httpx.Timeout(None).as_dict():
            patch.setattr(f"httpx._config.DEFAULT_TIMEOUT_CONFIG.{part}", PATIENCE)
        yield


@pytest.fixture(scope="session")
def server_with() -> Iterator[Callable[..., LocalServer]]:
    """Start embedded avatar servers, one for each set of settings in the whole test run."""
    servers: dict[str, LocalServer] = {}

    def start(**settings: Any) -> LocalServer:
        return servers.setdefault(repr(settings), LocalServer(**settings)).start()

    yield start
    for server in servers.values():
        server.close()


@pytest.fixture(scope="session", autouse=True)
def patience_with_servers() -> Iterator[None]:
    """A server may take its time to start: one that is late fails every test of its worker.

    Where a test does not choose the voice, it is the one that needs no time to load.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launcher, "START_TIMEOUT", 120)
        patch.setenv(VOICE_VARIABLE, "espeak")  # of kernels and scripts, too
        yield


@pytest.fixture(scope="session")
def local_server(server_with: Callable[..., LocalServer]) -> LocalServer:
    """The embedded avatar server with its defaults."""
    return server_with()


@pytest.fixture(scope="session")
def swift_server(server_with: Callable[..., LocalServer]) -> LocalServer:
    """One that is faster than real time, but as patient: for tests that watch no picture."""
    return server_with(pace=8, idle_timeout=8 * IDLE_TIMEOUT)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    """Stand for the page of every avatar that is made; no player was sent anywhere yet."""
    page = Page()
    for library in (PLAYER, LIVEKIT):
        monkeypatch.setattr(library, "_owed", True)
        monkeypatch.setattr(library, "_underway", -UNDERWAY)

    class Comm(BaseComm):
        def publish_msg(self, *_: Any, **parts: Any) -> None:
            page.take(parts.get("data") or {}, parts.get("buffers") or [])

    monkeypatch.setattr(comm, "create_comm", Comm)
    return page


@pytest.fixture
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own key or server is used."""
    for name in ("HEYGEN_API_KEY", "HEYGEN_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make_avatar(swift_server: LocalServer) -> Iterator[MakeAvatar]:
    """Make avatars at the fast server; what they open is ended after the test."""
    avatars: list[Avatar] = []

    def make(**options: Any) -> Avatar:
        if "client" not in options:
            options.setdefault("local", swift_server)
        avatars.append(Avatar(**options))
        return avatars[-1]

    yield make
    for avatar in avatars:
        _end(avatar)
        avatar.close()


@pytest.fixture
def avatar(make_avatar: MakeAvatar) -> Avatar:
    return make_avatar()


def _end(avatar: Avatar) -> None:
    avatar.stop()
    if not bridge.ask(lambda: avatar._controller.queue.idle):
        avatar.wait("error", PATIENCE)
