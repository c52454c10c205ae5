"""An avatar in a real kernel, and in a script; neither prints unasked nor leaves processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from heygen_widget import HeyGen, LocalServer
from tests.kernel.notebook import PATIENCE, TAKE_YOUR_TIME, Kernel


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_is_printed_from_threads(avatar: Kernel) -> None:
    avatar.run("from heygen_widget import HeyGenError\nimport sys")
    cell = avatar.begin(
        "nowhere = Avatar(client=HeyGen('key', 'http://127.0.0.1:9', max_retries=0))\n"
        "nowhere.observe(lambda change: 1 / 0, 'session')\n"
        "nonsense = {'method': 'custom', 'content': {'kind': 'nonsense'}}\n"
        "nowhere.comm.handle_msg({'content': {'data': nonsense}, 'buffers': []})\n"
        "speech = nowhere.speak('Hello?')\n"
        "nowhere.wait('error', timeout=60)\n"
        "avatar.speak('Hello.', final=True)\n"
        "avatar.wait(timeout=60)\n"
        "print(avatar.transcript, nowhere.status)"
    )
    avatar.until(lambda: cell.ended)
    assert cell.printed == "Hello. error\n"
    assert avatar.run("nowhere.close()\navatar.close()\nprint('quiet')") == "quiet"


SCRIPT = """
import sys
from heygen_widget import Avatar, HeyGen
avatars = [Avatar(client=HeyGen(sys.argv[1], sys.argv[2])) for _ in range(2)]
for avatar in avatars:
    avatar.speak("One two three four five six seven eight nine ten. " * 20)
for avatar in avatars:
    avatar.wait(sys.argv[3])
    print(avatar.stream_id)
sys.exit(3)
"""


def _run_script(
    server: str, key: str, state: str, *, prepare: str = TAKE_YOUR_TIME
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", prepare + SCRIPT, key, server, state],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_script_that_ends_leaves_no_session_open(
    local_server: LocalServer, heygen: HeyGen, host: str
) -> None:
    server = local_server.base_url.replace("127.0.0.1", host)
    script = _run_script(server, local_server.api_key, "streaming")
    assert (script.returncode, script.stderr) == (3, "")
    stream_ids = script.stdout.split()
    assert len(stream_ids) == 2
    for stream_id in stream_ids:
        assert heygen.avatar_realtime.get(stream_id).status == "completed"


def test_a_session_under_creation_is_not_left_open_by_a_script_that_ends() -> None:
    with LocalServer(concurrency=2) as server:
        assert _run_script(server.base_url, server.api_key, "creating").stderr == ""
        with HeyGen(server.api_key, server.base_url, max_retries=0) as heygen:
            for _ in range(2):  # as many as this server has open at once
                heygen.avatar_realtime.create(type="tts", avatar_id="a", voice_id="v", text="Hi.")


def test_a_server_that_is_silent_does_not_hold_a_script_that_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        script = _run_script(url, "key", "creating", prepare="")
    assert (script.returncode, script.stderr) == (3, "")


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("how", ["shut down", "killed"])
def test_the_rehearsal_server_ends_with_its_kernel(kernel: Kernel, how: str) -> None:
    pids = kernel.run(
        "import os\n"
        "from heygen_widget import Avatar\n"
        "from heygen_widget.lifecycle.connection import shared_server\n"
        "avatar = Avatar()\n"
        "avatar.speak('Hello. ' * 100)\n"
        "avatar.wait('streaming', timeout=60)\n"
        "print(os.getpid(), shared_server().pid)"
    )
    own, server = map(int, pids.split())
    assert not _is_gone(server)
    if how == "killed":
        os.kill(own, signal.SIGKILL)
    else:
        kernel.shut_down()
    _until(lambda: _is_gone(server))
