"""Remembers which billed sessions are open, in a file that outlives this process.

A killed process leaves its file behind, and the next one ends the sessions in it. A living
process holds its file locked, so that neither process numbers nor clocks have to be believed. Knows
no notebook; the files hold no key.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import secrets
import stat
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from heygen_widget.api import AsyncHeyGen, HeyGen, HeyGenError
from heygen_widget.api._address import same_place
from heygen_widget.session.ending import end

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FORGOTTEN_AFTER: Final = 2 * 3600.0
"""Seconds: twice what a session may last."""

_LARGEST: Final = 1 << 20  # bytes; nobody has that many sessions open
_LONGEST_LINE: Final = 4096  # bytes; ours have some hundred
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # nor wait for a pipe
_BEHIND_THE_TEXT: Final = 1 << 30  # Windows lets nobody read a byte that is locked

_log = logging.getLogger(__name__)
_ours: set[Path] = set()  # a process is never kept out by its own locks


@dataclass(frozen=True, slots=True)
class Lease:
    """A session that is open, as a line in the file of its process."""

    # Which session, and where.
    stream_id: str
    base_url: str
    # Recognise the key that opened it, for those who have it; hexadecimal.
    salt: str
    fingerprint: str
    pid: int  # the process that opened it, for people who look into the file
    since: float  # seconds since the epoch

    def fits(self, client: HeyGen | AsyncHeyGen) -> bool:
        """Whether `client` has the address and the key that this was opened with."""
        same_key = secrets.compare_digest(
            self.fingerprint, client.fingerprint(bytes.fromhex(self.salt))
        )
        return same_key and same_place(self.base_url, client.base_url)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A session whose process is dead, and the file that tells of it."""

    stream_id: str
    file: Path


class Leases:
    """The open sessions of this process on disk, and those that dead processes left.

    What goes wrong with the files is logged and otherwise passed over: a session that nobody finds
    is ended by the server's idle timeout. `add` and `remove` belong to one thread.

    Parameters
    ----------
    folder
        Where the files are; one of this user's own by default.
    within
        A folder within that, for another kind of session.
    """

    def __init__(self, folder: Path | None = None, *, within: str = "") -> None:
        self._given = folder
        self._within = within
        self._own: _OwnFile | None = None

    def add(self, client: HeyGen | AsyncHeyGen, stream_id: str) -> None:
        """Note that `client` has opened a session."""
        salt = secrets.token_hex(16)
        lease = Lease(
            stream_id,
            client.base_url,
            salt,
            client.fingerprint(bytes.fromhex(salt)),
            os.getpid(),
            time.time(),
        )
        try:
            if self._own is None or self._own.pid != os.getpid():  # after a fork it is the parent's
                self._own = _OwnFile(self._folder())
            self._own.add(lease)
        except (OSError, RuntimeError) as error:
            _log.debug("Recording an open session on disk failed: %s", error)

    def remove(self, stream_id: str) -> None:
        """Note that a session has ended. The file goes with the last one."""
        own = self._own
        if own is None or own.pid != os.getpid() or stream_id not in own.open:
            return
        with contextlib.suppress(OSError):
            own.remove(stream_id)
        if not own.open:
            self._own = None

    def orphans(self, client: HeyGen | AsyncHeyGen) -> list[Orphan]:
        """Return the sessions left by dead processes that `client` can end; tidy up the others."""
        found = []
        for file in self._files():
            try:
                leases = _left_in(file)
                if leases == []:
                    file.unlink()
            except FileNotFoundError:
                continue  # another process has tidied up
            except OSError as error:
                _log.warning("Ignoring %s: %s", file, error)
                continue
            fitting = [lease for lease in leases or [] if lease.fits(client)]
            found += [Orphan(lease.stream_id, file) for lease in fitting]
        return found

    def forget(self, orphan: Orphan) -> None:
        """Note that an orphan has ended."""
        with contextlib.suppress(OSError):
            file = os.open(orphan.file, os.O_WRONLY | os.O_APPEND | _NO_LINK)
            try:
                _write(file, {"ended": orphan.stream_id})
            finally:
                os.close(file)
            if _left_in(orphan.file) == []:
                orphan.file.unlink()

    def _files(self) -> list[Path]:
        try:
            return [file for file in sorted(self._folder().glob("*.lease")) if file not in _ours]
        except (OSError, RuntimeError) as error:
            _log.debug("Cannot read the folder of open sessions: %s", error)
            return []

    def _folder(self) -> Path:
        return (self._given or _own_folder()) / self._within


leases: Final = Leases()
"""This process's set of leases."""


async def end_orphans(
    client: AsyncHeyGen,
    among: Leases = leases,
    end: Callable[[AsyncHeyGen, str], Awaitable[bool]] = end,
) -> list[str]:
    """End the sessions that dead processes left open with the key and at the address of `client`.

    Returns
    -------
    list of str
        The stream_ids of those that were ended. What cannot be ended now is tried again next time.
    """
    ended = []
    for orphan in await asyncio.to_thread(among.orphans, client):
        try:
            if not await end(client, orphan.stream_id):
                continue  # it goes on for as long as it has something to say
        except HeyGenError as error:
            _log.debug("Leaving session %s for the next process: %s", orphan.stream_id, error)
        else:
            among.forget(orphan)
            ended.append(orphan.stream_id)
            _log.info("Ended session %s, which a dead process had left open.", orphan.stream_id)
    return ended


class _OwnFile:
    """The file of this process: a line for each session opened, another for each one ended.

    A line is appended in one piece, so that a process killed meanwhile spoils no earlier one.
    """

    def __init__(self, folder: Path) -> None:
        self.pid: Final = os.getpid()
        self.open: set[str] = set()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{self.pid}-{secrets.token_hex(4)}.lease"
        _ours.add(self._path)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self._file = os.open(self._path, flags, 0o600)
        try:
            _lock(self._file)
        except OSError:
            self._close()
            raise

    def add(self, lease: Lease) -> None:
        _write(self._file, asdict(lease))
        self.open.add(lease.stream_id)

    def remove(self, stream_id: str) -> None:
        self.open.discard(stream_id)
        try:
            _write(self._file, {"ended": stream_id})
        finally:
            if not self.open:
                self._close()

    def _close(self) -> None:
        os.close(self._file)  # Windows removes no file that is open
        self._path.unlink()


def _own_folder() -> Path:
    """Return the folder for what programs of this user remember between two runs."""
    home = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    if home:
        return Path(home) / "heygen-widget"
    state = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
    return Path.home() / state / "heygen-widget"


def _left_in(path: Path) -> list[Lease] | None:
    """Return what a dead process left open; None while it lives, or may be making the file.

    None too for what no process of ours made: a pipe, a link, far too much.
    """
    file = os.open(path, os.O_RDWR | _NO_LINK)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            _log.warning("Ignoring %s: this package did not write it.", path)
            return None
        if not about.st_size and time.time() - about.st_mtime < FORGOTTEN_AFTER:
            return None
        try:
            _lock(file)
        except OSError:
            return None
        return _still_open(os.read(file, _LARGEST))
    finally:
        os.close(file)


def _still_open(content: bytes) -> list[Lease]:
    left: dict[str, Lease] = {}
    for line in content.splitlines():
        try:
            record = json.loads(line[:_LONGEST_LINE])
            if "ended" in record:
                left.pop(record["ended"], None)
            else:
                lease = _as_lease(record)
                left[lease.stream_id] = lease
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            # A line that is spoilt says nothing; the others hold.
            _log.debug("Ignoring a line in a lease file: %s", error)
    return [lease for lease in left.values() if time.time() - lease.since < FORGOTTEN_AFTER]


def _as_lease(record: dict[str, object]) -> Lease:
    """Make a lease of what was read, which may be anything."""
    stream_id, base_url, salt, fingerprint = (
        str(record[name]) for name in ("stream_id", "base_url", "salt", "fingerprint")
    )
    if len(bytes.fromhex(salt)) != hashlib.blake2b.SALT_SIZE or not fingerprint.isascii():
        raise ValueError("This is not a lease.")
    pid, since = record["pid"], record["since"]
    if not isinstance(pid, int) or not isinstance(since, int | float):
        raise TypeError("This is not a lease.")
    return Lease(stream_id, base_url, salt, fingerprint, pid, float(since))


def _write(file: int, record: dict[str, object]) -> None:
    os.write(file, json.dumps(record).encode() + b"\n")


def _lock(file: int) -> None:
    """Hold a file until it is closed or this process dies, not its children; raise if others do."""
    if sys.platform == "win32":
        os.lseek(file, _BEHIND_THE_TEXT, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _BEHIND_THE_TEXT)
