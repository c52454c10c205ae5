"""The versions of ipykernel that notebooks run on.

The newest is the one installed; an older one is put beside it, into a folder of the environment,
when it is first asked for.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

NEWEST: Final = "newest"
VERSIONS: Final = (NEWEST, "7.3", "6.31")


def path_of(version: str) -> str:
    """Return the PYTHONPATH with which a kernel is of that version."""
    given = os.environ.get("PYTHONPATH")
    first = None if version == NEWEST else str(_folder_of(version))
    return os.pathsep.join(filter(None, (first, given)))


def _folder_of(version: str) -> Path:
    folder = Path(sys.prefix) / "kernels" / version
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as made:
            _install(version, Path(made) / version)
            (Path(made) / version).rename(folder)  # whole, or not at all
    return folder


def _install(version: str, folder: Path) -> None:
    # What ipykernel needs is there already; bringing it along would test other libraries too.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*command, str(folder), f"ipykernel=={version}.*"], check=True)
