"""A text in any language, each run of one language by the speaker who reads it best."""

from heygen_widget.local.voice.casting import Voice
from heygen_widget.local.voice.engine import SpokenAudio
from heygen_widget.local.voice.espeak import EspeakSpeaker
from heygen_widget.local.voice.languages import language_runs
from heygen_widget.local.voice.said import Joined, Said, Speaker
from heygen_widget.local.voice.text import goes_on, is_said, speakable


class Narrator:
    """Speaks with espeak-ng, and with a natural voice where there is one for the language.

    Parameters
    ----------
    natural
        Who reads the languages it can. None: espeak-ng reads all.

    Raises
    ------
    VoiceError
        If espeak-ng is not installed or does not load.
    """

    def __init__(self, natural: Speaker | None = None) -> None:
        self._espeak = EspeakSpeaker()
        self._natural = natural

    @property
    def patience(self) -> float:
        """Seconds for which a whole sentence is worth waiting; see `VoiceEngine`."""
        return (self._natural or self._espeak).patience

    def speak(self, text: str, voice_id: str) -> SpokenAudio:
        """Return `text` as sound; see `VoiceEngine`."""
        voice = self._espeak.voice_for(voice_id)
        joined = Joined()
        for start, run, language in language_runs(speakable(text), voice.language):
            if not is_said(run):
                continue
            # A comma keeps the pitch up where the sentence goes on.
            ending = "," if goes_on(text[start : start + len(run)]) else ""
            said, gain = self._say(run.rstrip() + ending, voice, language)
            joined.append(said, start, gain)
        return joined.spoken(text)

    def _say(self, text: str, voice: Voice, language: str) -> tuple[Said, float]:
        if self._natural is not None and self._natural.reads(language):
            said = self._natural.say(text, voice, language)
            if said is not None:
                return said, self._natural.gain(voice, language)
        return self._espeak.say(text, voice, language), self._espeak.gain(voice, language)
