"""The key is in no trait, message, repr, log, exception, traceback, notebook or process listing.

A kernel that has it in its environment talks to servers over real HTTP, as well as it goes and as
badly as it can; then all that it lets people see is searched for the key.
"""

from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal

from heygen_widget import LocalServer
from tests.echo import WAYS, Echo
from tests.faults.plans import FAILING, Fault, Operation, Script, calm
from tests.faults.proxy import Proxy
from tests.kernel.notebook import Kernel
from tests.stage import KEY, WRONG_KEY, Stage, failing

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("kernel")
    with (
        LocalServer(api_key=KEY, concurrency=100, idle_timeout=5) as server,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Proxy(server.base_url)) as proxy,
        Echo() as echo,
    ):
        kernel = Kernel(
            folder,
            HEYGEN_API_KEY=KEY,
            HEYGEN_BASE_URL=proxy.base_url,
            HOME=str(folder),
            TMPDIR=str(folder),
        )
        try:
            yield Stage(kernel, folder, server, proxy, echo)
        finally:
            kernel.close()


@pytest.fixture
def stage(theatre: Stage) -> Stage:
    """A stage on which everything goes well and nothing has happened yet."""
    theatre.proxy.plan = calm
    theatre.proxy.exchanges.clear()
    theatre.clear()
    return theatre


def test_what_goes_well_shows_no_key(stage: Stage) -> None:
    stage.run("converse(HeyGen())")
    stage.run("avatar = Avatar(); display(avatar)")
    stage.run("%%speak --wait\nOne, two.")
    stage.run("avatar.save('talk.mp4')\ndisplay(avatar.recording, avatar.snapshot())")
    assert stage.leaks() == {}, "while the session is open"
    assert stage.run("avatar.finish()\nprint(avatar.wait(timeout=30))") == "completed"
    stage.run("%%speak\nOne, two, three, four, five, six, seven, eight, nine, ten.")
    stage.run("avatar.wait('streaming', timeout=30)\n%avatar stop")
    stage.run("avatar.wait(timeout=30)\nshow_avatar(avatar)")
    stage.run("show_objects('heygen_widget', 'httpx')")
    assert stage.leaks() == {}
    asked = {exchange.operation for exchange in stage.proxy.exchanges}
    assert asked == set(Operation), "its stream was read too"
    for logger in ("asyncio", "httpcore.http11", "httpx"):
        assert f":{logger}:" in stage.logged, "there was something to be searched"


def test_a_session_on_a_bad_line_shows_no_key(stage: Stage) -> None:
    stage.proxy.plan = Script(
        get=[None, Fault.LOST, Fault.FAILED, Fault.CUT],
        append=[Fault.UNANSWERED, Fault.BROKEN],
        words=[Fault.CUT, Fault.RESET_AFTER],
        cancel=[Fault.RESET],
    )
    stage.run("avatar = Avatar()\navatar.speak('One, two, three, four, five. ' * 20)")
    stage.run("avatar.wait('streaming', timeout=30)\navatar.speak('Six.')")
    stage.kernel.until(lambda: stage.proxy.faults.total() == 7)
    assert stage.leaks() == {}
    stage.run("avatar.stop()\navatar.wait(timeout=30)\nshow_avatar(avatar)")
    assert "ContactLost" in stage.run("print(*(type(event).__name__ for event in avatar.events))")
    assert stage.proxy.faults.total() == 8
    assert stage.leaks() == {}


def test_neither_key_is_shown_or_handed_down_by_a_rehearsal(stage: Stage) -> None:
    stage.run("rehearsing = Avatar(local=True)\nrehearsing.speak('Hello.', final=True)")
    stage.run("rehearsing.wait('streaming', timeout=30)\nshow_avatar(rehearsing)")
    server = stage.run(
        "from heygen_widget.lifecycle.connection import shared_server\n"
        "print(shared_server(), shared_server().settings, shared_server().api_key[::-1])"
    )
    assert "'serve'" in str(dict(stage.places())["processes"])
    assert stage.leaks(KEY, server.split()[-1][::-1]) == {}


ERRORS = {
    Fault.REFUSED: "RateLimited",
    Fault.BROKEN: "ServerError",
    Fault.FAILED: "ServerError",
    Fault.SILENT: "APITimeoutError",
}


@pytest.mark.parametrize("fault", FAILING)
def test_no_fault_of_the_line_shows_the_key(stage: Stage, fault: Fault) -> None:
    stage.proxy.plan = Script(create=[fault] * 2)
    patience = 0.5 if fault is Fault.SILENT else 30
    stage.run(f"client = HeyGen(max_retries=0, timeout={patience})")
    stage.run("from heygen_widget.api import _operations\n_operations._OPENING = 0.0")
    expected = ERRORS.get(fault, "APIConnectionError")
    assert stage.fail("converse(client)") == expected
    assert stage.fail("client.avatar_realtime.create(**HELLO)") == expected
    assert stage.proxy.faults == {fault: 2}
    assert stage.leaks() == {}


FAILURES = {
    "a wrong key": ("AuthenticationFailed", "converse(HeyGen(secret()[::-1]))"),
    "an unknown session": ("NotFound", "HeyGen().avatar_realtime.get('nobody')"),
    "a closed input": (
        "Gone",
        (
            "heygen = HeyGen().avatar_realtime\n"
            "stream_id = heygen.create(**HELLO).stream_id\n"
            "heygen.append_text(stream_id, '', final=True)\n"
            "heygen.append_text(stream_id, 'More.')"
        ),
    ),
    "no server": ("APIConnectionError", "converse(HeyGen(base_url='http://127.0.0.1:9'))"),
    "a timeout of one's own": ("TimeoutError", "converse(HeyGen(), timeout=0)"),
    "a wrong argument": ("InvalidRequest", "HeyGen().avatar_realtime.append_text('s1', '')"),
    "a wrong address": ("ConfigurationError", "Avatar(client=HeyGen(base_url='ftp://a.b'))"),
    "a key with a line feed": ("ConfigurationError", r"HeyGen(secret('{}\n'))"),
    "a key in quotes": ("ConfigurationError", "AsyncHeyGen(secret('“{}”'))"),
    "a key of bytes": ("ConfigurationError", "HeyGen(secret().encode())"),
    "a list of keys": ("ConfigurationError", "HeyGen([secret()])"),
    "a salt too long": ("ValueError", "HeyGen().fingerprint(bytes(17))"),
    "a copy": ("TypeError", "__import__('copy').deepcopy(HeyGen())"),
    "a closed client": (
        "RuntimeError",
        "with HeyGen() as heygen:\n    pass\nheygen.avatar_realtime.get('s1')",
    ),
    "a server that cannot be started": (
        "LocalServerError",
        (
            "sys.executable, python = '/nowhere', sys.executable\n"
            "try:\n    LocalServer(api_key=secret()).start()\n"
            "finally:\n    sys.executable = python"
        ),
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_shows_the_key(stage: Stage, failure: str) -> None:
    error, source = FAILURES[failure]
    assert stage.fail(source) == error
    assert stage.leaks(KEY, WRONG_KEY) == {}


@pytest.mark.parametrize(
    ("operation", "source"),
    [
        (Operation.GET, "HeyGen().avatar_realtime.get('s1')"),
        (Operation.CREATE, "converse(HeyGen(), timeout=None)"),
    ],
)
def test_no_interrupt_shows_the_key(stage: Stage, operation: Operation, source: str) -> None:
    """The request is on its way, and the key in it."""
    stage.proxy.plan = Script(**{operation: [Fault.SILENT]})
    cell = stage.begin(failing(source))
    stage.kernel.until(lambda: any(each.status for each in stage.proxy.of(operation)))
    stage.kernel.interrupt()
    stage.kernel.until(lambda: cell.ended)
    assert cell.error == "KeyboardInterrupt"
    assert stage.leaks() == {}


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_says_the_key_is_not_repeated(stage: Stage, way: str) -> None:
    stage.run(f"client = HeyGen(base_url='{stage.echo.base_url}/{way}', max_retries=0)")
    look = "show(client.avatar_realtime.get('s1'))"  # a state that nobody knows ends no session
    cell = stage.begin(failing(look if way == "state" else "converse(client)"))
    stage.kernel.until(lambda: cell.ended)
    assert f"/{way}/v3/avatar-realtime" in stage.logged
    assert stage.echo.given_away == []
    assert stage.leaks() == {}


PLANTS = {
    "printed": ("messages notebook", "print(planted())"),
    "printed by another process": ("messages notebook", "!echo {planted()}"),
    "displayed": ("messages notebook", "display({'text/html': planted()}, raw=True)"),
    "returned": ("messages notebook", "{'key': planted().encode()}"),
    "in a trait": ("messages notebook", "Avatar().set_trait('session', {'key': planted()})"),
    "in a message": ("messages", "Avatar().send({'key': planted()})"),
    "in a buffer": ("messages", "Avatar().send({}, buffers=[planted().encode()])"),
    "logged": ("log messages notebook", "logging.getLogger('a').debug(planted())"),
    "left in a file": ("files", "with open('left', 'w') as file:\n    file.write(planted())"),
    "left in a history": (
        "files",
        (
            "manager = get_ipython().history_manager\n"
            "manager.store_inputs(0, planted())\nmanager.writeout_cache()"
        ),
    ),
    "given to a process": (
        "processes",
        "process = subprocess.Popen([sys.executable, '-c', 'input()', planted()], stdin=-1)",
    ),
    "handed down to a process": (
        "processes",
        (
            "process = subprocess.Popen([sys.executable, '-c', 'input()'], "
            "env={'KEY': planted()}, stdin=-1)"
        ),
    ),
}
"""Where a key is to be found, and lines that put it there."""


@pytest.mark.parametrize("plant", PLANTS)
def test_a_key_that_is_planted_is_found(stage: Stage, plant: str) -> None:
    places, source = PLANTS[plant]
    key = stage.plant(plant)
    stage.run(source)
    assert set(stage.leaks(key)) == set(places.split())
    stage.run("if process:\n    process.communicate(b'\\n')\n    process = None")


FAILING_PLANTS = {
    "in its message": ("log messages notebook", "raise ValueError(planted())"),
    "in its cause": ("log messages notebook", "raise ValueError from KeyError(planted())"),
    "in what was handled meanwhile": (
        "messages notebook",
        "try:\n    raise KeyError(planted())\nexcept KeyError:\n    raise ValueError from None",
    ),
    "in an attribute": (
        "messages notebook",
        "error = ValueError()\nerror.key = planted()\nraise error",
    ),
    "in a variable of a frame": (
        "messages notebook",
        "def fail():\n    key = [planted().encode()]\n    raise ValueError\nfail()",
    ),
    "in a repr": (
        "messages notebook",
        (
            "class Key:\n    __repr__ = lambda self: planted()\n"
            "def fail(key):\n    raise ValueError\nfail(Key())"
        ),
    ),
}
"""Where a key is to be found, and lines that fail with it."""


@pytest.mark.parametrize("plant", FAILING_PLANTS)
def test_a_key_that_is_planted_in_an_error_is_found(stage: Stage, plant: str) -> None:
    places, source = FAILING_PLANTS[plant]
    key = stage.plant(plant)
    assert stage.fail(source) == "ValueError"
    assert set(stage.leaks(key)) == set(places.split())
