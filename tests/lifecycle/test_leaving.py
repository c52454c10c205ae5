"""How an avatar's session ends when nobody says `stop`: blocks, limits, and avatars left behind."""

import asyncio
import gc
import signal
import subprocess
import sys
import time
import weakref
from functools import partial
from pathlib import Path

import pytest

from heygen_widget import Avatar, HeyGen, LocalServer, SessionStatus, SpeechStatus
from heygen_widget.bridge import bridge
from heygen_widget.session import Limit, LimitNear
from tests.garbage import collect_until
from tests.page import PATIENCE, MakeAvatar, Page

LONG = "One two three four five six seven eight nine ten. " * 20

pytestmark = pytest.mark.usefixtures("page", "no_settings_from_outside")


def _status(server: LocalServer, stream_id: str | None) -> str:
    assert stream_id is not None
    with HeyGen(server.api_key, server.base_url) as heygen:
        return heygen.avatar_realtime.get(stream_id).status


# Blocks.


def test_a_block_ends_once_all_is_said(make_avatar: MakeAvatar) -> None:
    with make_avatar() as avatar:
        speech = avatar.speak("Hello from the block.")
        assert not speech.status.ended
    assert (speech.status, avatar.status) == (SpeechStatus.SPOKEN, SessionStatus.COMPLETED)
    assert avatar.comm is not None  # what was said can still be read


def test_an_asynchronous_block_ends_once_all_is_said(make_avatar: MakeAvatar) -> None:
    async def work() -> None:
        async with make_avatar() as avatar:
            speech = avatar.speak("Hello from the block.")
        assert speech.status is SpeechStatus.SPOKEN
        assert avatar.status is SessionStatus.COMPLETED

    asyncio.run(work())


def test_a_block_in_which_nothing_is_said_opens_no_session(make_avatar: MakeAvatar) -> None:
    with make_avatar() as avatar:
        pass
    assert avatar.status is SessionStatus.IDLE


def test_an_error_in_a_block_ends_the_session_at_once(make_avatar: MakeAvatar) -> None:
    with pytest.raises(ZeroDivisionError), make_avatar() as avatar:  # noqa: PT012
        speech = avatar.speak(LONG)
        avatar.wait("streaming", PATIENCE)
        raise ZeroDivisionError
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.CANCELLED
    assert speech.status is SpeechStatus.INTERRUPTED


# Limits.


def test_a_limit_is_announced_in_the_page_and_as_an_event(
    make_avatar: MakeAvatar, page: Page, local_server: LocalServer
) -> None:
    avatar = make_avatar(local=local_server, max_seconds=2)
    assert avatar.time_left is None
    avatar.speak(LONG)
    assert avatar.wait(timeout=PATIENCE) is SessionStatus.CANCELLED
    (near,) = [event for event in avatar.events if isinstance(event, LimitNear)]
    assert near.limit is Limit.MAX_SECONDS
    views = [
        data["state"]["session"] for data, _ in page.sent if "session" in data.get("state", {})
    ]
    told = [view for view in views if view.get("status") == "streaming"]
    assert all(view["limit"] == "max_seconds" for view in told)
    assert all(view["limit_at"] == pytest.approx(2, abs=1) for view in told)
    assert (avatar.end_reason, avatar.time_left) == ("limit", None)


def test_the_time_that_is_left_until_a_limit_is_known(make_avatar: MakeAvatar) -> None:
    avatar = make_avatar(max_seconds=200)
    avatar.speak(LONG)
    avatar.wait("streaming", PATIENCE)
    early, left, late = avatar.elapsed, avatar.time_left, avatar.elapsed
    assert left is not None
    assert 200 - late <= left <= 200 - early


def test_the_page_knows_when_text_must_have_come(
    make_avatar: MakeAvatar, local_server: LocalServer
) -> None:
    avatar = make_avatar(local=local_server)
    avatar.speak("Hello.").result(PATIENCE)
    avatar.wait("streaming", PATIENCE)
    view = avatar.session
    assert view["idle_timeout"] == 30
    early, left, late = avatar.elapsed, avatar.idle_time_left, avatar.elapsed
    assert left is not None
    assert view["idle_at"] - late - 1 <= left <= view["idle_at"] - early + 1


# Avatars that nobody holds.


def test_an_avatar_that_nobody_holds_says_what_it_was_told_and_ends(
    local_server: LocalServer,
) -> None:
    avatar = Avatar(local=local_server)
    speech = avatar.speak("Nobody holds me.")
    left = weakref.ref(avatar)
    sessions = avatar._controller.queue
    del avatar
    deadline = time.monotonic() + PATIENCE
    while left() is not None:  # the private loop may hold it for a moment
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN
    while not bridge.ask(lambda: sessions.idle):
        pass
    assert sessions.current is not None
    assert _status(local_server, sessions.current.stream_id) == "completed"


def test_an_avatar_that_only_its_own_callbacks_mention_ends_as_one_that_nobody_holds(
    local_server: LocalServer,
) -> None:
    avatar = Avatar(local=local_server)
    avatar.on_event(partial(setattr, avatar, "told"))
    avatar.observe(partial(setattr, avatar, "told"), "session")
    speech = avatar.speak("My callbacks know me.")
    left, sessions = weakref.ref(avatar), avatar._controller.queue
    del avatar
    collect_until(lambda: left() is None)  # a callback may hold it for a moment
    assert speech.result(PATIENCE).status is SpeechStatus.SPOKEN
    bridge.submit(sessions.rest()).result(PATIENCE)
    assert sessions.snapshot.status is SessionStatus.COMPLETED


def test_a_page_holds_the_avatar_it_shows(local_server: LocalServer) -> None:
    avatar = Avatar(local=local_server)
    avatar._repr_mimebundle_()
    shown = weakref.ref(avatar)
    del avatar
    gc.collect()
    avatar_again = shown()
    assert avatar_again is not None
    avatar_again.close()


def test_a_program_ends_although_its_avatar_speaks_and_says_how_to_let_it_finish(
    tmp_path: Path,
) -> None:
    program = (
        "from heygen_widget import Avatar\n"
        "avatar = Avatar(local=True)\n"
        f"avatar.speak({LONG!r})\n"
        "avatar.wait('streaming')\n"
        "print('said')"
    )
    process = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
        cwd=tmp_path,
    )
    assert process.stdout == "said\n"
    assert process.stderr.startswith("The program ended while an avatar was rehearsing")
    assert "avatar.wait()" in process.stderr


# Signals.

SCRIPT = """
import os, signal, sys, threading, time
from heygen_widget import Avatar, HeyGen
from heygen_widget.lifecycle import at_exit
at_exit.AT_EXIT = 30
if sys.argv[3] == "mine":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))

def speak():
    global avatar
    avatar = Avatar(client=HeyGen(sys.argv[1], sys.argv[2]))
    avatar.speak("One two three four five six seven eight nine ten. " * 20)
    avatar.wait("streaming")

if sys.argv[3] == "thread":
    thread = threading.Thread(target=speak)
    thread.start()
    thread.join()
else:
    speak()
print(avatar.stream_id, flush=True)
while True:  # Python tells of a signal that comes just before a sleep only after it
    time.sleep(0.1)
"""


@pytest.mark.parametrize(
    ("number", "handler", "code"),
    [
        (signal.SIGTERM, "none", -signal.SIGTERM),
        (signal.SIGTERM, "thread", -signal.SIGTERM),
        (signal.SIGINT, "none", -signal.SIGINT),
        (signal.SIGHUP, "none", -signal.SIGHUP),
        (signal.SIGTERM, "mine", 7),
    ],
)
def test_a_signal_that_ends_a_script_ends_its_sessions_first(
    local_server: LocalServer, number: signal.Signals, handler: str, code: int
) -> None:
    program = [sys.executable, "-c", SCRIPT, local_server.api_key, local_server.base_url, handler]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        try:
            stream_id = process.stdout.readline().strip()
            process.send_signal(number)
            assert process.wait(PATIENCE) == code
        finally:
            process.kill()
    assert _status(local_server, stream_id) == "completed"


# Forks.

FORK = """
import multiprocessing, os, signal, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads
from heygen_widget import Avatar, HeyGen
from heygen_widget.api import ForkedProcess
key, url = sys.argv[1:]
client = HeyGen(key, url)
avatar = Avatar(client=client)
speech = avatar.speak("One two three four five six seven eight nine ten. " * 20)
avatar.wait("streaming")

def refused(work):
    try:
        work()
    except ForkedProcess as error:
        return "in the child" in str(error)

def child():
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    refusals = [refused(work) for work in (
        lambda: avatar.speak("Hello."), avatar.stop, avatar.finish, avatar.wait, avatar.close,
        avatar.snapshot, lambda: avatar.save("talk.vtt"), lambda: avatar.start("Hello."),
        speech.result, lambda: next(iter(speech)),
        lambda: client.avatar_realtime.get(avatar.stream_id),
    )]
    assert all(refusals), refusals
    repr(avatar), avatar.status, avatar.transcript
    with HeyGen.like(client) as mine:
        assert mine.avatar_realtime.get(avatar.stream_id).status == "streaming"
    own = Avatar(client=client)
    own.speak("Mine.").result(30)
    own.stop()
    own.wait()
    print("refused", flush=True)

pid = os.fork()
if pid == 0:
    child()
    sys.exit()  # with all that is done when a program ends
assert os.waitpid(pid, 0)[1] == 0
process = multiprocessing.get_context("fork").Process(target=child)
process.start()
process.join()
assert process.exitcode == 0
assert client.avatar_realtime.get(avatar.stream_id).status == "streaming"
avatar.stop()
print(avatar.wait())
"""


def test_a_forked_child_is_told_to_make_an_avatar_of_its_own_and_ends_nothing_of_its_parent(
    local_server: LocalServer, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORK, local_server.api_key, local_server.base_url],
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE,
        cwd=tmp_path,
    )
    assert done.stderr == ""
    assert done.stdout == "refused\nrefused\ncancelled\n"
