"""Further voices on this machine: what their publishers offer, what is installed, and where.

Fetches only when asked, checks what it got, and puts a voice in place whole or not at all. Needs
no extra, and loads no voice.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import httpx
from pydantic import BaseModel, Field, NonNegativeInt, TypeAdapter

PIPER: Final = "https://huggingface.co/rhasspy/piper-voices/resolve/main/"
"""Where Piper's voices are published, with their catalogue ``voices.json``."""

HIBARI: Final = "https://huggingface.co/maureesewilliams/hibari/resolve/main/voices/"
"""Where hibari's further voices are published; its package contains their catalogue."""

CARD: Final = "MODEL_CARD"
"""The file of a Piper voice that tells its licence."""

_HIBARI_LICENCE: Final = "Apache License 2.0 (hibari-tts)"
_TIMEOUT: Final = 30.0  # seconds without an answer
_MAX_TEXT: Final = 4_000_000  # bytes of a catalogue or a card
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")


class VoiceStoreError(RuntimeError):
    """A voice cannot be listed, fetched or removed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a voice, and how it is known to be whole."""

    url: str
    name: str
    size: int
    digest: str  # hexadecimal: MD5 of Piper's, SHA-256 of hibari's


@dataclass(frozen=True, slots=True)
class Offer:
    """A voice that a publisher offers.

    Attributes
    ----------
    name
        What it is installed and mapped by.
    language
        Its language, such as ``"en_US"``.
    about
        What sort of voice it is.
    """

    name: str
    language: str
    about: str
    files: tuple[_File, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(each.size for each in self.files)


_Code: TypeAlias = Annotated[str, Field(pattern=r"^[\w-]{1,20}$")]
_Path: TypeAlias = Annotated[str, Field(pattern=r"^(\w[\w.-]*/)*\w[\w.-]*$")]


class _PiperFile(BaseModel):
    size_bytes: NonNegativeInt
    md5_digest: str


class _PiperLanguage(BaseModel):
    code: _Code


class _PiperVoice(BaseModel):
    language: _PiperLanguage
    quality: _Code
    num_speakers: int = 1
    files: dict[_Path, _PiperFile]


_PIPER_CATALOGUE: Final = TypeAdapter(dict[str, _PiperVoice])


class VoiceStore:
    """The folder of voices that were installed by hand.

    Parameters
    ----------
    folder
        Where; by default the user's folder for data.
    piper, hibari
        Addresses to use instead of the publishers' own.
    """

    def __init__(self, folder: Path | None = None, *, piper: str = "", hibari: str = "") -> None:
        self.folder: Final = folder or _data_folder() / "heygen-widget" / "voices"
        self._piper = piper or PIPER
        self._hibari = hibari or HIBARI

    def installed(self) -> list[str]:
        """Return the names of the voices that can be used."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self.folder.iterdir()
            if _NAME.fullmatch(path.name) and any(path.glob("*.onnx"))
        )

    def model(self, name: str) -> Path:
        """Return the model of an installed voice.

        Raises
        ------
        VoiceStoreError
            If it is not installed.
        """
        models = sorted((self.folder / name).glob("*.onnx")) if _NAME.fullmatch(name) else []
        if not models:
            raise VoiceStoreError(
                f"The voice {name!r} is not installed: heygen-widget voices install {name}"
            )
        return models[0]

    def offers(self) -> list[Offer]:
        """Return the voices that can be installed. Asks Piper's publisher for its catalogue.

        Raises
        ------
        VoiceStoreError
            If the publisher does not answer, or not with a catalogue.
        """
        return [*self._hibari_offers(), *self._piper_offers()]

    def offer(self, name: str) -> Offer:
        """Return the voice of a name; see `offers`."""
        found = [each for each in self._hibari_offers() if each.name == name]
        found += [] if found else [each for each in self._piper_offers() if each.name == name]
        if not found:
            raise VoiceStoreError(
                f"There is no voice {name!r}: see heygen-widget voices list --all"
            )
        return found[0]

    def licence(self, offer: Offer) -> str:
        """Return what a voice's publisher says of its licence."""
        card = next((each for each in offer.files if each.name == CARD), None)
        return self._text(card.url).strip() if card is not None else _HIBARI_LICENCE

    def install(self, offer: Offer, progress: Callable[[int], None] = lambda _: None) -> Path:
        """Download a voice, check it, and put it in place; return its folder.

        Parameters
        ----------
        progress
            Called with the bytes that have come so far.

        Raises
        ------
        VoiceStoreError
            If it cannot be downloaded, is damaged, or cannot be written. Nothing is left behind.
        """
        target = self.folder / offer.name
        partial = self.folder / f".{offer.name}-{secrets.token_hex(4)}"
        try:
            partial.mkdir(parents=True)
            done = 0
            for each in offer.files:
                with (partial / each.name).open("xb") as file:
                    done = self._download(each, file.write, done, progress)
            shutil.rmtree(target, ignore_errors=True)
            partial.replace(target)
        except OSError as error:
            raise VoiceStoreError(f"Cannot write to {self.folder}: {error.strerror}.") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return target

    def remove(self, name: str) -> None:
        """Delete an installed voice.

        Raises
        ------
        VoiceStoreError
            If it is not installed, or cannot be deleted.
        """
        self.model(name)
        try:
            shutil.rmtree(self.folder / name)
        except OSError as error:
            raise VoiceStoreError(
                f"Cannot delete {self.folder / name}: {error.strerror}."
            ) from error

    def _download(
        self, file: _File, write: Callable[[bytes], int], done: int, progress: Callable[[int], None]
    ) -> int:
        digest = hashlib.sha256() if len(file.digest) == 64 else hashlib.md5(usedforsecurity=False)  # noqa: PLR2004 - hexadecimal digits
        size = 0
        with _answer(file.url) as answer:
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > file.size:
                    break
                digest.update(chunk)
                write(chunk)
                progress(done + size)
        if size != file.size or digest.hexdigest() != file.digest:
            raise VoiceStoreError(
                f"{file.url} is not what its publisher's catalogue describes: try again later."
            )
        return done + size

    def _hibari_offers(self) -> Iterator[Offer]:
        spec = find_spec("hibari")
        if spec is None or spec.origin is None:
            return
        catalogue = json.loads((Path(spec.origin).parent / "assets" / "voices.json").read_bytes())
        for name, about in catalogue.items():
            if not about.get("bundled"):
                file = _File(
                    self._hibari + about["file"], about["file"], about["bytes"], about["sha256"]
                )
                yield Offer(
                    name,
                    about["language"].replace("-", "_"),
                    f"{about['gender']}, natural; hibari",
                    (file,),
                )

    def _piper_offers(self) -> Iterator[Offer]:
        try:
            catalogue = _PIPER_CATALOGUE.validate_json(self._text(self._piper + "voices.json"))
        except ValueError as error:
            raise VoiceStoreError(f"{self._piper}voices.json is not a catalogue.") from error
        for name, about in catalogue.items():
            if _NAME.fullmatch(name):
                yield self._piper_offer(name, about)

    def _piper_offer(self, name: str, about: _PiperVoice) -> Offer:
        files = tuple(
            _File(self._piper + path, Path(path).name, each.size_bytes, each.md5_digest)
            for path, each in about.files.items()
        )
        many = f", {about.num_speakers} speakers" if about.num_speakers > 1 else ""
        return Offer(name, about.language.code, f"{about.quality}{many}; Piper", files)

    def _text(self, url: str) -> str:
        with _answer(url) as answer:
            data = b""
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > _MAX_TEXT:
                    raise VoiceStoreError(f"{url} is too long.")
        return data.decode(errors="replace")


@contextmanager
def _answer(url: str) -> Iterator[httpx.Response]:
    """Fetch a URL; raise the same error for everything that can be wrong with the network."""
    try:
        with httpx.stream("GET", url, timeout=_TIMEOUT, follow_redirects=True) as answer:
            yield answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise VoiceStoreError(
            f"{url} cannot be fetched (HTTP {error.response.status_code})."
        ) from error
    except httpx.HTTPError as error:
        raise VoiceStoreError(
            f"{url} cannot be reached ({type(error).__name__}): check the network, and try again."
        ) from error


def _data_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    home = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(home) if home else Path.home() / ".local" / "share"
