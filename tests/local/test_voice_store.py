"""Further voices, from a stand-in for their publishers: listed, installed whole or not at all."""

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hibari
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heygen_widget.cli import main
from heygen_widget.local import voice_store
from heygen_widget.local.voice import VoiceError, load_engine
from heygen_widget.local.voice_store import VoiceStore, VoiceStoreError

NAME = "en_US-joe-medium"
CARD = b"# Model card for joe\n* License: CC0\n"
MODEL = bytes(range(256)) * 4000


class Publisher:
    """Serves files; notes what it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.url = ""

    def publish(self, name: str, files: dict[str, bytes]) -> None:
        about = {
            "language": {"code": name.partition("-")[0]},
            "quality": "medium",
            "num_speakers": 1,
            "files": {
                path: {
                    "size_bytes": len(data),
                    "md5_digest": hashlib.md5(data, usedforsecurity=False).hexdigest(),
                }
                for path, data in files.items()
            },
        }
        self.files |= files
        self.files["voices.json"] = json.dumps(
            json.loads(self.files.get("voices.json", b"{}")) | {name: about}
        ).encode()


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/")
            publisher.asked.append(path)
            if path not in publisher.files:
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(publisher.files[path])

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        publisher.url = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(voice_store, "PIPER", publisher.url)
        monkeypatch.setattr(voice_store, "HIBARI", publisher.url)
        publisher.publish(
            NAME,
            {
                f"en/en_US/joe/medium/{NAME}.onnx": MODEL,
                f"en/en_US/joe/medium/{NAME}.onnx.json": b"{}",
                "en/en_US/joe/medium/MODEL_CARD": CARD,
            },
        )
        yield publisher
        server.shutdown()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "heygen-widget" / "voices"


def test_a_voice_is_installed_listed_and_removed(
    publisher: Publisher, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["voices", "list"]) == 0
    assert "No voices are installed" in capsys.readouterr().out
    assert publisher.asked == []

    assert main(["voices", "install", NAME]) == 0
    told = capsys.readouterr()
    assert told.out.index("1.0 MB") < told.out.index("License: CC0") < told.out.index("Installed")
    assert "100%" in told.err
    assert (folder / NAME / f"{NAME}.onnx").read_bytes() == MODEL

    assert main(["voices", "list"]) == 0
    assert capsys.readouterr().out.split() == [NAME, "installed"]
    assert main(["voices", "remove", NAME]) == 0
    assert [*folder.iterdir()] == []
    assert main(["voices", "remove", NAME]) == 1
    assert f"heygen-widget voices install {NAME}" in capsys.readouterr().err


def test_the_whole_list_has_the_voices_of_both_publishers(
    publisher: Publisher, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["voices", "list", "--all"]) == 0
    listed = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert {NAME, "emma", "fenrir", "fable", "kore"} <= set(listed)
    assert "heart" not in listed  # it is in the package
    assert "en_GB" in listed["emma"]
    assert publisher.asked == ["voices.json"]


@pytest.mark.parametrize("data", [MODEL[:-1], MODEL + b"!", b"!" + MODEL[1:], None])
def test_a_download_that_is_not_what_was_announced_leaves_nothing_behind(
    publisher: Publisher, folder: Path, data: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"en/en_US/joe/medium/{NAME}.onnx"
    if data is None:
        del publisher.files[path]
    else:
        publisher.files[path] = data

    assert main(["voices", "install", NAME]) == 1
    assert "cannot be fetched" if data is None else "describes" in capsys.readouterr().err
    assert [*folder.iterdir()] == []
    assert VoiceStore().installed() == []


def test_an_installation_that_fails_leaves_the_one_before(
    publisher: Publisher, folder: Path
) -> None:
    store = VoiceStore(piper=publisher.url)
    store.install(store.offer(NAME))
    publisher.files[f"en/en_US/joe/medium/{NAME}.onnx"] = b"damaged"
    with pytest.raises(VoiceStoreError):
        store.install(store.offer(NAME))
    assert store.model(NAME).read_bytes() == MODEL
    assert [path.name for path in folder.iterdir()] == [NAME]


@pytest.mark.parametrize("catalogue", [b"", b"[]", b'{"a": 1}', b"\xff", b'{"a": {"files": {}}}'])
def test_what_is_no_catalogue_is_said_to_be_none(publisher: Publisher, catalogue: bytes) -> None:
    publisher.files["voices.json"] = catalogue
    with pytest.raises(VoiceStoreError, match="not a catalogue"):
        VoiceStore(piper=publisher.url).offers()


def _changed(value: Any, path: Sequence[str], new: object) -> Any:
    """Return JSON in which `new` stands for what is at `path`."""
    return value | {path[0]: _changed(value[path[0]], path[1:], new)} if path else new


FILE = ("files", "a.onnx")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@given(
    st.sampled_from(
        [
            *[(), ("language",), ("language", "code"), ("quality",), ("num_speakers",), ("files",)],
            *[FILE, (*FILE, "size_bytes"), (*FILE, "md5_digest")],
        ]
    ),
    ANYTHING,
)
def test_a_catalogue_offers_plain_text_or_is_none(path: tuple[str, ...], new: object) -> None:
    file = {"size_bytes": 1, "md5_digest": "0" * 32}
    voice: dict[str, Any] = {"language": {"code": "en"}, "quality": "low", "num_speakers": 1}
    voice["files"] = {"a.onnx": file}
    store = VoiceStore(piper="http://publisher.test/")
    with pytest.MonkeyPatch.context() as patch:
        catalogue = json.dumps(_changed({"a": voice}, ("a", *path), new))
        patch.setattr(store, "_text", lambda _: catalogue)
        try:
            offers = store.offers()
        except VoiceStoreError:
            return
    assert all(f"{each.language:8}{each.about}".isprintable() for each in offers)


@pytest.mark.parametrize(
    "name", ["..", "../a.onnx", "a/../../b.onnx", "/etc/a", "", "a\n.onnx", "."]
)
def test_a_catalogue_cannot_choose_where_files_are_written(publisher: Publisher, name: str) -> None:
    publisher.publish(NAME, {name: MODEL})
    with pytest.raises(VoiceStoreError, match="not a catalogue"):
        VoiceStore(piper=publisher.url).offer(NAME)


def test_a_licence_controls_no_terminal(
    publisher: Publisher, capsys: pytest.CaptureFixture[str]
) -> None:
    card = f"en/en_US/joe/medium/{voice_store.CARD}"
    publisher.publish(NAME, {"a.onnx": MODEL, card: b"CC0\n\x1b[2J\x1b]0;owned\x07\r"})
    assert main(["voices", "install", NAME]) == 0
    told = capsys.readouterr().out
    assert "CC0\n" in told
    assert told.replace("\n", "").isprintable()


@pytest.mark.usefixtures("publisher")
def test_offline_it_says_so_and_lists_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["voices", "install", NAME]) == 0
    monkeypatch.setattr(voice_store, "PIPER", "http://127.0.0.1:9/")
    capsys.readouterr()

    assert main(["voices", "install", "de_DE-thorsten-low"]) == 1
    assert "check the network" in capsys.readouterr().err
    assert main(["voices", "list"]) == 0
    assert NAME in capsys.readouterr().out


@pytest.mark.usefixtures("publisher")
@pytest.mark.parametrize("name", ["nobody", "..", "../x", ""])
def test_what_is_no_voice_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "install", name]) == 1
    assert "voices list --all" in capsys.readouterr().err
    assert main(["voices", "remove", name]) == 1


def test_a_voice_id_speaks_with_the_voice_installed_for_it(folder: Path) -> None:
    bundled = Path(hibari.__file__).parent / "assets" / "hibari.onnx"
    (folder / "kore").mkdir(parents=True)
    shutil.copy(bundled, folder / "kore" / "af_kore.int8.onnx")
    engine = load_engine("espeak", voices={"anna": "kore", "ben": "emma"})

    natural = load_engine("hibari").speak("Hello.", "en-us")
    assert engine.speak("Hello.", "anna").samples.tobytes() == natural.samples.tobytes()
    assert engine.speak("Hello.", "carl").samples.tobytes() != natural.samples.tobytes()
    with pytest.raises(VoiceError, match="heygen-widget voices install emma"):
        engine.speak("Hello.", "ben")
