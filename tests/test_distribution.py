"""What is built and installed: the source distribution, the wheel, and an environment with it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "heygen_widget"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOT_COPIED = (".venv", ".git", "node_modules", "__pycache__", "*_cache", "screenshots")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout: other tests use what a build writes."""
    copy = tmp_path_factory.mktemp("checkout") / "heygen-widget"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("static", *NOT_COPIED))
    for name in (".venv", ".git"):
        (copy / name).mkdir()
    (copy / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules")
    return copy


@pytest.fixture(scope="module")
def sources(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the source distribution holds, unpacked."""
    folder = tmp_path_factory.mktemp("sources")
    _build("sdist", checkout, folder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    return unpacked


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Path:
    """A wheel, built from the source distribution alone, where there is no Node."""
    return _build_wheel(sources, sources.parent)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    command = [*install, "--python", str(programs / "python"), str(wheel)]
    subprocess.run(command, check=True, env=_without_node())
    return programs


def _build(target: str, sources: Path, into: Path, env: dict[str, str] | None = None) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    subprocess.run(command, cwd=sources, check=True, capture_output=True, env=env)


def _build_wheel(sources: Path, into: Path) -> Path:
    _build("wheel", sources, into, _without_node())
    (wheel,) = into.glob("*.whl")
    return wheel


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def _without_node() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PATH"} | {"PATH": ""}


def test_the_sources_hold_what_a_build_needs_and_nothing_else(sources: Path) -> None:
    names = {path.name for path in sources.iterdir()}
    assert {"heygen_widget", "js", "notebooks", "README.md", "LICENSE"} <= names
    assert {"hatch_build.py", "hatch_metadata.py"} <= names
    assert not names & {"tests", "benchmarks", ".venv", ".git"}
    assert (sources / "js" / "package-lock.json").is_file()
    assert not (sources / "js" / "node_modules").exists()


def test_the_wheel_holds_the_front_end_and_the_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        sizes = {name: archive.getinfo(name).file_size for name in names}
    package = {name for name in names if name.startswith("heygen_widget/")}
    assert package | {name for name in names if ".dist-info/" in name} == set(names)
    assert {f"heygen_widget/{path.relative_to(PACKAGE).as_posix()}" for path in MODULES} <= package
    assert {"heygen_widget/py.typed", "heygen_widget/language/sentences.json"} <= package
    assert 10_000 < sizes["heygen_widget/static/widget.js"] < 40_000
    assert sizes["heygen_widget/static/widget.css"] > 1_000
    assert sizes["heygen_widget/static/player.js"] > 200_000
    assert sizes["heygen_widget/static/livekit.js"] > 300_000
    assert "heygen_widget/static/quickstart.ipynb" in package
    assert any(name.startswith("heygen_widget/demo_config/labconfig/") for name in package)
    assert _metadata(wheel)["License-Expression"] == "Apache-2.0"


def test_the_wheel_holds_the_notices_of_all_that_is_bundled(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        notices = archive.read("heygen_widget/static/third_party_notices.txt").decode()
    named = re.search(r"contains ([^\n]+)\.\n", notices)
    assert named is not None
    packages = named[1].split(", ")
    assert {"hls.js", "eventemitter3", "url-toolkit"} <= {*packages}  # the player of streams
    assert {"livekit-client", "@livekit/mutex", "@bufbuild/protobuf"} <= {*packages}  # of rooms
    _, *parts = re.split(r"\n-{80}\n", notices)
    assert len(parts) == len(packages)
    for package, part in zip(packages, parts, strict=True):
        assert part.strip().startswith(f"{package} ")
        assert re.search(r"copyright|apache license", part, re.IGNORECASE), package


def test_every_package_of_the_npm_lock_is_verified_and_tied_to_no_host() -> None:
    locked = json.loads((ROOT / "js" / "package-lock.json").read_text())["packages"]
    packages = {name: entry for name, entry in locked.items() if name}
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert [
        n for n, e in packages.items() if not e.get("integrity", "").startswith("sha512-")
    ] == []


LINK = re.compile(r"\]\(([^)]+)\)")


def test_without_a_public_address_no_url_is_invented(wheel: Path) -> None:
    assert _metadata(wheel).get_all("Project-URL") is None


def test_the_public_address_is_one_setting_that_urls_and_links_follow(
    sources: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "sources"
    shutil.copytree(sources, copy)
    settings = copy / "pyproject.toml"
    told = settings.read_text().replace(
        '\naddress = ""\n', '\naddress = "https://example.org/a/b/"\n'
    )
    settings.write_text(told)
    about = _metadata(_build_wheel(copy, tmp_path))
    assert about.get_all("Project-URL") == [
        "Homepage, https://example.org/a/b",
        "Source, https://example.org/a/b",
        "Issues, https://example.org/a/b/issues",
    ]
    readme = about.get_payload()
    assert isinstance(readme, str)
    links = LINK.findall(readme)
    assert links
    assert not [link for link in links if not link.startswith(("https://", "#"))]
    assert "](https://example.org/a/b/raw/HEAD/notebooks/images/quickstart.webp)" in readme
    assert "](https://example.org/a/b/blob/HEAD/notebooks/script.ipynb)" in readme


MAKE_ONE = """
import shutil
from heygen_widget import Avatar, HeyGen, diagnose
try:
    Avatar()
except RuntimeError as error:  # it cannot rehearse
    assert "pip install 'heygen-widget[local]'" in str(error)
else:
    raise AssertionError
assert "not possible" in diagnose().findings["rehearsal"]
avatar = Avatar(client=HeyGen("a-key"))
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
