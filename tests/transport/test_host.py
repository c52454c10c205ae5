"""Where pages are shown on another machine than the kernel's."""

import pytest

from heygen_widget.transport.host import remote_browser_reason


@pytest.mark.parametrize(
    ("variable", "host"),
    [
        ("JUPYTERHUB_SERVICE_PREFIX", "JupyterHub"),
        ("BINDER_LAUNCH_HOST", "Binder"),
        ("COLAB_RELEASE_TAG", "Colab"),
        ("CODESPACES", "codespace"),
    ],
)
def test_hosted_notebooks_are_known_by_their_environment(variable: str, host: str) -> None:
    assert host in str(remote_browser_reason({variable: "x"}, modules=()))


def test_colab_is_known_by_its_module() -> None:
    assert "Colab" in str(remote_browser_reason({}, modules=("google.colab",)))


def test_a_machine_of_ones_own_is_taken_for_near() -> None:
    assert remote_browser_reason({"HOME": "/home/me", "CODESPACES": ""}, modules=()) is None
