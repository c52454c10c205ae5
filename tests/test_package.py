"""The package as a whole: its names, its layers, and what arrives where it is installed."""

import ast
import inspect
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import heygen_widget
from heygen_widget import api, language, legacy, local, relay, session, take

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


@pytest.mark.parametrize("part", [api, language, legacy, local, relay, session, take])
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
LANGUAGE = "heygen_widget.language"
ARROWS = {
    "language": [LANGUAGE],
    "api": [VERSION, "heygen_widget.api", "heygen_widget.bounded", "heygen_widget.plain"],
    "bounded": [],
    "plain": [],
    "local": [MODELS, LANGUAGE, "heygen_widget.local"],
    "session": [
        "heygen_widget.api",
        "heygen_widget.bridge",
        LANGUAGE,
        "heygen_widget.plain",
        "heygen_widget.session",
        "heygen_widget.transcript",
    ],
    "legacy": [
        "heygen_widget.api",
        "heygen_widget.legacy",
        "heygen_widget.plain",
        "heygen_widget.session",
        "heygen_widget.transcript",
    ],
    "bridge": [],
    "busy": [],
    "relay": ["heygen_widget.bounded", "heygen_widget.plain", "heygen_widget.relay"],
    "take": [
        MODELS,
        "heygen_widget.captioning",
        "heygen_widget.relay",
        "heygen_widget.take",
        "heygen_widget.transcript",
    ],
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
    "protocol": ["heygen_widget.plain"],
    "page": ["heygen_widget.protocol"],
    "transcript": [MODELS],
    "breaks": [LANGUAGE],
    "captioning": [MODELS, "heygen_widget.breaks", LANGUAGE, "heygen_widget.transcript"],
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
    "own_server": ["heygen_widget.session"],
    "connection": [
        "heygen_widget.api",
        "heygen_widget.lease",
        "heygen_widget.local",
        "heygen_widget.own_server",
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
    "telling": [
        MODELS,
        "heygen_widget.captioning",
        "heygen_widget.protocol",
        "heygen_widget.session",
        "heygen_widget.transcript",
    ],
    "display": [
        "heygen_widget.page",
        "heygen_widget.protocol",
        "heygen_widget.session",
        "heygen_widget.telling",
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
    "at_exit": [
        "heygen_widget.bridge",
        "heygen_widget.connection",
        "heygen_widget.observers",
        "heygen_widget.session",
    ],
    "check": ["heygen_widget.api", "heygen_widget.local", "heygen_widget.transcript"],
    "standing": ["heygen_widget.protocol"],
    "diagnosis": [
        VERSION,
        "heygen_widget.api",
        "heygen_widget.local",
        "heygen_widget.protocol",
        "heygen_widget.relay",
        "heygen_widget.standing",
        "heygen_widget.table",
    ],
    "cli": [VERSION, "heygen_widget.check", "heygen_widget.diagnosis", "heygen_widget.local"],
    "session_widget": ["heygen_widget"],
    "avatar": ["heygen_widget"],
    "streaming_avatar": ["heygen_widget"],
    "magics": ["heygen_widget.avatar", "heygen_widget.plain", "heygen_widget.session"],
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
