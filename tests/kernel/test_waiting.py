"""How a cell waits for an avatar, on each ipykernel that notebooks run on."""

from collections.abc import Iterator

import pytest

from heygen_widget import HeyGen, LocalServer
from tests.kernel.notebook import Cell, Kernel
from tests.kernel.versions import NEWEST, VERSIONS

PREPARE = """
import asyncio, sys, threading, time
from heygen_widget import Avatar, HeyGen

LONG = "One two three four five six seven eight nine ten. " * 60
HOME = asyncio.get_running_loop()


async def letter(*words):
    for word in words:
        await asyncio.sleep(0.01)
        assert asyncio.get_running_loop() is HOME
        yield word


async def endless():
    while True:
        await asyncio.sleep(0.05)
        assert asyncio.get_running_loop() is HOME
        yield "and so on, "


def say_when_waiting():
    \"\"\"Print as soon as the cell that calls this blocks in a wait, or lets its loop go on.\"\"\"
    awaits = threading.Event()
    HOME.call_soon(awaits.set)
    here = threading.get_ident()

    def blocks():
        frame = sys._current_frames()[here]
        while frame and frame.f_code.co_name != "wait_blocking":
            frame = frame.f_back
        return frame is not None

    def watch():
        while not awaits.is_set() and not blocks():
            time.sleep(0.01)
        print("waiting")

    threading.Thread(target=watch).start()


def open_one(source, **options):
    avatar = Avatar(client=heygen, **options)
    speech = avatar.speak(source)
    avatar.wait("streaming", timeout=60)
    return avatar, speech
"""

SPEECH, AVATAR = "speech.result()", "avatar.wait()"
WAYS = {
    SPEECH: "KeyboardInterrupt",
    AVATAR: "KeyboardInterrupt",
    "await speech": "CancelledError",
    "await avatar.until()": "CancelledError",
    f"await asyncio.sleep(0)\n{SPEECH}": "CancelledError",  # it blocks where interrupts cancel
}
"""How to wait, and how that ends when it is interrupted."""


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(concurrency=20) as server:
        yield server


@pytest.fixture
def heygen(server: LocalServer) -> Iterator[HeyGen]:
    with HeyGen(server.api_key, server.base_url) as heygen:
        yield heygen


@pytest.fixture(scope="module")
def notebook(
    version: str, server: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernel]:
    """A kernel of each version, where every test opens sessions of its own."""
    kernel = Kernel(tmp_path_factory.mktemp("notebook"), version)
    kernel.run(PREPARE)
    kernel.run(f"heygen = HeyGen({server.api_key!r}, {server.base_url!r})")
    yield kernel
    kernel.close()


@pytest.fixture(scope="module")
def speaking(notebook: Kernel) -> Iterator[str]:
    """The stream of an `avatar` that says a long `speech` during all of these tests."""
    notebook.run("avatar, speech = open_one(LONG)")
    yield notebook.run("print(avatar.stream_id)")
    notebook.run("avatar.stop()\navatar.wait()")


def _interrupt(kernel: Kernel, wait: str) -> Cell:
    """Run a cell that waits, and interrupt it while it does."""
    cell = kernel.begin(f"say_when_waiting()\n{wait}")
    kernel.until(lambda: cell.printed)
    kernel.interrupt()
    kernel.until(lambda: cell.ended)
    return cell


def test_the_kernel_is_of_the_version_it_is_said_to_be(notebook: Kernel, version: str) -> None:
    running = notebook.run("import ipykernel\nprint(ipykernel.__version__)")
    if version == NEWEST:
        assert [int(part) for part in running.split(".")[:2]] >= [7, 4]
    else:
        assert running.startswith(f"{version}.")


@pytest.mark.parametrize("wait", WAYS)
def test_an_interrupt_ends_the_waiting_and_not_the_speech(
    notebook: Kernel, speaking: str, heygen: HeyGen, wait: str
) -> None:
    assert _interrupt(notebook, wait).error == WAYS[wait]
    assert heygen.avatar_realtime.get(speaking).status == "streaming"
    heard = notebook.run(
        "before = len(speech.words)\n"
        "while len(speech.words) == before:\n"
        "    time.sleep(0.05)\n"
        "print(speech.status)"
    )
    assert heard == "speaking"


@pytest.mark.usefixtures("speaking")
def test_a_wait_that_takes_too_long_ends(notebook: Kernel) -> None:
    for wait in ("speech.result(timeout=0.1)", "avatar.wait(timeout=0.1)"):
        assert notebook.fail(wait).error == "TimeoutError"
    assert notebook.run("print(speech.status.ended)") == "False"
    # So far, no cell had a need for it.
    assert notebook.run("print(hasattr(asyncio, '_nest_patched'))") == "False"


@pytest.mark.parametrize("wait", [SPEECH, AVATAR, "await speech", "await avatar.until()"])
def test_an_interrupt_ends_the_session_where_that_is_asked_for(
    notebook: Kernel, heygen: HeyGen, wait: str
) -> None:
    notebook.run("other, speech = open_one(LONG, interrupt='stop')")
    _interrupt(notebook, wait.replace("avatar", "other"))
    assert notebook.run("print(other.wait(timeout=60), speech.status)") == "cancelled interrupted"
    stream_id = notebook.run("print(other.stream_id)")
    assert heygen.avatar_realtime.get(stream_id).status == "completed"


def test_a_cell_that_blocks_stops_neither_text_nor_speech(notebook: Kernel, heygen: HeyGen) -> None:
    stream_id = notebook.run("other, _ = open_one('Zero.')\nprint(other.stream_id)")
    cell = notebook.begin(
        "other.speak('The kernel is blocked.', final=True)\nprint('blocked')\ntime.sleep(1000)"
    )
    notebook.until(lambda: cell.printed)
    with heygen.avatar_realtime.words(stream_id) as batches:
        words = [word.word for batch in batches for word in batch.words]
    assert words == ["Zero", ".", "The", "kernel", "is", "blocked", "."]
    assert not cell.ended
    notebook.interrupt()
    notebook.until(lambda: cell.ended)
    assert notebook.run("print(other.wait(timeout=60))") == "completed"


def test_a_cell_may_block_on_text_that_comes_on_its_own_loop(notebook: Kernel) -> None:
    notebook.run("other, speech = open_one(letter('One ', 'two.'))")
    words = notebook.run("print(*(word.word for word in speech if word.word != '.'))")
    assert words == "One two"
    notebook.run("speech = other.speak(letter('The ', 'end.'), final=True)")
    assert notebook.run("await asyncio.sleep(0)\nprint(speech.result().status)") == "spoken"
    assert notebook.run("print(other.wait(timeout=60))") == "completed"


@pytest.fixture(scope="module")
def reading(notebook: Kernel) -> Iterator[str]:
    """The stream of an `avatar` whose `speech` is written on the kernel's loop, without end."""
    notebook.run("avatar, speech = open_one(endless())")
    yield notebook.run("print(avatar.stream_id)")
    notebook.run("avatar.stop()\navatar.wait()")


@pytest.mark.parametrize("wait", WAYS)
def test_an_interrupt_leaves_text_alone_that_comes_on_the_loop_of_the_cell(
    notebook: Kernel, reading: str, heygen: HeyGen, wait: str
) -> None:
    assert _interrupt(notebook, wait).error == WAYS[wait]
    assert heygen.avatar_realtime.get(reading).status == "streaming"
    notebook.run(
        "before = len(speech.text)\n"
        "while len(speech.text) == before:\n"
        "    await asyncio.sleep(0.05)"
    )


@pytest.mark.usefixtures("reading")
def test_a_wait_for_text_of_its_own_loop_may_take_too_long_too(notebook: Kernel) -> None:
    for wait in ("speech.result(timeout=0.1)", "avatar.wait(timeout=0.1)"):
        assert notebook.fail(wait).error == "TimeoutError"
    assert notebook.run("print(speech.status.ended)") == "False"


@pytest.mark.parametrize("version", [NEWEST], indirect=True)
def test_a_second_interrupt_reaches_text_that_lets_nothing_else_run(notebook: Kernel) -> None:
    notebook.run(
        "import signal\n"
        "async def stuck():\n"
        "    yield 'Hello. '\n"
        "    handler = signal.getsignal(signal.SIGINT)\n"
        "    signal.signal(signal.SIGINT, lambda *about: [print('interrupted'), handler(*about)])\n"
        "    print('stuck')\n"
        "    while True:\n"
        "        time.sleep(0.1)"
    )
    cell = notebook.begin("other = Avatar(client=heygen)\nother.speak(stuck()).result()")
    for said in ("stuck", "interrupted"):
        notebook.until(lambda said=said: said in cell.printed)  # type: ignore[misc]
        notebook.interrupt()
    notebook.until(lambda: cell.ended)
    assert cell.error == "KeyboardInterrupt"
    notebook.run("other.stop()\nother.wait()")
