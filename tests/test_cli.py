"""The command line: the demonstration that listens to itself, and what is said when it cannot."""

import asyncio
import base64
import io
import re
import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heygen_widget import AsyncHeyGen, LocalServer, __version__
from heygen_widget.api import AssetBase64, WordEvent
from heygen_widget.cli import _parser, main
from heygen_widget.local import Settings, launcher
from heygen_widget.relay import Follower
from heygen_widget.self_check import APPENDED, SEED, Recording, decode, playlist_url, report

PATIENCE = 90.0
SENTENCES = f"{SEED} {APPENDED}"


def _run(*arguments: str, without: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as a process, in which the module `without` cannot be imported."""
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({without.split()})); "
        "from heygen_widget.cli import main; sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_the_demonstration_hears_its_own_speech() -> None:
    demo = _run("demo", "--check")
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "1280x720" in demo.stdout
    assert SENTENCES in demo.stdout
    assert "never" not in demo.stdout
    assert demo.stdout.endswith("The speech is in the stream.\n")


# The judgement itself.


def _record(server: LocalServer, **fields: Any) -> tuple[Recording, list[WordEvent]]:
    """Open a session, and read its stream and its words to the end."""

    async def read() -> tuple[Recording, list[WordEvent]]:
        async with AsyncHeyGen(server.api_key, server.base_url) as heygen:
            created = await heygen.avatar_realtime.create(avatar_id="demo", **fields)
            follower = Follower(await playlist_url(heygen, created.stream_id))
            parts = [part async for part in follower.parts()]
            batches = [batch async for batch in heygen.avatar_realtime.words(created.stream_id)]
        stream = parts[0].init + b"".join(part.data for part in parts)
        return decode(stream), [word for batch in batches for word in batch.words]

    return asyncio.run(read())


@pytest.fixture(scope="module")
def spoken(local_server: LocalServer) -> tuple[Recording, list[WordEvent]]:
    return _record(local_server, type="tts", voice_id="demo", text=SENTENCES)


@pytest.fixture(scope="module")
def silence(local_server: LocalServer) -> Recording:
    """A stream of about the same length in which nobody speaks."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, 8_000, 0, "NONE", ""))
        wav.writeframes(bytes(2 * 8_000 * 5))
    audio = AssetBase64(media_type="audio/wav", data=base64.b64encode(file.getvalue()).decode())
    recording, words = _record(local_server, type="audio", audio=audio)
    assert not words
    return recording


def test_speech_with_its_words_convinces(
    spoken: tuple[Recording, list[WordEvent]], capsys: pytest.CaptureFixture[str]
) -> None:
    recording, words = spoken
    assert report(recording, words, 0.5) == 0
    assert f"words          14: {SENTENCES}" in capsys.readouterr().out


def test_a_silent_stream_does_not_convince_whatever_the_server_says(
    spoken: tuple[Recording, list[WordEvent]],
    silence: Recording,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert silence.frames > 100
    assert silence.seconds_audible == 0
    assert report(silence, spoken[1], 0.5) == 1
    assert capsys.readouterr().out.endswith("The speech is NOT in the stream.\n")


def test_speech_does_not_convince_without_its_words_in_their_places(
    spoken: tuple[Recording, list[WordEvent]],
) -> None:
    recording, words = spoken
    late = [replace(word, start=word.start + 60, end=word.end + 60) for word in words]
    for wrong in ([], words[:-3], words[::-1], late):
        assert report(recording, wrong, 0.5) == 1


def test_speech_does_not_convince_without_its_picture_or_when_it_came_before_its_text(
    spoken: tuple[Recording, list[WordEvent]],
) -> None:
    recording, words = spoken
    assert report(replace(recording, frames=0), words, 0.5) == 1
    assert report(replace(recording, width=640), words, 0.5) == 1
    assert report(recording, words, None) == 1


# What else may go wrong.


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        (["serve"], "uvicorn", "local"),
        (["demo", "--check"], "av", "local"),
        (["demo"], "jupyterlab", "lab"),
    ],
)
def test_a_missing_extra_is_named_with_the_cure(
    command: list[str], module: str, extra: str
) -> None:
    refused = _run(*command, without=module)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"pip install 'heygen-widget[{extra}]'" in refused.stderr
    assert module in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_server_that_does_not_start_is_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "_NEEDED", {"local": ("voice_of_nobody",)})
    assert main(["demo", "--check"]) == 2
    assert "The local server needs voice_of_nobody" in capsys.readouterr().err


def test_serving_on_a_port_that_is_taken_is_refused(
    local_server: LocalServer,
) -> None:
    port = local_server.base_url.rpartition(":")[2]
    refused = _run("serve", "--port", port)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"Cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert "--port" in refused.stderr


def test_a_key_on_the_command_line_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for given in (["--key", "my-secret"], ["--key=my-secret"]):
        with pytest.raises(SystemExit) as refused:
            main(["serve", *given])
        said = capsys.readouterr().err
        assert refused.value.code == 2
        assert "HEYGEN_WIDGET_SERVER_KEY" in said
        assert "--key-file" in said
        assert "my-secret" not in said


def test_the_key_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("my-secret\n")
    assert _parser().parse_args(["serve", "--key-file", str(file)]).api_key == "my-secret"


@pytest.mark.parametrize("content", [b"", b" \n", b"k\xe9y", None])
def test_a_file_without_a_key_is_refused(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit):
        main(["serve", "--key-file", str(file)])
    assert str(file) in capsys.readouterr().err


def test_every_setting_of_the_server_has_its_flag() -> None:
    chosen = Settings(
        host="localhost",
        port=8123,
        idle_timeout=1.5,
        max_length=60.0,
        concurrency=2,
        segment=0.2,
        warm_up=3.0,
        voice_engine="piper",
        voice_file=Path("voice.onnx"),
        voices={"anna": "en_US-joe-medium", "a=b": "emma"},
        allow_private_urls=True,
    )
    for settings in (Settings(), chosen):
        options = vars(_parser().parse_args(["serve", *settings.flags()]))
        assert options == {**vars(settings), "run": options["run"]}


def test_the_environment_chooses_the_voice_engine_of_servers_that_are_given_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEYGEN_WIDGET_VOICE_ENGINE", "hibari")
    assert Settings().voice_engine == "hibari"
    assert _parser().parse_args(["serve"]).voice_engine == "hibari"
    assert Settings(voice_engine="auto").flags() == ["--voice-engine", "auto"]
    monkeypatch.setenv("HEYGEN_WIDGET_VOICE_ENGINE", "flite")
    assert main(["serve"]) == 2
    assert "HEYGEN_WIDGET_VOICE_ENGINE" in capsys.readouterr().err
    monkeypatch.delenv("HEYGEN_WIDGET_VOICE_ENGINE")
    assert Settings().voice_engine == "auto"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--concurrency", "0"], "allow 1 or more (--concurrency)"),
        (["--voice-engine", "piper"], "pass its .onnx file (--voice-file)"),
    ],
)
def test_settings_with_which_no_session_can_be_opened_are_refused(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *flags]) == 2
    assert said in capsys.readouterr().err


def test_the_doctor_speaks_where_the_widget_cannot_be_loaded() -> None:
    said = _run("doctor", without="anywidget IPython")
    assert (said.returncode, said.stderr) == (0, "")
    found = dict(line.split(maxsplit=1) for line in said.stdout.splitlines())
    assert found["heygen-widget"] == __version__
    assert found["kernel"] == "none: plain Python"
    assert found["network"].startswith("not checked")


@pytest.mark.parametrize("arguments", [[], ["sing"], ["serve", "--port", "many"]])
def test_what_is_no_command_is_refused_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
    assert "usage: heygen-widget" in capsys.readouterr().err


def test_every_flag_of_a_command_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("demo", "serve", "doctor"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        flags = re.findall(r"^  (--.+\n(?: {4,}.+\n)*)", capsys.readouterr().out, re.MULTILINE)
        assert flags
        for flag in flags:
            assert re.search(r"  +\w+ .*\w", flag), f"{command}: {flag}"


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(["--version"])
    assert (told.value.code, capsys.readouterr().out) == (0, f"{__version__}\n")
