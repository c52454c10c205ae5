"""The notebooks people begin with: run in real kernels, as rehearsals and with a key."""

import ast
import asyncio
import json
import os
import re
import sys
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import httpx
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import heygen_widget
from heygen_widget import LocalServer, present
from tests.page import PATIENCE

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = Path(__file__).parents[1] / "notebooks"
BROUGHT_ALONG = {"heygen_widget", "IPython", "ipywidgets"}
SESSIONS = "from heygen_widget import sessions\n[str(row.status) for row in sessions()]"

every_notebook = pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem
)


class Played:
    """A notebook that was run to its end.

    Attributes
    ----------
    folder
        Where it ran and kept what it keeps.
    text, html
        What its cells have shown, as plain text and as HTML.
    pictures
        How many PNGs they have shown.
    sessions
        The states of all it opened, as they were at its end.
    """

    def __init__(self, notebook: "NotebookNode", folder: Path) -> None:
        *cells, (answer,) = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
        outputs = [output for cell in cells for output in cell]
        shown = [output.get("data", {}) for output in outputs]
        printed = [output.text for output in outputs if output.output_type == "stream"]
        self.folder = folder
        self.text = "\n".join([*printed, *(data.get("text/plain", "") for data in shown)])
        self.html = "\n".join(data.get("text/html", "") for data in shown)
        self.pictures = sum("image/png" in data for data in shown)
        self.sessions: list[str] = ast.literal_eval(answer.data["text/plain"])


Play: TypeAlias = Callable[[str], list[Played]]


@pytest.fixture
def play(tmp_path: Path, local_server: LocalServer) -> Play:
    """Run a notebook without a key and with one, both at once: most of the time they listen."""
    server = {"HEYGEN_API_KEY": local_server.api_key, "HEYGEN_BASE_URL": local_server.base_url}
    accounts: dict[str, dict[str, str]] = {"rehearsal": {}, "key": server}
    for account in accounts:
        (tmp_path / account).mkdir()

    async def play_all(name: str) -> list[Played]:
        playing = [_play(name, tmp_path / account, accounts[account]) for account in accounts]
        ended = await asyncio.gather(*playing, return_exceptions=True)  # no kernel is left behind
        for one in ended:
            if isinstance(one, BaseException):
                raise one
            assert local_server.api_key not in one.text + one.html
        return [one for one in ended if isinstance(one, Played)]

    return lambda name: asyncio.run(play_all(name))


async def _play(name: str, folder: Path, settings: dict[str, str]) -> Played:
    from tests.kernel.reader import Reader, notebook_of

    notebook = notebook_of(FOLDER / f"{name}.ipynb", SESSIONS)
    client = Reader(notebook, folder, timeout=PATIENCE)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("HEYGEN_")}
    own = {"IPYTHONDIR": str(folder / "ipython")}
    try:
        await client.async_execute(env=outside | own | settings)
    finally:
        await asyncio.to_thread(client.leave)
    return Played(notebook, folder)


# What they show.


@pytest.mark.kernel
def test_the_quickstart_looks_back_on_what_it_said(play: Play) -> None:
    for played in play("quickstart"):
        assert "Lift-off!" in played.text
        assert "Hello! I am your avatar." in played.text
        assert set(played.sessions) == {"completed"}


@pytest.mark.kernel
def test_takes_of_a_script_are_compared_and_the_better_one_is_kept(play: Play) -> None:
    for played in play("script"):
        long, short = (_seconds_of(played.folder / "takes" / name) for name in ("long", "short"))
        assert long["point"] > short["point"] > 0
        assert long["close"] == pytest.approx(short["close"], abs=0.2)
        assert min(long["hook"], short["hook"]) > 0.5
        assert "acronym  JupyterLab" in played.text
        assert re.search(r"^total +30 +\d", played.text, re.MULTILINE)
        assert b"ftyp" in (played.folder / "talk.mp4").read_bytes()[:12]
        assert "Try it with JupyterLab." in (played.folder / "talk.vtt").read_text()
        assert (played.folder / "talk.jpg").read_bytes().startswith(b"\xff\xd8")
        assert '<iframe title="Talk of the avatar' in played.html
        assert played.sessions == ["completed"] * 2


def _seconds_of(take: Path) -> dict[str, float]:
    """Return how long each segment of a take is."""
    segments = json.loads((take / "take.json").read_text())["segments"]
    return {each["name"]: each["end"] - each["start"] for each in segments}


@pytest.mark.kernel
def test_data_are_narrated_while_a_model_fits_and_a_language_model_streams(play: Play) -> None:
    for played in play("data_science"):
        (spoken,) = re.findall(r"busy for .* the avatar spoke for ([\d.]+) s", played.text)
        assert float(spoken) > 0
        assert played.sessions == ["completed"]
        assert played.pictures == 1
        assert "spoken: 'Here are 178 wines" in played.text
        assert "spoken: 'In short: even shallow trees" in played.text
        assert '<iframe title="Talk of the avatar' in played.html
        assert "grower-2" in played.html


@pytest.mark.kernel
def test_a_training_is_spoken_segment_by_segment_to_who_is_in_the_room(play: Play) -> None:
    for played in play("training"):
        assert "Welcome to the course. First, put on your helmet. Then we can begin." in played.text
        assert "spoken: 'Are there any questions?'" in played.text
        assert played.sessions == ["completed"]


@pytest.mark.kernel
def test_a_workshop_stops_who_talks_too_long_and_leaves_nothing_running(play: Play) -> None:
    for played in play("workshop"):
        (watched,) = re.findall(r"^http://\S+/hls/\S+$", played.text, re.MULTILINE)
        assert f'src="{watched}"' in played.html
        assert re.search(r"^Ada: +final_marker", played.text, re.MULTILINE)
        assert re.search(r"^Grace: +limit", played.text, re.MULTILINE)
        assert re.search(r"^total .*rehearsals \(≈ \$\d+\.\d\d\)$", played.text, re.MULTILINE)
        assert played.sessions == ["cancelled", "completed", "cancelled"]
        with pytest.raises(httpx.ConnectError):
            httpx.get(watched)


# How they are kept.


@every_notebook
def test_a_notebook_is_kept_without_what_it_showed(path: Path) -> None:
    for cell in _code_cells(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@every_notebook
def test_a_notebook_holds_no_key(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?=[\w+/-]*\d)(?=[\w+/-]*[A-Za-z])[\w+/-]{24,}", text)


@every_notebook
def test_a_notebook_uses_nothing_but_public_names(path: Path) -> None:
    for node in ast.walk(_program(path)):
        match node:
            case ast.Attribute(attr=name):
                assert not name.startswith("_")
            case ast.ImportFrom(module=str(module), names=names) if "heygen_widget" in module:
                public = {"heygen_widget": heygen_widget, "heygen_widget.present": present}[module]
                assert {alias.name for alias in names} <= set(public.__all__)
            case ast.Import(names=names):
                assert not any("heygen_widget" in alias.name for alias in names)


@every_notebook
def test_a_notebook_says_at_once_what_else_it_needs(path: Path) -> None:
    imported = {module.partition(".")[0] for module in _modules(_program(path))}
    foreign = imported - BROUGHT_ALONG - sys.stdlib_module_names
    (named,) = re.findall(r"`%pip install ([\w -]+)`", _first_cell(path)) or [""]
    distributions = packages_distributions()
    assert {distributions[module][0] for module in foreign} <= set(named.split())


def _cells(path: Path) -> list[dict[str, object]]:
    cells: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def _code_cells(path: Path) -> list[dict[str, object]]:
    return [cell for cell in _cells(path) if cell["cell_type"] == "code"]


def _source(cell: dict[str, object]) -> str:
    lines = cell["source"]
    assert isinstance(lines, list)
    return "".join(lines)


def _first_cell(path: Path) -> str:
    return _source(_cells(path)[0])


def _program(path: Path) -> ast.Module:
    """Return what a notebook runs, with magics as the calls that they are."""
    as_python = TransformerManager().transform_cell
    return ast.parse("\n".join(as_python(_source(cell)) for cell in _code_cells(path)))


def _modules(program: ast.Module) -> list[str]:
    found: list[str] = []
    for node in ast.walk(program):
        match node:
            case ast.Import(names=names):
                found += [alias.name for alias in names]
            case ast.ImportFrom(module=str(module)):
                found.append(module)
    return found
