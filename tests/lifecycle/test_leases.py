"""Leases: what a process had open is known to the next one if it died, and only then."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget import AsyncHeyGen, HeyGen, LocalServer
from heygen_widget.api._address import same_place
from heygen_widget.lifecycle.leases import FORGOTTEN_AFTER, Leases, Orphan, end_orphans

KEY = "sk-1234567890-abcdefghij"
URL = "http://127.0.0.1:9"

HOLDER = """
import os, signal, sys, time
from pathlib import Path
from heygen_widget import HeyGen
from heygen_widget.lifecycle.leases import Leases
folder, key, url, *stream_ids = sys.argv[1:]
leases, client = Leases(Path(folder)), HeyGen(key, url)
for stream_id in stream_ids:
    leases.add(client, stream_id)
if "child" in stream_ids:
    if os.fork() == 0:
        sys.stdout.close()
        time.sleep(1000)
print("ready", flush=True)
for line in sys.stdin:
    leases.remove(line.strip())
    print("removed", flush=True)
"""


class Holder:
    """A process that has sessions open, until it is killed."""

    def __init__(self, folder: Path, *stream_ids: str, key: str = KEY, url: str = URL) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", HOLDER, str(folder), key, url, *stream_ids],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._hear()

    def remove(self, stream_id: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{stream_id}\n")
        self._process.stdin.flush()
        self._hear()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Kill it, and it alone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill it and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()

    def _hear(self) -> None:
        assert self._process.stdout
        assert self._process.stdout.readline()


Hold = Callable[..., Holder]


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    holders: list[Holder] = []

    def make(*stream_ids: str, **options: str) -> Holder:
        holders.append(Holder(tmp_path, *stream_ids, **options))
        return holders[-1]

    yield make
    for holder in holders:
        holder.close()


@pytest.fixture
def leases(tmp_path: Path) -> Leases:
    return Leases(tmp_path)


@pytest.fixture
def client() -> Iterator[HeyGen]:
    with HeyGen(KEY, URL) as client:
        yield client


def _ids(orphans: list[Orphan]) -> list[str]:
    return sorted(orphan.stream_id for orphan in orphans)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_what_a_killed_process_left_open_is_found(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    holder = hold("first", "second", "third")
    holder.remove("second")
    holder.kill()
    assert _ids(leases.orphans(client)) == ["first", "third"]


def test_what_a_living_process_has_open_is_no_orphan_even_if_it_is_frozen(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    holder = hold("live")
    assert leases.orphans(client) == []
    holder.freeze()
    assert leases.orphans(client) == []
    assert len(_files(tmp_path)) == 1
    holder.kill()
    assert _ids(leases.orphans(client)) == ["live"]


def test_ones_own_sessions_are_no_orphans(leases: Leases, client: HeyGen, tmp_path: Path) -> None:
    leases.add(client, "own")
    other = Leases(tmp_path)
    for _ in range(2):
        assert leases.orphans(client) == other.orphans(client) == []
    leases.remove("own")


def test_looking_around_does_not_give_up_ones_own(
    leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    leases.add(client, "own")
    leases.orphans(client)
    look = (
        "import sys\n"
        "from pathlib import Path\n"
        "from heygen_widget import HeyGen\n"
        "from heygen_widget.lifecycle.leases import Leases\n"
        "print(Leases(Path(sys.argv[1])).orphans(HeyGen(sys.argv[2], sys.argv[3])))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", look, str(tmp_path), KEY, URL],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout == "[]\n"
    leases.remove("own")


def test_a_child_that_lives_on_does_not_hide_what_its_parent_left(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    holder = hold("child")
    holder.kill()
    assert _ids(leases.orphans(client)) == ["child"]


def test_a_process_that_ended_all_it_opened_leaves_no_file(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    holder = hold("one", "two")
    for stream_id in ("one", "two"):
        assert len(_files(tmp_path)) == 1
        holder.remove(stream_id)
    assert _files(tmp_path) == []
    leases.add(client, "three")
    leases.remove("three")
    leases.remove("three")
    leases.remove("never opened")
    assert _files(tmp_path) == []


def test_processes_at_the_same_time_do_not_disturb_each_other(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    ids = [[f"{process}-{number}" for number in range(20)] for process in range(4)]
    holders = [hold(*some) for some in ids]
    holders[1].kill()
    holders[3].kill()
    assert _ids(leases.orphans(client)) == sorted(ids[1] + ids[3])


def test_orphans_are_found_only_with_the_key_and_the_address_they_were_opened_with(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    hold("theirs", key="another-key").kill()
    hold("elsewhere", url="http://127.0.0.1:10").kill()
    hold("ours").kill()
    assert _ids(leases.orphans(client)) == ["ours"]
    with HeyGen("another-key", URL) as other:
        assert _ids(leases.orphans(other)) == ["theirs"]


def test_an_orphan_is_there_until_it_is_forgotten(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    hold("first", "second").kill()
    first, second = leases.orphans(client)
    leases.forget(first)
    assert leases.orphans(client) == [second]
    leases.forget(second)
    leases.forget(second)
    assert _files(tmp_path) == []


def test_files_are_for_their_owner_alone_and_hold_no_key(client: HeyGen, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    leases = Leases(folder)
    leases.add(client, "own")
    (file,) = _files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (lease,) = map(json.loads, file.read_text().splitlines())
    assert lease | {"salt": "", "fingerprint": "", "since": 0} == {
        "stream_id": "own",
        "base_url": URL,
        "salt": "",
        "fingerprint": "",
        "pid": os.getpid(),
        "since": 0,
    }
    assert not any(KEY[at : at + 6] in file.read_text() for at in range(len(KEY) - 5))
    leases.remove("own")


def test_the_same_key_leaves_another_fingerprint_each_time(
    leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    leases.add(client, "one")
    leases.add(client, "two")
    (file,) = _files(tmp_path)
    one, two = map(json.loads, file.read_text().splitlines())
    assert one["fingerprint"] != two["fingerprint"]
    leases.remove("one")
    leases.remove("two")


def test_a_line_that_was_cut_off_does_not_spoil_those_before(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    hold("whole", "cut").kill()
    (file,) = _files(tmp_path)
    os.truncate(file, file.stat().st_size - 10)
    assert _ids(leases.orphans(client)) == ["whole"]


def _record(**changes: object) -> bytes:
    lease = {"stream_id": "a", "base_url": URL, "salt": "00" * 16, "fingerprint": "00" * 16}
    return json.dumps(lease | {"pid": 1, "since": time.time()} | changes).encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff\xfe",
        b"null\n[]\n1\n",
        b'{"ended": []}\n',
        b'{"stream_id": "a"}\n',
        _record(salt="zz"),
        _record(salt="00"),
        _record(fingerprint="é"),
        _record(since="now"),
        _record(since=float("nan")),
        _record(since=10**400),
        b"[" * 4000 + b"\n",
        b'{"ended":' * 400 + b"1\n",
        b"[" * 200_000,
        _record(stream_id="a" * 9000),
        b"1" * 5000 + b"\n",
    ],
)
def test_a_file_that_makes_no_sense_is_removed(
    leases: Leases, client: HeyGen, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "1-a.lease").write_bytes(content)
    assert leases.orphans(client) == []
    assert _files(tmp_path) == []


def _plant(kind: str, path: Path, elsewhere: Path) -> None:
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            socket.socket(socket.AF_UNIX).bind(str(path))
        case "directory":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case "link":
            elsewhere.write_bytes(_record())
            path.symlink_to(elsewhere)
        case "large":
            with path.open("wb") as file:
                file.truncate(1 << 40)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("kind", ["pipe", "socket", "directory", "device", "link", "large"])
def test_what_no_process_of_ours_made_is_ignored_and_logged(
    hold: Hold, client: HeyGen, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    hold("ours").kill()
    leases, planted = Leases(tmp_path), tmp_path / "0.lease"
    _plant(kind, planted, tmp_path / "elsewhere")
    assert _ids(leases.orphans(client)) == ["ours"]
    assert "Ignoring" in caplog.text
    assert "0.lease" in caplog.text
    leases.forget(Orphan("a", planted))
    assert os.path.lexists(planted)


SAME = [
    "http://127.0.0.1:9",
    "http://localhost:9/",
    "http://LOCALHOST:9",
    "HTTP://localhost.:9",
    "http://[::1]:9",
    "http://[0:0:0:0:0:0:0:1]:9/",
    "http://127.0.0.2:9",
    "http://[::ffff:127.0.0.1]:9",
    "http://app.localhost:9",
]
OTHERS = [
    "http://127.0.0.1:10",
    "https://127.0.0.1:9",
    "http://127.0.0.1:9/v2",
    "http://10.0.0.1:9",
    "http://localhost",
]


@given(st.sampled_from(SAME), st.sampled_from(SAME))
def test_a_server_is_known_however_its_address_is_written(one: str, other: str) -> None:
    assert same_place(one, other)


@given(st.sampled_from(SAME), st.sampled_from(OTHERS))
def test_other_servers_are_others(one: str, other: str) -> None:
    assert not same_place(one, other)


def test_default_ports_and_capitals_make_no_other_server() -> None:
    assert same_place("https://api.heygen.com", "https://API.HeyGen.com.:443/")
    assert same_place("http://10.0.0.1", "http://10.0.0.1:80")
    assert not same_place("https://api.heygen.com", "http://api.heygen.com:443")
    assert not same_place("https://api.heygen.com", "https://api.heygen.com.evil.org")


def test_an_orphan_is_found_where_its_address_is_written_otherwise(
    hold: Hold, leases: Leases
) -> None:
    hold("ours", url="http://localhost:9").kill()
    for url in SAME:
        with HeyGen(KEY, url) as client:
            assert _ids(leases.orphans(client)) == ["ours"]


def test_an_empty_file_may_be_in_the_making_and_is_removed_only_when_it_is_old(
    leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    file = tmp_path / "1-a.lease"
    file.touch()
    assert leases.orphans(client) == []
    assert _files(tmp_path) == [file]
    long_ago = time.time() - FORGOTTEN_AFTER - 1
    os.utime(file, (long_ago, long_ago))
    assert leases.orphans(client) == []
    assert _files(tmp_path) == []


def test_a_session_that_can_no_longer_live_is_forgotten(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    hold("old").kill()
    (file,) = _files(tmp_path)
    lease = json.loads(file.read_text())
    file.write_text(json.dumps(lease | {"since": lease["since"] - FORGOTTEN_AFTER}))
    assert leases.orphans(client) == []
    assert _files(tmp_path) == []


def test_where_no_file_can_be_written_all_goes_on_without(client: HeyGen, tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    leases = Leases(tmp_path / "in the way")
    leases.add(client, "own")
    leases.remove("own")
    assert leases.orphans(client) == []


def test_by_default_the_files_are_among_what_the_user_s_programs_remember(
    client: HeyGen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    leases = Leases()
    leases.add(client, "own")
    assert len(_files(tmp_path / "heygen-widget")) == 1
    leases.remove("own")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    leases.add(client, "own")
    assert len(list((tmp_path / "home").rglob("*.lease"))) == 1
    leases.remove("own")


# Ended on the server.


def _end(leases: Leases, server: LocalServer) -> list[str]:
    async def end() -> list[str]:
        async with AsyncHeyGen(server.api_key, server.base_url, max_retries=0) as client:
            return await end_orphans(client, leases)

    return asyncio.run(end())


def test_what_a_killed_process_left_open_is_ended_on_the_server(
    hold: Hold, leases: Leases, local_server: LocalServer, tmp_path: Path
) -> None:
    with HeyGen(local_server.api_key, local_server.base_url) as heygen:
        sessions = [
            heygen.avatar_realtime.create(
                type="text_stream", avatar_id="a", voice_id="v", text="Is anybody there?"
            ).stream_id
            for _ in range(2)
        ]
        left = sessions[0]
        hold(left, "unknown", key=local_server.api_key, url=local_server.base_url).kill()
        assert sorted(_end(leases, local_server)) == sorted([left, "unknown"])
        assert heygen.avatar_realtime.get(left).status == "completed"
        assert heygen.avatar_realtime.get(sessions[1]).status != "completed"
        heygen.avatar_realtime.cancel(sessions[1])
    assert _files(tmp_path) == []
    assert _end(leases, local_server) == []


def test_what_cannot_be_ended_now_is_tried_again(hold: Hold, leases: Leases) -> None:
    with LocalServer() as server:
        hold("left", key=server.api_key, url=server.base_url).kill()
        key, url = server.api_key, server.base_url

    async def end() -> tuple[list[str], list[Orphan]]:
        async with AsyncHeyGen(key, url, max_retries=0) as client:
            return await end_orphans(client, leases), leases.orphans(client)

    ended, still = asyncio.run(end())
    assert ended == []
    assert _ids(still) == ["left"]
