"""Describes the machine, without which figures mean nothing."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from tests.browser import chromium


def machine() -> dict[str, Any]:
    """Describe this machine and its software."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "chromium": _browser_version(),
        "jupyterlab": version("jupyterlab"),
        "ipykernel": version("ipykernel"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def heading(facts: dict[str, Any]) -> str:
    """Format the description in two lines."""
    return (
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB, {facts['system']}; "
        f"load {facts['load_before']} before the start\n"
        f"Python {facts['python']}, {facts['chromium']}, JupyterLab {facts['jupyterlab']}, "
        f"ipykernel {facts['ipykernel']}"
    )


def _cpu_model() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _browser_version() -> str:
    answer = subprocess.run(
        [chromium.find(), "--version"], capture_output=True, text=True, check=True
    )
    return " ".join(answer.stdout.split()[:2])
