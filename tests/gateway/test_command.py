"""The command line of the gateway."""

import pytest

from heygen_widget.cli import main
from heygen_widget.gateway.settings import TOKEN_VARIABLE, Settings


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--slots=0"], "--slots must be more than 0"),
        (["--max-session=0"], "--max-session must be more than 0"),
        (["--upstream=local", "--store=valkey://h"], "cannot reach an embedded server"),
        (["--upstream=http://h"], "needs the key (HEYGEN_API_KEY or --key-file)"),
        (["--upstream=local", "--port=70000"], "70000 is not a valid port"),
    ],
)
@pytest.mark.usefixtures("no_settings_from_outside")
def test_settings_with_which_nobody_could_speak_are_refused(
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    told: str,
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "token")
    assert main(["gateway", *flags]) == 2
    assert told in capfd.readouterr().err


@pytest.mark.usefixtures("no_settings_from_outside")
def test_replicas_need_a_token_that_all_of_them_know(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", "key")
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert main(["gateway", "--store=valkey://h"]) == 2
    assert "token must not be empty" in capfd.readouterr().err
    monkeypatch.setenv(TOKEN_VARIABLE, "token")
    assert main(["gateway", "--store=http://h"]) == 2
    assert "must be valkey://host:port" in capfd.readouterr().err


def test_settings_show_no_secrets() -> None:
    shown = repr(Settings(key="the key", token="the token"))
    assert "the key" not in shown
    assert "the token" not in shown
