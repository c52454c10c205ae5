"""The server's process: how it says it is ready, and all the ways it ends."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from heygen_widget.local import LocalServer
from tests.local.conftest import PATIENCE, SESSIONS, Caller

pytestmark = pytest.mark.media

SERVE = [sys.executable, "-m", "heygen_widget", "serve"]
SPEAKING_NATURALLY = [*SERVE, "--voice-engine", "hibari"]
LOADING = 80e6  # bytes that it loads after it is ready, at least


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        SERVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_one_line_says_that_the_server_is_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert set(ready) == {"base_url", "api_key"}
    headers = {"x-api-key": ready["api_key"]}
    answer = httpx.get(f"{ready['base_url']}{SESSIONS}/x", headers=headers)
    assert answer.status_code == 404
    process.terminate()
    rest, log = process.communicate(timeout=PATIENCE)
    assert (rest, log, process.returncode) == ("", "", 0)


@pytest.mark.parametrize("by_file", [True, False])
def test_a_key_of_ones_own_does_not_show_in_the_list_of_processes(
    tmp_path: Path, *, by_file: bool
) -> None:
    environment = dict(os.environ)
    command = list(SERVE)
    if by_file:
        (tmp_path / "key").write_text("my-secret\n")
        command += ["--key-file", str(tmp_path / "key")]
    else:
        environment["HEYGEN_WIDGET_SERVER_KEY"] = "my-secret"
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert "my-secret" not in str(psutil.Process(process.pid).cmdline())
        url = f"{ready['base_url']}{SESSIONS}/x"
        assert httpx.get(url, headers={"x-api-key": "my-secret"}).status_code == 404
        process.terminate()


def test_a_key_that_no_header_can_carry_is_refused() -> None:
    environment = {**os.environ, "HEYGEN_WIDGET_SERVER_KEY": "two words"}
    process = subprocess.run(
        SERVE, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert "ASCII" in process.stderr
    assert "two words" not in process.stderr


def test_many_who_start_it_at_once_get_one_server() -> None:
    with LocalServer() as server, ThreadPoolExecutor() as threads:
        server.close()
        addresses = {found.base_url for found in threads.map(lambda _: server.start(), range(4))}
        assert addresses == {server.base_url}
        assert len(addresses) == 1
        assert psutil.pid_exists(server.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_releases_who_listens(number: signal.Signals) -> None:
    with LocalServer() as server:
        caller = Caller(server)
        stream_id = caller.text_stream("A very long story. " * 100)
        caller.playing(stream_id)
        with caller.http.stream("GET", f"{SESSIONS}/{stream_id}/words") as answer:
            lines = answer.iter_lines()
            next(lines)
            process = psutil.Process(server.pid)
            process.send_signal(number)
            assert "event: end" in list(lines)
        assert process.wait(PATIENCE) in {0, None}
        caller.http.close()


def wait_until_it_has_grown(server: psutil.Process, size: float) -> None:
    """Wait until a server that is ready has loaded so many more bytes."""
    wanted = server.memory_info().rss + size
    deadline = time.monotonic() + PATIENCE
    while server.memory_info().rss < wanted:
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_while_it_loads_a_voice(number: signal.Signals) -> None:
    moment = random.uniform(0, LOADING)
    with subprocess.Popen(
        SPEAKING_NATURALLY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        wait_until_it_has_grown(psutil.Process(process.pid), moment)
        process.send_signal(number)
        told = process.communicate(timeout=PATIENCE)
    assert (*told, process.returncode) == ("", "", 0), moment


def test_it_ends_in_order_with_its_parent_while_it_loads_a_voice(tmp_path: Path) -> None:
    program = f"""
        import subprocess, time
        with open("log", "w") as log:
            server = subprocess.Popen({SPEAKING_NATURALLY}, stdout=subprocess.PIPE, stderr=log)
        server.stdout.readline()
        print(server.pid, flush=True)
        time.sleep({PATIENCE})
    """
    moment = random.uniform(0, LOADING)
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        server = psutil.Process(int(parent.stdout.readline()))
        wait_until_it_has_grown(server, moment)
        parent.kill()
    server.wait(PATIENCE)
    # Nobody can ask for its exit code, but a process that is aborted says so.
    assert (tmp_path / "log").read_text() == "", moment


def test_it_ends_in_order_while_the_natural_voice_speaks() -> None:
    with LocalServer(voice_engine="hibari") as server:
        caller = Caller(server)
        caller.playing(caller.text_stream("A very long story. " * 100))
        server.process.terminate()
        assert server.process.wait(PATIENCE) == 0
        caller.http.close()


def test_the_server_ends_with_its_parent() -> None:
    program = """
        import os, signal
        from heygen_widget.local import LocalServer
        server = LocalServer().start()
        print(server.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    parent = subprocess.run(command, capture_output=True, text=True, check=False)
    server = int(parent.stdout)
    psutil.wait_procs([psutil.Process(server)] if psutil.pid_exists(server) else [], PATIENCE)
    assert not psutil.pid_exists(server)


def test_a_server_whose_parent_is_gone_already_does_not_stay() -> None:
    environment = {**os.environ, "HEYGEN_WIDGET_SERVER_PARENT": "1"}
    process = subprocess.run(
        SERVE, env=environment, stdout=subprocess.PIPE, timeout=PATIENCE, check=False
    )
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        process = subprocess.run(
            [*SERVE, "--port", port], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}: ")
    assert "--port" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    "flags",
    [
        ["--port", "70000"],
        ["--host", "no.such.name.invalid"],
        ["--host", "192.0.2.1"],
        ["--segment", "0.33"],
    ],
)
def test_settings_that_cannot_be_had_are_said_so(flags: list[str]) -> None:
    process = subprocess.run(
        [*SERVE, *flags], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1


def test_a_port_is_free_again_at_once() -> None:
    with LocalServer() as first:
        port = httpx.URL(first.base_url).port
        httpx.get(first.base_url)
    with LocalServer(port=port) as second:
        assert httpx.URL(second.base_url).port == port


def test_a_voice_that_cannot_be_loaded_ends_sessions_not_the_server(
    server_with: Callable[..., LocalServer], caller_at: Callable[[LocalServer], Caller]
) -> None:
    caller = caller_at(server_with(voice_engine="piper", voice_file=Path("missing.onnx")))
    for _ in range(2):
        assert caller.until(caller.text_stream(), "error")["error_message"]
