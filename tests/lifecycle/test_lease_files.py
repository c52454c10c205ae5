"""The files of leases: for their owner alone, without a key, and robust against what is in them."""

import json
import os
import socket
import stat
import time
from pathlib import Path

import pytest

from heygen_widget import HeyGen
from heygen_widget.lifecycle.leases import FORGOTTEN_AFTER, Leases, Orphan
from tests.lifecycle.holder import KEY, URL, Hold, files, ids


def test_files_are_for_their_owner_alone_and_hold_no_key(client: HeyGen, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    leases = Leases(folder)
    leases.add(client, "own")
    (file,) = files(folder)
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
    (file,) = files(tmp_path)
    one, two = map(json.loads, file.read_text().splitlines())
    assert one["fingerprint"] != two["fingerprint"]
    leases.remove("one")
    leases.remove("two")


def test_a_line_that_was_cut_off_does_not_spoil_those_before(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    hold("whole", "cut").kill()
    (file,) = files(tmp_path)
    os.truncate(file, file.stat().st_size - 10)
    assert ids(leases.orphans(client)) == ["whole"]


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
    assert files(tmp_path) == []


def _plant(kind: str, path: Path, elsewhere: Path) -> None:
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as unix:
                unix.bind(str(path))
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


@pytest.mark.parametrize("kind", ["pipe", "socket", "directory", "device", "link", "large"])
def test_what_no_process_of_ours_made_is_ignored_and_logged(
    hold: Hold, client: HeyGen, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    hold("ours").kill()
    leases, planted = Leases(tmp_path), tmp_path / "0.lease"
    _plant(kind, planted, tmp_path / "elsewhere")
    assert ids(leases.orphans(client)) == ["ours"]
    assert "Ignoring" in caplog.text
    assert "0.lease" in caplog.text
    leases.forget(Orphan("a", planted))
    assert os.path.lexists(planted)


def test_an_empty_file_may_be_in_the_making_and_is_removed_only_when_it_is_old(
    leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    file = tmp_path / "1-a.lease"
    file.touch()
    assert leases.orphans(client) == []
    assert files(tmp_path) == [file]
    long_ago = time.time() - FORGOTTEN_AFTER - 1
    os.utime(file, (long_ago, long_ago))
    assert leases.orphans(client) == []
    assert files(tmp_path) == []


def test_a_session_that_can_no_longer_live_is_forgotten(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    hold("old").kill()
    (file,) = files(tmp_path)
    lease = json.loads(file.read_text())
    file.write_text(json.dumps(lease | {"since": lease["since"] - FORGOTTEN_AFTER}))
    assert leases.orphans(client) == []
    assert files(tmp_path) == []


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
    assert len(files(tmp_path / "heygen-widget")) == 1
    leases.remove("own")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    leases.add(client, "own")
    assert len(list((tmp_path / "home").rglob("*.lease"))) == 1
    leases.remove("own")
