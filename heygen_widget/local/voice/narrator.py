"""A text in any language, each run of one language by the speaker who reads it best."""

from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from types import MappingProxyType
from typing import Final

from heygen_widget.local.voice.casting import Voice
from heygen_widget.local.voice.engine import SpokenAudio
from heygen_widget.local.voice.espeak import EspeakSpeaker
from heygen_widget.local.voice.languages import language_runs
from heygen_widget.local.voice.said import BETWEEN_RUNS, Joined, Said, Speaker
from heygen_widget.local.voice.text import goes_on, is_said, pause_after, speakable

_ENGLISH: Final = "en-us"


class Narrator:
    """Speaks with espeak-ng, and with a natural voice where there is one for the language.

    Parameters
    ----------
    natural
        Who reads the languages it can. None: espeak-ng reads all.
    named
        Who does so for a voice id, by the id; each is made when it first speaks.

    Raises
    ------
    VoiceError
        If espeak-ng is not installed or does not load.
    """

    def __init__(
        self,
        natural: Speaker | None = None,
        named: Mapping[str, Callable[[], Speaker]] = MappingProxyType({}),
    ) -> None:
        self._espeak = EspeakSpeaker()
        self._natural = natural
        self._named = {voice_id: _Once(make) for voice_id, make in named.items()}

    @property
    def patience(self) -> float:
        """Seconds for which a whole sentence is worth waiting; see `VoiceEngine`."""
        return (self._natural or self._espeak).patience

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        """Return `text` as sound; see `VoiceEngine`."""
        natural, voice = self._cast(voice_id)
        joined = Joined()
        for start, run, language in _runs(text, voice):
            said, gain = self._say(natural, run, voice, language)
            joined.append(said, start, gain)
        return joined.spoken(text)

    def measure(self, text: str, voice_id: str) -> float:
        """Return the seconds of `text`, without making its sound; see `TimedEngine`."""
        natural, voice = self._cast(voice_id)
        sounding = [
            self._measure(natural, run, voice, language) for _, run, language in _runs(text, voice)
        ]
        pauses = BETWEEN_RUNS * max(0, len(sounding) - 1)
        return sum(sounding) + pauses + pause_after(text, said=sum(sounding) > 0)

    def _cast(self, voice_id: str) -> tuple[Speaker | None, Voice]:
        """Return who reads what it can for a voice id, and in which voice."""
        voice = self._espeak.voice_for(voice_id)
        natural = self._natural
        if voice_id in self._named:
            natural = self._named[voice_id].get()
            voice = Voice(natural.language or _ENGLISH, id=voice_id)
        elif natural is not None and natural.language:
            voice = voice._replace(language=natural.language)
        return natural, voice

    def _say(
        self, natural: Speaker | None, text: str, voice: Voice, language: str
    ) -> tuple[Said, float]:
        if natural is not None and natural.reads(language):
            said = natural.say(text, voice, language)
            if said is not None:
                return said, natural.gain(voice, language)
        return self._espeak.say(text, voice, language), self._espeak.gain(voice, language)

    def _measure(self, natural: Speaker | None, text: str, voice: Voice, language: str) -> float:
        if natural is not None and natural.reads(language):
            seconds = natural.measure(text, voice, language)
            if seconds is not None:
                return seconds
        return self._espeak.measure(text, voice, language)


def _runs(text: str, voice: Voice) -> Iterator[tuple[int, str, str]]:
    """Yield what is said of a text, run by run: where each begins, the run, its language."""
    for start, run, language in language_runs(speakable(text), voice.language):
        if is_said(run):
            # A comma keeps the pitch up where the sentence goes on.
            ending = "," if goes_on(text[start : start + len(run)]) else ""
            yield start, run.rstrip() + ending, language


class _Once:
    """A speaker that is made at the first call, by whichever thread comes first."""

    def __init__(self, make: Callable[[], Speaker]) -> None:
        self._make = make
        self._made: Speaker | None = None
        self._making = Lock()

    def get(self) -> Speaker:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made
