"""The texts of one session, in order: what was heard of each, and its status.

Knows neither server nor feeder: it is told what was sent and which words were spoken.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from heygen_widget.api.errors import BadRequest, InvalidRequest
from heygen_widget.api.models import WordEvent
from heygen_widget.language import sentence_ends, table
from heygen_widget.session.alignment import Aligner
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.errors import StreamClosed
from heygen_widget.session.events import SpeechChanged
from heygen_widget.session.heard import Heard
from heygen_widget.session.speech import SpeechStatus
from heygen_widget.session.text import has_letters

NO_MORE_WORDS: Final = 1.5
"""Seconds of silence after which a text has ended whose last words were not said as written.

Counted from when a further word would have been told: services tell them late, or many at a time.
"""
UNSAID_AFTER: Final = 10.0
"""Seconds after which words that should have been told by now may well not be said at all."""
LONGEST_LAG: Final = 10.0
"""Seconds by which words are told late at most. What comes later was held up by a broken line."""
LAGS: Final = 20
"""Batches of words by which is known how late words are told."""

LOOK_BACK: Final = 100
"""Characters of what was said that tell an abbreviation from the end of a sentence."""
LOOK_AHEAD: Final = 2000
"""Characters in which the next sentence is looked for: two minutes of speech."""


class Speeches:
    """The texts of one session.

    Parameters
    ----------
    first
        What opens the session.
    on_change
        Called with every change of a text's state.
    clock
        Seconds since the stream began, as its words are timed.

    Attributes
    ----------
    words_may_come
        Whether the line is up on which words are told. While it is not, silence says nothing.
    """

    def __init__(
        self,
        first: Iterable[Delivery],
        on_change: Callable[[SpeechChanged], None],
        clock: Callable[[], float],
    ) -> None:
        self._all = list(first)
        self._on_change = on_change
        self._clock = clock
        self._latest = 0.0  # when the last word ends that was told
        self._told_at = 0.0  # when words were told last
        self._lags: deque[float] = deque([0.0], maxlen=LAGS)  # how late words were told
        self._ends: dict[int, float] = {}  # speech id -> when its last word ends that was told
        self._whole_since: dict[int, float] = {}  # speech id -> when all of it was sent
        self._aligner = Aligner()
        self._words_told = True
        self.words_may_come = True

    @property
    def all(self) -> tuple[Delivery, ...]:
        """Every text, in the order in which they are said."""
        return tuple(self._all)

    @property
    def all_sent(self) -> bool:
        """Whether nothing is left to be sent."""
        return not any(s.status in {SpeechStatus.QUEUED, SpeechStatus.SENDING} for s in self._all)

    def add(self, speech: Delivery) -> None:
        """Add a text after the others."""
        self._all.append(speech)
        self.changed(speech)

    def expect(self, speech: Delivery, delta: str) -> None:
        """Note a delta that is about to be sent: its words may come before the answer does."""
        self._aligner.expect(speech, delta)

    def changed(self, speech: Delivery) -> None:
        """Tell of a text that entered another state."""
        if isinstance(speech.error, BadRequest | InvalidRequest):
            self._aligner.forget(speech)
        elif speech.status is SpeechStatus.UNCERTAIN:
            self._aligner.doubt(speech)
        self._on_change(SpeechChanged(speech=speech.speech, status=speech.status))
        if not self._words_told:
            self._settle_unheard()

    def hear(self, words: Iterable[WordEvent]) -> tuple[Heard, ...]:
        """Give each spoken word to the text it belongs to; say what of which text that is."""
        batch = tuple(words)
        if batch:
            self._told_at = self._clock()
            self._lags.append(min(self._told_at - batch[0].start, LONGEST_LAG))
        places = self._aligner.take(batch)
        for word, place in zip(batch, places, strict=True):
            self._hear(word, place.speech)
        return places

    def _hear(self, word: WordEvent, speech: Delivery | None) -> None:
        self._latest = max(self._latest, word.end)
        if speech is not None:
            self._ends[speech.id] = word.end
            speech.add_word(word)
            self._change(speech, SpeechStatus.SPEAKING)

    def settle(self) -> float | None:
        """Say of each text that was sent whole, and whose last word is over, what became of it.

        Returns the seconds until that may be true of another one; None when no time is known.
        """
        waits = [
            self._settle(speech)
            for speech in self._all
            if speech.whole and speech.status in {SpeechStatus.SENT, SpeechStatus.SPEAKING}
        ]
        return min((wait for wait in waits if wait is not None), default=None)

    def _settle(self, speech: Delivery) -> float | None:
        now = self._clock()
        whole_since = self._whole_since.setdefault(speech.id, now)
        begun = speech.status is SpeechStatus.SPEAKING
        silent_since = max(self._latest + max(self._lags), self._latest, self._told_at)
        if begun and self._aligner.is_spoken(speech):
            status, end = SpeechStatus.SPOKEN, self._ends[speech.id]
        elif not self.words_may_come:
            return None
        elif begun and self._aligner.may_be_spoken(speech):
            status, end = SpeechStatus.SPOKEN, silent_since + NO_MORE_WORDS
        elif self._aligner.is_spoken(speech):  # others were heard after it, and it was not
            status, end = SpeechStatus.UNCERTAIN, silent_since + NO_MORE_WORDS
        elif begun or not has_letters(speech.said):
            unsaid = self._aligner.seconds_left(speech) + UNSAID_AFTER
            status, end = SpeechStatus.UNCERTAIN, max(silent_since, whole_since) + unsaid
        else:  # it may still be on its way to the voice
            return None
        if now < end:
            return end - now
        self._aligner.settle(speech)
        self._change(speech, status)
        return None

    def next_sentence(self) -> str | None:
        """Return the sentence to come, as much of it as is written; None within a sentence."""
        text, said = "", 0
        for speech in self._all:
            if not speech.status.ended:
                if spoken := self._aligner.spoken_characters(speech):
                    said = len(text) + spoken
                text += speech.text + "\n\n"
        window = text[max(0, said - LOOK_BACK) : said + LOOK_AHEAD]
        said = min(said, LOOK_BACK)
        ends = [0, *sentence_ends(window), len(window)]
        begin = next(at for at in ends if at >= said)
        if any(character.isalnum() for character in window[said:begin]):
            return None
        return window[begin : next((at for at in ends if at > begin), begin)]

    def unsaid(self) -> str:
        """Return what was not said yet, as far as it is written."""
        marks = table().sentence_marks
        rests = (
            speech.text[self._aligner.spoken_characters(speech) :]
            for speech in self._all
            if not speech.status.ended
        )
        return " ".join(filter(None, (rest.lstrip(marks).strip() for rest in rests)))

    def expect_no_words(self) -> None:
        """Note that the server tells no words: having been sent is all there is to wait for."""
        self._words_told = False
        self._settle_unheard()

    def fail_unsent(self, error: Exception) -> None:
        """Give up what was not sent whole."""
        for speech in self._all:
            if not speech.whole:
                self._change(speech, SpeechStatus.FAILED, error)

    def fail(self, error: Exception) -> None:
        """Give up all of it: the session was never opened."""
        for speech in self._all:
            self._change(speech, SpeechStatus.FAILED, error)

    def interrupt(self) -> None:
        """Say that the session was cut short."""
        for speech in self._all:
            self._change(speech, SpeechStatus.INTERRUPTED)

    def complete(self, end_reason: str | None, *, to_the_end: bool) -> None:
        """Say that the session has ended by itself, `to_the_end` of its text or cut short."""
        for speech in self._all:
            if speech.whole:
                heard = to_the_end or self._aligner.is_spoken(speech)
                self._change(speech, SpeechStatus.SPOKEN if heard else SpeechStatus.INTERRUPTED)
            elif not speech.may_move:
                self._change(speech, SpeechStatus.FAILED, StreamClosed(end_reason))

    def left_over(self) -> list[Delivery]:
        """Give away what is to be said on in another session."""
        left = [speech for speech in self._all if speech.may_move and not speech.status.ended]
        self._all = [speech for speech in self._all if speech not in left]
        for speech in left:
            speech.may_move = False  # once
        return left

    def _settle_unheard(self) -> None:
        for speech in self._all:
            if speech.status is SpeechStatus.SENT:
                self._change(speech, SpeechStatus.UNCERTAIN)

    def _change(
        self, speech: Delivery, status: SpeechStatus, error: Exception | None = None
    ) -> None:
        if speech.become(status, error):
            self.changed(speech)
