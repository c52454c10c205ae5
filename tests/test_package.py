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
from heygen_widget import api, language, legacy, local, present, relay, script, session, take

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


@pytest.mark.parametrize(
    "part", [api, language, legacy, local, present, relay, script, session, take]
)
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
        ("heygen_widget.present", ["anywidget", "IPython", "starlette", "numpy", "av", "pandas"]),
        ("heygen_widget.script", ["anywidget", "IPython", "starlette", "numpy", "av", "pandas"]),
        ("heygen_widget.take", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.local", ["anywidget", "IPython", "starlette", "numpy", "av"]),
        ("heygen_widget.gateway.workshop", ["anywidget", "IPython", "starlette", "redis", "av"]),
        ("heygen_widget.widget.avatar", ["starlette", "uvicorn", "numpy", "av"]),
        ("heygen_widget.cli", ["anywidget", "IPython", "starlette", "numpy", "av"]),
    ],
)
def test_importing_a_part_loads_nothing_it_does_not_need(imported: str, absent: list[str]) -> None:
    program = f"import {imported}, json, sys; print(json.dumps(list(sys.modules)))"
    loaded = set(json.loads(_python("-c", program)))
    assert imported in loaded
    assert not loaded & set(absent)


# Layers.

GROUND = ["_version", "bridge"]
"""Modules of the root that everything may import, and that import nothing of the project."""

ARROWS = {
    "language": [],
    "api": ["_version", "language"],
    "local": ["api.account.models", "api.models", "api.prices", "language"],
    "session": ["api", "bridge", "language"],
    "legacy": ["api", "session"],
    "relay": ["api.backoff", "api.bounded", "api.plain"],
    "take": ["api", "relay", "session"],
    "frontend": ["api", "session"],
    "account": ["api", "frontend"],
    "present": ["api", "frontend", "session", "take"],
    "transport": ["api", "frontend", "present", "relay", "session", "take"],
    "lifecycle": ["api", "bridge", "frontend", "local", "session"],
    "reports": [
        "_version",
        "api",
        "frontend",
        "lifecycle",
        "local",
        "session",
        "transport",
    ],
    "script": ["api", "language", "lifecycle", "local", "reports.table", "session", "take"],
    "gateway": ["api", "local", "reports.table", "session.ending"],
    "controller": [
        "account",
        "api",
        "bridge",
        "frontend",
        "legacy",
        "lifecycle",
        "present",
        "reports",
        "session",
        "take",
        "transport",
    ],
    "widget": [
        "account",
        "api",
        "bridge",
        "controller",
        "frontend",
        "legacy",
        "lifecycle",
        "local",
        "present",
        "reports",
        "script",
        "session",
        "take",
    ],
    ".": [
        "_version",
        "api",
        "gateway",
        "lifecycle",
        "local",
        "relay",
        "reports",
        "script",
        "session",
        "widget",
    ],
}
"""What each folder may import beside itself, from the ground up; "." is the root."""

NOTEBOOK = {"IPython", "anywidget", "comm", "ipykernel", "ipywidgets", "traitlets"}
"""Packages that only `widget` may import."""

SERVER = {
    "PIL",
    "aioice",
    "aiortc",
    "av",
    "espeakng_loader",
    "hibari",
    "numpy",
    "onnxruntime",
    "piper",
    "python_multipart",
    "redis",
    "starlette",
    "uvicorn",
    "websockets",
}
MAY_KNOW_MEDIA = ["gateway", "local", "self_check", "session.audio", "take"]


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


def _folder(module: Path) -> str:
    parts = module.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else "."


def test_every_folder_imports_only_from_the_rows_above_its_own() -> None:
    assert {*ARROWS} == {*map(_folder, MODULES)}
    above = {*GROUND}
    for folder, arrows in ARROWS.items():
        assert {name.partition(".")[0] for name in arrows} <= above
        above.add(folder)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(module: Path) -> None:
    name = ".".join(module.relative_to(PACKAGE).with_suffix("").parts)
    folder = _folder(module)
    beside = [path.stem for path in PACKAGE.glob("*.py")] if folder == "." else [folder]
    allowed = [] if name in GROUND else [*ARROWS[folder], *beside]
    imports = list(_imports(module))
    inner = [each for each in imports if _is_within(each, ["heygen_widget"])]
    assert not [each for each in inner if not _is_within(each.partition(".")[2], allowed)]
    packages = {each.partition(".")[0] for each in imports}
    assert folder == "widget" or not packages & NOTEBOOK
    assert _is_within(name, MAY_KNOW_MEDIA) or not packages & SERVER
