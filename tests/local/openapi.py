"""Runs a property-based tester against a server and a document."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from heygen_widget.local import LocalServer

ALL_PHASES: Final = "examples,coverage,fuzzing,stateful"


def assert_kept(
    server: LocalServer,
    document: dict[str, Any],
    folder: Path,
    *,
    config: str = "",
    phases: str = ALL_PHASES,
    examples: int = 25,
    timeout: int = 10,
) -> None:
    """Assert that a server keeps what a document promises; seconds for each request."""
    path = folder / "document.json"
    path.write_text(json.dumps(document))
    (folder / "schemathesis.toml").write_text(config)
    tester = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(path)),
            *("--url", server.base_url, "--header", f"x-api-key:{server.api_key}"),
            *("--checks", "all", "--phases", phases),
            *("--max-examples", str(examples), "--generation-deterministic"),
            *("--request-timeout", str(timeout), "--warnings", "off", "--no-color"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert tester.returncode == 0, tester.stdout + tester.stderr
