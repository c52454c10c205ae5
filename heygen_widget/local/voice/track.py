"""The sound of one stream, on the stream's own clock: text in, samples, words and lips out.

Decides when to synthesize the text received so far. Knows no frames, encoding or HTTP.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition, Thread
from typing import Final

import numpy as np
import numpy.typing as npt

from heygen_widget.local.clock import REAL_TIME, Clock
from heygen_widget.local.mouth import Mouth
from heygen_widget.local.voice.engine import (
    SAMPLE_RATE,
    SpokenAudio,
    TimedWord,
    VoiceEngine,
    VoiceError,
)
from heygen_widget.local.voice.lips import Lips
from heygen_widget.local.voice.sound import silence
from heygen_widget.local.voice.text import pause_after, piece_length
from heygen_widget.local.voice.words import tokens

_AHEAD: Final = 3.0  # seconds of sound in stock above which nothing is synthesised
_HUNGRY: Final = 0.5  # seconds of sound in stock below which words are taken as they come
_HOLD: Final = 0.2  # seconds to wait for the rest of a word

_log = logging.getLogger(__name__)


class SpeechTrack:
    """The sound of one stream, its words and its lips. Thread-safe.

    Positions are samples from the beginning of the stream; only `read` advances the stream.

    Parameters
    ----------
    engine
        The synthesizer.
    voice_id
        The voice to use.
    on_audio
        Called from any thread, without arguments, when a reader that sleeps during silence should
        wake: sound is about to begin, or the track has ended.
    held
        Whether to wait for `release` before speaking; a waiting track needs no thread.
    clock
        Seconds, rising. How long a half word has waited is measured on it.
    media
        Media time, which stands still while the voice works or waits for the rest of a word.
    """

    def __init__(
        self,
        engine: VoiceEngine,
        voice_id: str,
        *,
        on_audio: Callable[[], None] = lambda: None,
        held: bool = False,
        clock: Callable[[], float] = time.monotonic,
        media: Clock = REAL_TIME,
    ) -> None:
        self._engine = engine
        self._voice_id = voice_id
        self._on_audio = on_audio
        self._clock = clock
        self._media = media
        # All that follows is guarded by the lock of this condition, and each change of the text,
        # of the stock or of the end is notified on it.
        self._changed = Condition()
        self._held = held
        self._text = ""
        self._appended = 0.0  # when, on the clock
        self._waiting = 0.0  # since when the text has waited, on the clock
        self._closed = False
        self._discarded = False
        self._playing = False  # sound is made as it is played
        self._said = ""  # the last piece that was spoken, and the blanks after it
        self._busy = False  # a piece of text has left `_text` and is not sound yet
        self._thread: Thread | None = None
        self._stock: deque[npt.NDArray[np.int16]] = deque()
        self._stocked = 0  # samples
        self._position = 0
        self._onset: int | None = None
        self._words: deque[TimedWord] = deque()
        self._lips = Lips()
        self._error: VoiceError | None = None

    @property
    def onset(self) -> int | None:
        """The position at which its sound begins; None while there is none."""
        with self._changed:
            return self._onset

    @property
    def speaking(self) -> bool:
        """Whether sound is waiting to be read."""
        with self._changed:
            return self._stocked > 0

    @property
    def finished(self) -> bool:
        """Whether the input is closed and everything was read."""
        with self._changed:
            return self._closed and not (self._text or self._busy or self._stocked)

    @property
    def error(self) -> VoiceError | None:
        """Why the voice failed, if it did; the track has ended then."""
        with self._changed:
            return self._error

    def append(self, text: str) -> None:
        """Append a delta of the text, cut anywhere. Does nothing after the end."""
        with self._changed:
            if self._closed:
                return
            if text:
                self._appended = self._clock()
                self._waiting = self._waiting if self._text else self._appended
            self._text += text
            self._start()
            self._changed.notify_all()

    def release(self) -> None:
        """Start to speak: the text held back, and what follows."""
        with self._changed:
            self._held = False
            self._start()

    def add(self, audio: SpokenAudio) -> None:
        """Append existing sound to the buffered sound."""
        with self._changed:
            wake = not self._closed and self._store(audio)
        if wake:
            self._on_audio()

    def play(self, pieces: Iterator[SpokenAudio]) -> None:
        """Play sound that is produced while it is played, then close the input."""
        self._playing = True
        Thread(target=self._play, args=(pieces,), name="speech", daemon=True).start()

    def close_input(self) -> None:
        """Accept no more text or sound; what was appended is still spoken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._on_audio()

    def discard(self) -> None:
        """Drop everything that was not read yet, and end."""
        with self._changed:
            self._forget()
        self._on_audio()

    def read(self, count: int) -> npt.NDArray[np.int16]:
        """Return the next `count` samples; silence where there is nothing to speak."""
        samples = np.zeros(count, np.int16)
        filled = 0
        with self._changed:
            while self._stock and filled < count:
                part = self._stock[0][: count - filled]
                samples[filled : filled + len(part)] = part
                filled += len(part)
                if len(part) == len(self._stock[0]):
                    self._stock.popleft()
                else:
                    self._stock[0] = self._stock[0][len(part) :]
            self._stocked -= filled
            self._position += count
            # Whoever fills the stock has something to do only below this.
            if (self._text or self._playing) and self._stocked < _AHEAD * SAMPLE_RATE:
                self._changed.notify_all()
        return samples

    def mouth(self, sample: int) -> Mouth:
        """Return the mouth at position `sample`, which is near the read position and increases."""
        with self._changed:
            return self._lips.at(sample / SAMPLE_RATE)

    def words_until(self, sample: int) -> list[TimedWord]:
        """Return the words that began before position `sample`, each once.

        Their times are seconds from the beginning of the stream.
        """
        begun = []
        with self._changed:
            while self._words and self._words[0].start * SAMPLE_RATE < sample:
                begun.append(self._words.popleft())
        return begun

    def _start(self) -> None:
        """Start to speak if there is something to speak, with the lock held."""
        if self._thread is None and self._text and not self._held:
            self._thread = Thread(target=self._synthesise, name="speech", daemon=True)
            self._thread.start()

    def _play(self, pieces: Iterator[SpokenAudio]) -> None:
        """Keep some sound buffered until there is no more, or the track is discarded."""
        try:
            for piece in pieces:
                self.add(piece)
                with self._changed:
                    self._changed.wait_for(
                        lambda: self._closed or self._stocked < _AHEAD * SAMPLE_RATE
                    )
                    if self._closed:
                        return
        except Exception as error:  # noqa: BLE001 - whatever fails in a file, the stream must end
            self._fail(error)
            return
        self.close_input()

    def _synthesise(self) -> None:
        """Turn text into sound until the input has ended. Runs on its own thread."""
        while piece := self._next_piece():
            try:
                with self._media.paused():
                    audio = self._engine.speak(piece, self._voice_id)
            except Exception as error:  # noqa: BLE001 - whatever fails in a voice, the stream must end
                self._fail(error)
                return
            with self._changed:
                wake = self._store(audio)
                self._busy = False
            if wake:
                self._on_audio()
        self._on_audio()

    def _next_piece(self) -> str:
        """Wait for text to speak, and return it; empty at the end."""
        with self._changed:
            while not (self._closed and not self._text):
                now = self._clock()
                held = now - self._appended
                hungry = self._stocked < _HUNGRY * SAMPLE_RATE
                patience = 0.0 if self._stocked else self._engine.patience
                patience -= now - self._waiting
                piece = ""
                if self._stocked < _AHEAD * SAMPLE_RATE:
                    complete = self._closed or (hungry and held >= _HOLD)
                    length = piece_length(
                        self._text, hungry=hungry, complete=complete, patient=patience > 0.0
                    )
                    piece, self._text = self._text[:length], self._text[length:]
                    self._waiting = now if piece else self._waiting
                if tokens(piece):
                    self._busy, self._said = True, piece
                    return piece
                self._pause_for(piece)
                if not piece and hungry and self._text:
                    rest = min(_HOLD - held, patience) if patience > 0.0 else _HOLD - held
                    with self._media.paused():
                        self._changed.wait(rest)
                elif not piece:
                    self._changed.wait()
            return ""

    def _pause_for(self, blank: str) -> None:
        """Pause as long after what was said last as if `blank` had come with it."""
        before = pause_after(self._said, said=True)
        self._said += blank
        longer = pause_after(self._said, said=True) - before
        if longer > 0.0 and self._stocked:
            self._store(SpokenAudio(silence(longer)))

    def _store(self, audio: SpokenAudio) -> bool:
        """Buffer `audio`, with the lock held. Return whether it ends a silence."""
        if self._discarded:
            return False
        # Buffered sound is read without a gap, so the position of the new sound is known.
        start = (self._position + self._stocked) / SAMPLE_RATE
        self._words.extend(
            TimedWord(each.word, start + each.start, start + each.end) for each in audio.words
        )
        self._lips.add(audio.cues, start)
        if not len(audio.samples):
            return False
        silent = not self._stocked
        if self._onset is None:
            self._onset = self._position
        self._stock.append(audio.samples)
        self._stocked += len(audio.samples)
        return silent

    def _forget(self) -> None:
        """Drop everything that was not read, and end, with the lock held."""
        self._closed = self._discarded = True
        self._text, self._busy = "", False
        self._stock.clear()
        self._stocked = 0
        now = self._position / SAMPLE_RATE
        self._words = deque(each for each in self._words if each.start < now)
        self._lips.cut(now)
        self._changed.notify_all()

    def _fail(self, error: Exception) -> None:
        """End because the voice failed."""
        _log.error("The voice failed; its stream ends.", exc_info=error)
        with self._changed:
            self._error = error if isinstance(error, VoiceError) else VoiceError(str(error))
            self._forget()
        self._on_audio()
