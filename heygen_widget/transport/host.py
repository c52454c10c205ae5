"""Whether a page can be expected to reach a server on the kernel's machine.

It can if the browser runs on that machine. In hosted notebooks ``127.0.0.1`` is the user's machine
for the browser and the kernel's for the server, so the kernel relays what the page cannot fetch.
Judged from the kernel's environment alone, before any page exists.
"""

import sys
from collections.abc import Collection, Mapping
from os import environ
from typing import Final

SIGNS: Final[Mapping[str, str]] = {
    # Set for every single-user server that JupyterHub spawns, and so on Binder, which runs on it.
    "JUPYTERHUB_SERVICE_PREFIX": "the notebook runs on JupyterHub",
    "BINDER_LAUNCH_HOST": "the notebook runs on Binder",
    # Set in Colab's runtimes; outputs are iframes of another origin, under https.
    "COLAB_RELEASE_TAG": "the notebook runs in Colab",
    # Set in GitHub's codespaces; ports are forwarded under other names, behind a login.
    "CODESPACES": "the notebook runs in a codespace",
    "KAGGLE_KERNEL_RUN_TYPE": "the notebook runs on Kaggle",
}
"""Environment variables of hosts whose pages run on another machine, and the reason to report."""


def remote_browser_reason(
    variables: Mapping[str, str] = environ, modules: Collection[str] | None = None
) -> str | None:
    """Return why the browser cannot reach a server on the kernel's machine; None if it may.

    Parameters
    ----------
    variables
        The kernel's environment.
    modules
        Names of loaded modules; those of this process by default.
    """
    if "google.colab" in (sys.modules if modules is None else modules):
        return SIGNS["COLAB_RELEASE_TAG"]
    return next((reason for name, reason in SIGNS.items() if variables.get(name)), None)
