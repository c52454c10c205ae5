"""Where pages are shown on another machine than the kernel's."""

import pytest

from heygen_widget.transport.host import why_pages_are_elsewhere


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
    assert host in str(why_pages_are_elsewhere({variable: "x"}, modules=()))


def test_colab_is_known_by_its_module() -> None:
    assert "Colab" in str(why_pages_are_elsewhere({}, modules=("google.colab",)))


def test_a_machine_of_ones_own_is_taken_for_near() -> None:
    assert why_pages_are_elsewhere({"HOME": "/home/me", "CODESPACES": ""}, modules=()) is None
