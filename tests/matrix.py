"""Runs the tests that need no browser on every Python there is, with other dependencies.

Each Python gets two environments: one with the newest dependencies, and one with the lowest that
`pyproject.toml` allows. ``python -m tests.matrix`` runs all of it; ``--short`` runs what depends
most on versions, on the newest Python with the newest and on the oldest with the lowest.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
ENVIRONMENTS: Final = ROOT / ".venv" / "matrix"
EXTRAS: Final = ("gateway", "local", "save", "voice", "webrtc")

ELSEWHERE: Final = (
    "tests/browser",
    "tests/session/text/test_packages.py",
    "tests/test_distribution.py",
    "tests/test_notebooks.py",
)
"""Tests that need a browser, or packages with bounds of their own, or that build the package, which
is the same on every Python."""

SHORT: Final = (
    "tests/local/hls",
    "tests/local/voice/test_audio.py",
    "tests/take",
    "tests/session/test_audio.py",
    "tests/reports/test_ledger.py",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with its dependencies."""

    python: Path
    version: str
    lowest: bool

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"{self.version}-{'lowest' if self.lowest else 'newest'}"

    @property
    def program(self) -> Path:
        """Its interpreter."""
        return ENVIRONMENTS / self.name / "bin" / "python"


def pythons() -> dict[str, Path]:
    """Return an interpreter for each supported version of Python, oldest first."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    oldest = int(asked.removeprefix(">=3."))
    found = {minor: path for minor in range(oldest, oldest + 10) for path in _candidates(minor)}
    return {f"3.{minor}": path for minor, path in found.items()}


def _candidates(minor: int) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    named = [shutil.which(f"python3.{minor}"), *sorted(pyenv.glob(f"3.{minor}.*/bin/python3"))]
    for path in map(str, filter(None, named)):
        asked = [path, "-c", "import sys; print(sys.version_info.minor)"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
        if told.stdout.strip() == str(minor):  # a shim of pyenv may lead nowhere
            yield Path(path)


def install(environment: Environment) -> None:
    """Make the environment, or bring it up to date. Every package comes as a wheel."""
    folder = ENVIRONMENTS / environment.name
    if not environment.program.exists():
        _uv("venv", "--quiet", "--python", str(environment.python), str(folder))
    project = str(ROOT / "pyproject.toml")
    wanted = ["-r", project, *(word for extra in EXTRAS for word in ("--extra", extra))]
    if environment.lowest:
        limits = folder / "lowest.txt"
        compiling = [project, *wanted[2:], "--no-deps", "--resolution", "lowest-direct"]
        _uv("pip", "compile", "--quiet", *_for(environment), *compiling, "-o", str(limits))
        wanted += ["--constraint", str(limits)]
    group = ["--group", f"{project}:dev", "--only-binary", ":all:"]
    _uv("pip", "install", "--quiet", *_for(environment), *wanted, *group)


def _for(environment: Environment) -> tuple[str, str]:
    return "--python", str(environment.program)


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, stdout=subprocess.DEVNULL)


def passes(environment: Environment, *arguments: str) -> bool:
    """Run tests, from the checkout as it is; return whether all passed."""
    command = [str(environment.program), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0


def main() -> None:
    """Run the matrix; exit with 1 when a test failed somewhere."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="what depends most on versions")
    short: bool = parser.parse_args().short
    found = list(pythons().items())
    if short:
        (old, oldest), (new, newest) = found[0], found[-1]
        chosen = [Environment(newest, new, lowest=False), Environment(oldest, old, lowest=True)]
    else:
        chosen = [
            Environment(path, name, lowest=low) for name, path in found for low in (False, True)
        ]
    tests = SHORT if short else ("tests", *(f"--ignore={path}" for path in ELSEWHERE))
    failed = []
    for environment in chosen:
        print(f"Python {environment.name}", flush=True)
        install(environment)
        if not passes(environment, *tests):
            failed.append(environment.name)
    if failed:
        raise SystemExit(f"Tests failed on Python {', '.join(failed)}.")


if __name__ == "__main__":
    main()
