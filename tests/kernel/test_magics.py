"""The magics in a real kernel, with an avatar that really speaks."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from heygen_widget import HeyGen
from tests.kernel.notebook import Kernel

LOUD = """
class Loud(Avatar):
    def speak(self, source, **options):
        print(sorted(name for name, chosen in options.items() if chosen))
        return super().speak(source, **options)

loud = Loud(client=heygen)
"""


@pytest.fixture
def notebook(avatar: Kernel) -> Kernel:
    avatar.run("%load_ext heygen_widget")
    return avatar


def _error(kernel: Kernel, source: str) -> str:
    cell = kernel.begin(source)
    kernel.until(lambda: cell.ended)
    return "\n".join([cell.printed, *cell.traceback]).strip()


def _complete(kernel: Kernel, text: str) -> list[str]:
    asked = f"print(get_ipython().kernel.do_complete({text!r}, {len(text)})['matches'])"
    matches: list[str] = ast.literal_eval(kernel.run(asked))
    return matches


def test_a_cell_is_spoken(notebook: Kernel) -> None:
    notebook.run("%%speak --wait --final\nOne, two.\nThree?")
    assert notebook.run("avatar.wait(timeout=60)\nprint(avatar.transcript)") == "One, two.\nThree?"


def test_a_cell_becomes_a_script(notebook: Kernel) -> None:
    notebook.run("%%avatar_script talk\n# Hook\n\nHello {you}. <!-- smile -->")
    assert notebook.run("print(talk.names, talk[0].text, talk[0].notes)") == (
        "('Hook',) Hello {you}. ('smile',)"
    )
    assert "cannot be the name of a variable" in _error(notebook, "%%avatar_script a-b\nHello.")


def test_a_cell_returns_at_once_unless_told_to_wait(notebook: Kernel) -> None:
    notebook.run("%%speak\n{LONG}")
    notebook.run("speech = _\nprint(type(speech).__name__)")
    assert notebook.run("print(speech.status.ended)") == "False"
    notebook.run("avatar.stop()\navatar.wait('cancelled', timeout=60)")


def test_waiting_ends_when_all_is_spoken(notebook: Kernel) -> None:
    notebook.run("%%speak --wait\nHello.")
    assert notebook.run("print(_.status)") == "spoken"
    assert notebook.run("print(avatar.status.open)") == "True"
    assert notebook.run("%avatar finish\nprint(avatar.wait(timeout=60))") == "completed"


def test_an_interrupt_ends_the_waiting_of_a_magic(notebook: Kernel) -> None:
    cell = notebook.begin("%%speak --wait\n{print('filled in') or LONG}")
    notebook.until(lambda: cell.printed)
    notebook.interrupt()
    notebook.until(lambda: cell.ended)
    assert cell.error == "KeyboardInterrupt"
    assert notebook.run("print(avatar.status.open)") == "True"
    assert notebook.run("%avatar stop\nprint(avatar.wait(timeout=60))") == "cancelled"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The loss is {loss:.2f}.", "The loss is 0.12."),
        ("{name!r} has {len(items)} {'items' if items[1:] else 'item'}.", "'Ann' has 2 items."),
        ("{items[0]['unit: kg']}, {max(items, key=len)['b']}.", "7, 9."),
        ("A {{brace}} is said.", "A {brace} is said."),
        (r"A back\slash \n and C:\new.", r"A back\slash \n and C:\new."),
        ('He said "yes"', 'He said "yes"'),
        ('"""', '"""'),
        ("It's '''quoted'''", "It's '''quoted'''"),
        ("Costs $5, not $loss.", "Costs $5, not $loss."),
        ("  One.\n\n# Two.\n", "One.\n\n# Two."),
    ],
)
def test_expressions_are_filled_in_as_in_an_f_string(filling: Kernel, text: str, said: str) -> None:
    filling.run(f"%%speak\n{text}")
    assert ast.literal_eval(filling.run("print(repr(said[-1]))")) == said


@pytest.fixture(scope="module")
def filling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel whose avatar only notes what it is given, which needs no server."""
    kernel = Kernel(tmp_path_factory.mktemp("filling"))
    kernel.run(
        "from heygen_widget import Avatar\n"
        "%load_ext heygen_widget\n"
        "said = []\n"
        "class Noting(Avatar):\n"
        "    def speak(self, source, **options):\n"
        "        said.append(source)\n"
        "avatar = Noting()\n"
        "loss, name, items = 0.1234, 'Ann', [{'unit: kg': 7}, {'a': 8, 'b': 9}]"
    )
    yield kernel
    kernel.close()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("An open { brace.", "{ brace. in line 1, column 9 of the text"),
        ("One.\nA closing } brace.", "} in line 2, column 11 of the text"),
        ("{}", "write {{ and }} for literal braces"),
        ("{nobody}", "NameError: name 'nobody' is not defined. Braces"),
        ("{1 / 0}", "ZeroDivisionError"),
        (
            'Send {"a": 1} now.',
            'UsageError: Cannot fill in {"a": 1} in line 1, column 6 of the text',
        ),
        (r"It is \frac{a}{b}.", "UsageError: Cannot fill in {a} in line 1, column 12 of the text"),
        ("{loss:{name}}", "UsageError: Cannot fill in {loss:{name}} in line 1"),
        ("{loss!x}", "UsageError: Cannot fill in {loss!x} in line 1"),
        ("{items[0} and {name}", "UsageError: Cannot fill in {items[0} in line 1"),
    ],
)
def test_nothing_is_said_if_an_expression_cannot_be_filled_in(
    filling: Kernel, text: str, reason: str
) -> None:
    before = filling.run("print(len(said))")
    assert reason in _error(filling, f"%%speak\n{text}")
    assert filling.run("print(len(said))") == before


def test_options_reach_the_avatar_that_is_named(notebook: Kernel) -> None:
    notebook.run("heygen = avatar._controller.connection._client\n" + LOUD)
    assert notebook.run("%%speak --avatar loud --final\nHello.") == "['final']"
    assert notebook.run("%%speak --raw --avatar loud\nHello.") == "['raw']"
    notebook.run("%%speak --avatar avatar --final\nThis is the other one.\n")
    transcript = notebook.run("avatar.wait(timeout=60)\nprint(avatar.transcript)")
    assert transcript == "This is the other one."
    notebook.run("%avatar stop --avatar loud\nloud.wait(timeout=60)")


def test_the_newest_avatar_is_meant_when_none_is_named(notebook: Kernel) -> None:
    notebook.run("heygen = avatar._controller.connection._client\n" + LOUD)
    assert notebook.run("%%speak --final\nHello.") == "['final']"
    notebook.run("loud.close()")
    assert notebook.run("%%speak --final\nHello.") == ""
    notebook.run("avatar.wait(timeout=60)")


def test_an_avatar_tells_its_status_finishes_and_stops(notebook: Kernel, heygen: HeyGen) -> None:
    assert notebook.run("%avatar") == "<Avatar idle, 0 s, ≈ $0.00>"
    stream_id = notebook.run(
        "avatar.speak(LONG)\navatar.wait('streaming')\nprint(avatar.stream_id)"
    )
    status = notebook.run("%avatar status")
    assert status.startswith("<Avatar streaming, ")
    assert status.splitlines()[1:] == [stream_id]
    notebook.run("%avatar stop\navatar.wait(timeout=60)")
    assert heygen.avatar_realtime.get(stream_id).status == "completed"
    assert notebook.run("%avatar").startswith("<Avatar cancelled, ")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("%%speak --avatar nobody\nHello.", "'nobody' is not the name of an avatar. Avatars here:"),
        ("%%speak --avatar\nHello.", "expected one argument"),
        ("%%speak --loud\nHello.", "unrecognized arguments: --loud"),
        ("%avatar jump", "invalid choice: 'jump'"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_said(
    filling: Kernel, cell: str, reason: str
) -> None:
    before = filling.run("print(len(said))")
    assert reason in _error(filling, cell)
    assert filling.run("print(len(said))") == before


def test_without_an_avatar_it_is_said_how_to_make_one(kernel: Kernel) -> None:
    kernel.run("%load_ext heygen_widget")
    assert "avatar = Avatar()" in _error(kernel, "%%speak\nHello.")
    assert "avatar = Avatar()" in _error(kernel, "%avatar stop")


def test_there_is_help(filling: Kernel) -> None:
    speak = filling.run("print(get_ipython().find_cell_magic('speak').__doc__)")
    for part in ("%%speak", "--avatar NAME", "--wait", "--final", "--raw", "{loss:.2f}"):
        assert part in speak
    avatar = filling.run("print(get_ipython().find_line_magic('avatar').__doc__)")
    for part in ("%avatar", "{status,stop,finish}", "--avatar NAME"):
        assert part in avatar


def test_names_options_and_actions_are_completed(filling: Kernel) -> None:
    filling.run("annie = Noting()")
    assert _complete(filling, "%%spe") == ["%%speak"]
    assert _complete(filling, "%%speak --w") == ["--wait"]
    assert set(_complete(filling, "%%speak --")) >= {"--avatar", "--wait", "--final", "--raw"}
    assert _complete(filling, "%%speak --wait --avatar anni") == ["annie"]
    assert set(_complete(filling, "%avatar ")) >= {"status", "stop", "finish", "--avatar"}
    assert _complete(filling, "%avatar fin") == ["finish"]
    assert set(_complete(filling, "%avatar stop --avatar ")) >= {"annie", "avatar"}
    assert "items" in _complete(filling, "%%speak --wait\nThere are {ite")
    filling.run("annie.close()")


def test_loading_twice_does_no_harm(filling: Kernel) -> None:
    filling.run("%reload_ext heygen_widget")
    assert _complete(filling, "%%speak --w") == ["--wait"]


def test_all_but_the_magics_does_without_ipython() -> None:
    program = (
        "import sys\n"
        "sys.modules['IPython'] = None\n"
        "import heygen_widget\n"
        "from heygen_widget import session\n"
        "from heygen_widget.widget import cells\n"
        "from heygen_widget.lifecycle import leases\n"
        "from heygen_widget.reports import ledger\n"
        "print(cells.current_cell(), ledger.sessions())"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("None No sessions yet.\n", "")
