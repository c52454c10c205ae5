import importlib.util
import os
import subprocess
import sys
import textwrap

import httpx
import psutil
import pytest

from heygen_widget.local import LocalServer, LocalServerError, launcher
from tests.garbage import collect_until

pytestmark = pytest.mark.media


def test_a_server_runs_within_its_with_block() -> None:
    server = LocalServer()
    assert not server.running
    with server as entered:
        assert entered is server
        assert server.running
        assert httpx.get(server.base_url, headers={"x-api-key": server.api_key}).status_code == 404
        pid = server.pid
    assert not server.running
    assert not psutil.pid_exists(pid)


def test_closing_twice_and_closing_what_never_ran_are_harmless() -> None:
    server = LocalServer().start()
    server.close()
    server.close()
    LocalServer().close()


def test_starting_twice_starts_once_and_a_closed_server_can_start_again() -> None:
    with LocalServer() as server:
        pid = server.pid
        assert server.start().pid == pid
        server.close()
        assert server.start().pid != pid


def test_a_server_that_died_can_start_again() -> None:
    with LocalServer() as server:
        psutil.Process(server.pid).kill()
        while server.running:
            pass
        server.start()
        assert httpx.get(server.base_url).status_code == 401


def test_what_does_not_run_has_no_address() -> None:
    for name in ("base_url", "api_key", "pid"):
        with pytest.raises(LocalServerError, match="not running"):
            getattr(LocalServer(), name)


def test_a_fixed_key_is_used_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", "the-real-key")
    with LocalServer(api_key="my-secret-key") as server:
        assert server.api_key == "my-secret-key"
        headers = {"x-api-key": "my-secret-key"}
        assert httpx.get(server.base_url, headers=headers).status_code == 404
        process = psutil.Process(server.pid)
        shown = [repr(server), repr(server.settings), *process.cmdline()]
        assert not any("secret" in text for text in shown)
        assert "the-real-key" not in process.environ().values()


def test_an_interrupt_of_this_process_group_does_not_reach_the_server() -> None:
    with LocalServer() as server:
        assert os.getpgid(server.pid) != os.getpgid(0)


def test_a_forgotten_server_ends() -> None:
    server = LocalServer().start()
    process = psutil.Process(server.pid)
    del server
    collect_until(lambda: psutil.wait_procs([process], 0)[0])


def test_a_server_left_open_ends_with_the_interpreter() -> None:
    program = """
        from heygen_widget.local import LocalServer
        server = LocalServer().start()
        print(server.pid)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
    assert not psutil.pid_exists(int(ended.stdout))


def test_a_fork_leaves_the_server_to_its_owner() -> None:
    program = """
        import os, sys, urllib.error, urllib.request
        from heygen_widget.local import LocalServer
        with LocalServer() as server:
            if os.fork() == 0:
                server.close()
                sys.exit()
            os.wait()
            try:
                urllib.request.urlopen(server.base_url)
            except urllib.error.HTTPError as answer:
                print(answer.code)
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == "401\n"


def test_a_server_that_cannot_start_says_why() -> None:
    with LocalServer() as first:
        port = httpx.URL(first.base_url).port
        with pytest.raises(LocalServerError, match=f"Cannot listen on 127.0.0.1:{port}"):
            LocalServer(port=port).start()


def test_a_server_that_is_not_ready_in_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "START_TIMEOUT", 0.001)
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(LocalServerError, match="not ready"):
        LocalServer().start()
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_missing_extra_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "av" else find(name)
    )
    with pytest.raises(LocalServerError, match=r"pip install 'heygen-widget\[local\]'"):
        LocalServer().start()


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        LocalServer(colour="red")
