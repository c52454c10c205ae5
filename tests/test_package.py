"""The package as a whole: its names, its layers, and what arrives where it is installed."""

import ast
import inspect
import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import heygen_widget
from heygen_widget import api, legacy, local, relay, session, take

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "heygen_widget"


def _python(*arguments: str) -> str:
    run = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


# Names.


def test_all_public_names_are_there_sorted_and_say_where_they_live() -> None:
    assert list(heygen_widget.__all__) == sorted(heygen_widget.__all__)
    assert dir(heygen_widget) == heygen_widget.__all__
    for name in heygen_widget.__all__:
        thing = getattr(heygen_widget, name)
        assert name == "__version__" or inspect.getdoc(thing)
    with pytest.raises(AttributeError, match="has no attribute 'Avatarr'"):
        heygen_widget.Avatarr  # noqa: B018


@pytest.mark.parametrize("part", [api, legacy, local, relay, session, take])
def test_the_names_of_each_part_are_sorted_and_complete(part: object) -> None:
    names: list[str] = part.__all__  # type: ignore[attr-defined]
    source = inspect.getsource(part)  # type: ignore[arg-type]
    imported = [
        alias.asname or alias.name
        for statement in ast.parse(source).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    ]
    assert sorted(imported) == sorted(names)
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))


def test_type_checkers_see_the_same_names_as_python() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (guarded,) = [statement for statement in tree.body if isinstance(statement, ast.If)]
    seen = {
        alias.name: statement.module
        for statement in guarded.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert seen == heygen_widget._HOMES
    assert {*seen, "__version__"} == {*heygen_widget.__all__}


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("heygen_widget", ["anywidget", "httpx", "pydantic", "starlette", "numpy", "asyncio"]),
        ("heygen_widget.api", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.session", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.legacy", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.relay", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.take", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.local", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.avatar", ["starlette", "uvicorn", "numpy", "av"]),
        ("heygen_widget.cli", ["anywidget", "IPython", "starlette", "numpy", "av"]),
    ],
)
def test_importing_a_part_loads_nothing_it_does_not_need(imported: str, absent: list[str]) -> None:
    program = f"import {imported}, json, sys; print(json.dumps(list(sys.modules)))"
    loaded = set(json.loads(_python("-c", program)))
    assert imported in loaded
    assert not loaded & set(absent)


# Layers.

VERSION = "heygen_widget.__version__"
MODELS = "heygen_widget.api.models"
ARROWS = {
    "api": [VERSION, "heygen_widget.api"],
    "local": [MODELS, "heygen_widget.local"],
    "session": ["heygen_widget.api", "heygen_widget.bridge", "heygen_widget.session"],
    "legacy": ["heygen_widget.api", "heygen_widget.legacy", "heygen_widget.session"],
    "bridge": [],
    "busy": [],
    "relay": ["heygen_widget.relay"],
    "take": [MODELS, "heygen_widget.relay", "heygen_widget.take", "heygen_widget.transcript"],
    "broadcast": ["heygen_widget.protocol", "heygen_widget.relay", "heygen_widget.take"],
    "streams": [
        MODELS,
        "heygen_widget.broadcast",
        "heygen_widget.busy",
        "heygen_widget.protocol",
        "heygen_widget.relay",
        "heygen_widget.session",
        "heygen_widget.take",
    ],
    "protocol": [],
    "page": ["heygen_widget.protocol"],
    "transcript": [MODELS],
    "audio": ["heygen_widget.api"],
    "cells": [],
    "lease": ["heygen_widget.api", "heygen_widget.session"],
    "table": [],
    "overview": ["heygen_widget.session", "heygen_widget.table"],
    "history": ["heygen_widget.session", "heygen_widget.table", "heygen_widget.transcript"],
    "observers": ["heygen_widget.bridge"],
    "view": ["heygen_widget.api", "heygen_widget.protocol", "heygen_widget.session"],
    "held": [],
    "service": ["heygen_widget.api", "heygen_widget.lease", "heygen_widget.session"],
    "connection": [
        "heygen_widget.api",
        "heygen_widget.lease",
        "heygen_widget.local",
        "heygen_widget.service",
        "heygen_widget.session",
    ],
    "openings": ["heygen_widget.api", "heygen_widget.connection"],
    "accounts": [
        "heygen_widget.connection",
        "heygen_widget.overview",
        "heygen_widget.session",
    ],
    "facts": ["heygen_widget.session"],
    "waiting": ["heygen_widget.bridge", "heygen_widget.protocol", "heygen_widget.session"],
    "fallback": [],
    "outputs": ["heygen_widget.cells", "heygen_widget.fallback"],
    "unseen": ["heygen_widget.bridge", "heygen_widget.busy"],
    "playback": ["heygen_widget.protocol", "heygen_widget.session"],
    "player_page": ["heygen_widget.page"],
    "display": [
        "heygen_widget.page",
        "heygen_widget.protocol",
        "heygen_widget.session",
        "heygen_widget.view",
    ],
    "stream_display": [
        "heygen_widget.display",
        "heygen_widget.page",
        "heygen_widget.protocol",
        "heygen_widget.session",
        "heygen_widget.streams",
        "heygen_widget.view",
    ],
    "room_display": [
        "heygen_widget.display",
        "heygen_widget.legacy",
        "heygen_widget.page",
        "heygen_widget.protocol",
        "heygen_widget.session",
    ],
    "at_exit": ["heygen_widget.bridge", "heygen_widget.connection", "heygen_widget.session"],
    "check": ["heygen_widget.api", "heygen_widget.local", "heygen_widget.transcript"],
    "standing": ["heygen_widget.protocol"],
    "diagnosis": [
        VERSION,
        "heygen_widget.api",
        "heygen_widget.protocol",
        "heygen_widget.relay",
        "heygen_widget.standing",
        "heygen_widget.table",
    ],
    "cli": [VERSION, "heygen_widget.check", "heygen_widget.diagnosis", "heygen_widget.local"],
    "session_widget": ["heygen_widget"],
    "avatar": ["heygen_widget"],
    "streaming_avatar": ["heygen_widget"],
    "magics": ["heygen_widget.avatar", "heygen_widget.session"],
    "__init__": ["heygen_widget"],
    "__main__": ["heygen_widget.cli"],
}
"""What each part may import of the project; see the layout in CONTRIBUTING.md."""

NOTEBOOK = {"IPython", "anywidget", "comm", "ipykernel", "ipywidgets", "traitlets"}
SERVER = {
    "PIL",
    "aioice",
    "aiortc",
    "av",
    "espeakng_loader",
    "numpy",
    "piper",
    "python_multipart",
    "starlette",
    "uvicorn",
    "websockets",
}
MAY_KNOW_NOTEBOOKS = {
    "avatar",
    "cells",
    "display",
    "held",
    "magics",
    "outputs",
    "room_display",
    "session_widget",
    "stream_display",
}
MAY_KNOW_MEDIA = {"audio", "check", "local", "take"}


def _imports(module: Path) -> Iterator[str]:
    """Yield the full names of all that a module imports, wherever in it."""
    inside = (*module.relative_to(ROOT).parts[:-1],)
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = inside[: len(inside) + 1 - node.level] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _is_within(name: str, packages: Iterable[str]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(module: Path) -> None:
    part = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    imports = list(_imports(module))
    upwards = [
        name
        for name in imports
        if _is_within(name, ["heygen_widget"]) and not _is_within(name, ARROWS[part])
    ]
    assert not upwards
    roots = {name.partition(".")[0] for name in imports}
    assert part in MAY_KNOW_NOTEBOOKS or not roots & NOTEBOOK
    assert part in MAY_KNOW_MEDIA or not roots & SERVER


# What is built and installed.


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the source distribution holds, unpacked."""
    folder = tmp_path_factory.mktemp("sources")
    _build("sdist", ROOT, folder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    for built in (unpacked / "heygen_widget" / "static").glob("*"):
        built.unlink()  # a checkout may hold an older front end
    return unpacked


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Path:
    """A wheel, built from the source distribution alone."""
    _build("wheel", sources, sources.parent)
    (wheel,) = sources.parent.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(command, check=True, env=_without_node())
    return programs


def _build(target: str, sources: Path, into: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)


def _without_node() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PATH"} | {"PATH": ""}


def test_the_sources_hold_what_a_build_needs_and_nothing_else(sources: Path) -> None:
    names = {path.name for path in sources.iterdir()}
    assert {"heygen_widget", "js", "notebooks", "hatch_build.py", "README.md", "LICENSE"} <= names
    assert not names & {"tests", "benchmarks", ".venv", ".git"}
    assert (sources / "js" / "package-lock.json").is_file()
    assert not (sources / "js" / "node_modules").exists()


def test_the_wheel_holds_the_front_end_and_the_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        sizes = {name: archive.getinfo(name).file_size for name in names}
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        about = archive.read(metadata).decode()
    package = {name for name in names if name.startswith("heygen_widget/")}
    assert package | {name for name in names if ".dist-info/" in name} == set(names)
    assert {f"heygen_widget/{path.relative_to(PACKAGE).as_posix()}" for path in MODULES} <= package
    assert "heygen_widget/py.typed" in package
    assert 10_000 < sizes["heygen_widget/static/widget.js"] < 40_000
    assert sizes["heygen_widget/static/widget.css"] > 1_000
    assert sizes["heygen_widget/static/player.js"] > 200_000
    assert sizes["heygen_widget/static/livekit.js"] > 300_000
    assert "heygen_widget/static/quickstart.ipynb" in package
    assert "License-Expression: Apache-2.0" in about


MAKE_ONE = """
import shutil
from heygen_widget import Avatar
avatar = Avatar()
state = avatar.get_state()
assert shutil.which("node") is None
print(type(avatar).__name__, len(state["_esm"]) > 10_000, len(state["_css"]) > 1_000)
"""


def _run(folder: Path, program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=_without_node(),
    )


def test_an_avatar_can_be_made_where_there_is_no_node(installed: Path, tmp_path: Path) -> None:
    made = _run(tmp_path, installed / "python", "-I", "-c", MAKE_ONE)
    assert (made.stdout, made.stderr) == ("Avatar True True\n", "")


def test_an_installation_brings_the_quickstart_to_where_one_works(
    installed: Path, tmp_path: Path
) -> None:
    program = "from heygen_widget.cli import _quickstart; print(_quickstart())"
    for _ in range(2):  # what is there already is kept
        brought = _run(tmp_path, installed / "python", "-I", "-c", program)
        assert (brought.stdout, brought.stderr) == (f"{tmp_path / 'quickstart.ipynb'}\n", "")
    ours = ROOT / "notebooks" / "quickstart.ipynb"
    assert json.loads((tmp_path / "quickstart.ipynb").read_text()) == json.loads(ours.read_text())


@pytest.mark.parametrize(("command", "extra"), [("serve", "local"), ("demo", "lab")])
def test_a_bare_installation_says_which_extra_a_command_needs(
    installed: Path, tmp_path: Path, command: str, extra: str
) -> None:
    refused = _run(tmp_path, installed / "heygen-widget", command)
    assert refused.returncode == 2
    assert f"pip install 'heygen-widget[{extra}]'" in refused.stderr
