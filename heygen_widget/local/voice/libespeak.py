"""espeak-ng's C interface, by ctypes: text in, samples and events out.

The library keeps its state in globals, so one lock guards all of it. Knows no more of speech than
the library does.
"""

import ctypes
import os
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from heygen_widget.local.voice.engine import VoiceError
from heygen_widget.local.voice.said import Said

if TYPE_CHECKING:
    from heygen_widget.local.voice.sound import Samples

# Names and numbers as in espeak-ng 1.52's speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_INITIALIZE_PHONEME_EVENTS: Final = 0x0001
_INITIALIZE_PHONEME_IPA: Final = 0x0002
_INITIALIZE_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1  # without SSML (0x10) and phoneme input (0x100): text is only ever text
_POS_CHARACTER: Final = 1
_EVENT_END: Final = 0
_EVENT_WORD: Final = 1
_EVENT_PHONEME: Final = 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_BUFFER: Final = 200  # milliseconds of sound between two callbacks


class _Id(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
    )


_Callback: Any = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Settings(NamedTuple):
    """How to speak.

    Attributes
    ----------
    voice
        Language, and ``+`` and a variant if there is one.
    rate
        Words per minute.
    pitch, pitch_range
        0 to 100.
    """

    voice: str
    rate: int
    pitch: int
    pitch_range: int


class Library:
    """The loaded library. Thread-safe."""

    def __init__(self, library: ctypes.CDLL, data: str) -> None:
        self._lock = Lock()
        self._library = library
        self.rate = int(
            library.espeak_Initialize(
                _AUDIO_OUTPUT_SYNCHRONOUS,
                _BUFFER,
                os.fsencode(data),
                _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_PHONEME_IPA | _INITIALIZE_DONT_EXIT,
            )
        )
        if self.rate <= 0:
            raise VoiceError(f"espeak-ng's data is missing in {data}: reinstall espeakng-loader.")
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._blocks: list[Samples] = []
        self._events: list[tuple[int, int, int, str]] = []
        self._callback = _Callback(self._receive)  # kept, or the library would call freed memory
        library.espeak_SetSynthCallback(self._callback)
        self._settings: Settings | None = None
        self._tags = self._list_tags()
        self._selectable: dict[str, str | None] = {}

    def language(self, tag: str) -> str | None:
        """Return the tag that selects language `tag`, such as "fr" for "fr-fr"; None if none."""
        with self._lock:
            if tag not in self._selectable:
                self._selectable[tag] = self._select(tag)
            return self._selectable[tag]

    def _select(self, tag: str) -> str | None:
        self._settings = None
        while tag:
            # Some voices are listed under a tag that does not select them.
            if tag in self._tags and not self._library.espeak_SetVoiceByName(tag.encode()):
                return tag
            tag = tag.rpartition("-")[0]
        return None

    def say(self, text: str, settings: Settings) -> Said:
        """Return `text` as sound.

        Raises
        ------
        VoiceError
            If the library refuses the voice or the text.
        """
        encoded = text.encode(errors="replace") + b"\0"
        with self._lock:
            self._use(settings)
            self._blocks, self._events = [], []
            failed = self._library.espeak_Synth(
                encoded,
                ctypes.c_size_t(len(encoded)),
                0,
                _POS_CHARACTER,
                0,
                _CHARS_UTF8,
                None,
                None,
            )
            blocks, events = self._blocks, self._events
        if failed:
            raise VoiceError(f"espeak-ng could not speak (error {failed}).")
        return Said(
            np.concatenate(blocks) if blocks else np.zeros(0, np.int16),
            self.rate,
            [(at / self.rate, place - 1) for kind, at, place, _ in events if kind == _EVENT_WORD],
            [(at / self.rate, ipa) for kind, at, _, ipa in events if kind == _EVENT_PHONEME],
        )

    def _use(self, settings: Settings) -> None:
        if settings == self._settings:
            return
        self._settings = None
        if self._library.espeak_SetVoiceByName(settings.voice.encode()):
            raise VoiceError(f"espeak-ng has no voice {settings.voice!r}.")
        for parameter, value in (
            (_RATE, settings.rate),
            (_PITCH, settings.pitch),
            (_RANGE, settings.pitch_range),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._settings = settings

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        """Take sound and events from the library, in whose thread and lock this runs."""
        if samples and count:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        n = 0
        while events[n].type != _EVENT_END:
            event = events[n]
            ipa = ""
            if event.type == _EVENT_PHONEME:
                # Eight bytes without a terminator when full: a long symbol arrives cut short.
                ipa = event.id.string.decode(errors="ignore")
            self._events.append((event.type, event.sample, event.text_position, ipa))
            n += 1
        return 0

    def _list_tags(self) -> frozenset[str]:
        """Return the language tags of all voices."""
        tags = set()
        voices = self._library.espeak_ListVoices(None)
        n = 0
        while voices[n]:
            # Each a byte of priority, the tag and a zero; one more zero ends them.
            at = voices[n].contents.languages
            while entry := ctypes.string_at(at):
                tags.add(entry[1:].decode())
                at += len(entry) + 1
            n += 1
        return frozenset(tags)


@cache
def load() -> Library:
    """Return the library, loading it at the first call.

    Raises
    ------
    VoiceError
        If it is not installed or does not load.
    """
    try:
        import espeakng_loader  # noqa: PLC0415 - belongs to an extra, and may be missing
    except ImportError as error:
        raise VoiceError(
            "The built-in voice is not installed: pip install 'heygen-widget[local]'."
        ) from error
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        return Library(library, espeakng_loader.get_data_path())
    except (OSError, RuntimeError) as error:
        raise VoiceError(f"espeak-ng cannot be loaded: {error}.") from error
