"""Finds a Chromium or Chrome with H.264, installs the distribution's when root, prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OTHER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)


def installed() -> str | None:
    """Return the path of an installed browser; ``CHROMIUM_PATH`` goes first."""
    places = [os.environ.get("CHROMIUM_PATH"), *map(shutil.which, NAMES), *OTHER_PLACES]
    return next((place for place in places if place and Path(place).is_file()), None)


def install() -> None:
    """Install Debian's package, as root; stop with a clear message otherwise."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise SystemExit(
            "The browser tests need Chromium or Chrome. Install one (Debian, Ubuntu: "
            "sudo apt-get install chromium), or name one in CHROMIUM_PATH."
        )
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], env=environment, stdout=sys.stderr, check=True)
    packages = ["chromium", "fonts-dejavu-core"]
    command = [apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, env=environment, stdout=sys.stderr, check=True)


def find() -> str:
    """Return the path of a browser, installing one if need be."""
    if (found := installed()) is None:
        install()
        found = installed()
    if found is None:
        raise SystemExit("Chromium was installed, but is not where it is expected.")
    return found


if __name__ == "__main__":
    print(find())  # noqa: T201 (for the Makefile)
