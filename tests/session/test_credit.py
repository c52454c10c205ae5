"""Queues of texts, said by services of many habits: whose words are whose, and when a text ends.

A simulated clock, so that minutes of speech take a moment. Each seed is one session with one
service.
"""
# ruff: noqa: RUF001, E501 - texts of many scripts hold marks that look like others

import random
import re
import unicodedata
from dataclasses import dataclass, field

import pytest

from heygen_widget.api.errors import BadRequest
from heygen_widget.api.models import WordEvent
from heygen_widget.session import Delivery, SpeechStatus
from heygen_widget.session.speeches import LONGEST_LAG, NO_MORE_WORDS, Speeches
from heygen_widget.session.text import is_pronounceable

# What is said otherwise than written, in braces: as written, and as a service may report it.
TEXTS = [
    "In {2026|twenty twenty six|two thousand and twenty-six} we grew by {50%|fifty percent}.",
    "It costs {$5.00|five dollars|$ 5 . 00} for one dollar bill.",
    "The total was {$1,234.56|one thousand two hundred thirty four dollars and fifty six cents}.",
    "Call me at {3:45 PM|three forty five p m} on {Jan. 3|January third}, {2024|twenty twenty four}.",
    "Send it to {info@acme.com|info at acme dot com}, please.",
    "See {https://example.com/a-b|https colon slash slash example dot com slash a dash b}.",
    "Ask {Dr.|Doctor} No, {e.g.|for example} about {C++|C plus plus} and {R&D|R and D}.",
    "{Mr.|Mister} Smith lives at {221B|two twenty one b} Baker {St.|Street}",
    "Version {3.14|three point one four} ({22/7|twenty two over seven}) is {>=|at least} {1.0|one point oh}.",
    "The {1st|first} and the {22nd|twenty second} of {Dec.|December}",
    "The {colour|color} of the {theatre|theater} is {grey|gray}.",
    "Wait… what?! I'm not sure that's it; let's see.",
    "{1|one}, {2|two}, {3|three}.",
    "Yes.",
    "Go to go.",
    "The quick end.",
    "Thanks 👍 for that 🎉!",
    "Am {3. Oktober 2024|dritten Oktober zweitausendvierundzwanzig} war {Hr.|Herr} Müller da.",
    "Das kostet {12,50 €|zwölf Euro fünfzig}, {z.B.|zum Beispiel} für Straßen „als je“!",
    "{M.|Monsieur} Dupont arrive le {1er|premier} mai {1999|mille neuf cent quatre-vingt-dix-neuf} !",
    "¿Cómo estás? ¡Muy bien! La {1.ª|primera} planta.",
    "В {2024|две тысячи двадцать четвёртом} году мы выросли на {15%|пятнадцать процентов}.",
    "你好，世界。{2026|二零二六}年我们增长了{50%|百分之五十}。",
    "{100|百}円です。",
    "가격은 {5,000원|오천 원}입니다.",
    "ราคา {100|หนึ่งร้อย} บาท",
    "តម្លៃ {១០០|មួយរយ} រៀល",
    "السعر {٥٠٪|خمسون بالمئة}.",
    "नमस्ते दुनिया। कीमत {₹500|पाँच सौ रुपये} है।",
]
CHOICE = re.compile(r"\{([^}]*)\}")
PIECES = re.compile(r"[\w'’\u0300-\u036f\u0900-\u0963\u0e31-\u0e4e\u17b4-\u17d3]+|[^\w\s]")
UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff]")


@dataclass
class Service:
    """How a service reports what it says."""

    dice: random.Random
    cut: str = field(init=False)
    marks: str = field(init=False)
    in_full: float = field(init=False)
    lag: float = field(init=False)
    batch: int = field(init=False)

    def __post_init__(self) -> None:
        choose = self.dice.choice
        self.cut = choose(["words", "words", "words", "parts", "pairs", "letters", "whole"])
        self.marks = choose(["apart", "apart", "attached", "final"])
        self.in_full = choose([0.0, 0.5, 1.0])
        self.lag = choose([-1.0, -0.3, 0.2, 1.5, 3.0])
        self.batch = choose([1, 5])

    def says(self, marked: str) -> list[str]:
        """Return what it reports of a text."""
        pieces: list[str] = []
        for number, part in enumerate(CHOICE.split(marked)):
            ways = part.split("|")
            if number % 2 and len(ways) > 1 and self.dice.random() < self.in_full:
                pieces += self.dice.choice(ways[1:]).split()
            else:
                pieces += PIECES.findall(ways[0])
        words = self._with_marks(pieces)
        between = "" if UNSPACED.search(marked) else " "
        match self.cut:
            case "parts":
                return [part for word in words for part in self._parts(word)]
            case "pairs":
                return [between.join(words[at : at + 2]) for at in range(0, len(words), 2)]
            case "letters" if not between:
                return list("".join(words))
            case "whole":
                return [between.join(words)]
        return words

    def _with_marks(self, pieces: list[str]) -> list[str]:
        words: list[str] = []
        for piece in pieces:
            category = unicodedata.category(piece[0])
            if (
                category[0] in "LNM"
                or category in {"Sc", "Sm"}
                or (category[0] == "P" and self.marks == "apart")
            ):
                words.append(piece)
            elif category[0] == "P" and self.marks == "attached" and words:
                words[-1] += piece
        return [*words, "."] if self.marks == "final" else words

    def _parts(self, word: str) -> list[str]:
        at = self.dice.randrange(1, len(word)) if len(word) > 3 else len(word)
        return list(filter(None, [word[:at], word[at:]]))


class Stage:
    """A session of such a service: texts go in, words come late or early, and time passes."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.service = Service(self.dice)
        self.now = 0.0
        self.speeches = Speeches([], lambda _: None, lambda: self.now)
        self.said: list[tuple[WordEvent, Delivery]] = []
        self.told = 0
        self.owners: list[bool] = []
        self.over: dict[int, float] = {}  # when its last word is over
        self.ended: dict[int, float] = {}
        self.voice = 0.3

    def send(self, marked: str, fate: str) -> None:
        written = CHOICE.sub(lambda match: match[1].split("|")[0], marked)
        speech = Delivery(written, raw=True)
        self.speeches.add(speech)
        if fate == "broken":
            written = written[: self.dice.randrange(1, len(written) + 1)]
            marked = written
        speech.said = written + " "
        self.speeches.expect(speech, speech.said)
        speech.become(SpeechStatus.SENDING)
        if fate == "refused":
            speech.become(SpeechStatus.FAILED, BadRequest("No.", status=400))
        elif fate == "broken":
            speech.become(SpeechStatus.FAILED, OSError("The model went away."))
        else:
            speech.whole = True
            speech.become(SpeechStatus.SENT)
        self.speeches.changed(speech)
        if fate != "refused":
            self._say(speech, self.service.says(marked))

    def _say(self, speech: Delivery, words: list[str]) -> None:
        at = max(self.voice, self.now + 0.3)
        for word in words:
            spoken = is_pronounceable(word)
            end = at + (max(0.08, 0.07 * len(word)) if spoken else 0.02)
            self.said.append((WordEvent(word, at, end), speech))
            if spoken:
                self.over[speech.id] = end
            at = end + (0.02 if spoken else 0.25)
        self.voice = at

    def pass_time(self, until: float) -> None:
        while self.now < until:
            self.now += 0.2
            batch = []
            for word, speech in self.said[self.told : self.told + self.service.batch]:
                if word.start + self.service.lag <= self.now:
                    batch.append((word, speech))
            self.told += len(batch)
            heard = self.speeches.hear(word for word, _ in batch)
            self.owners += [
                place.speech is speech for (_, speech), place in zip(batch, heard, strict=True)
            ]
            self.speeches.settle()
            for speech in self.speeches.all:
                if speech.status.ended:
                    self.ended.setdefault(speech.id, self.now)

    def run(self) -> None:
        for _ in range(self.dice.randint(1, 7)):
            fate = self.dice.choices(["said", "broken", "refused"], [8, 1, 1])[0]
            for _ in range(self.dice.choice([1, 1, 1, 2])):  # the same text twice in a row
                marked = self.dice.choice(TEXTS)
                self.send(marked, fate)
            if self.dice.random() < 0.5:
                self.pass_time(self.now + self.dice.random() * 4)
        self.pass_time(self.voice + LONGEST_LAG + 15)


def _said(stage: Stage) -> list[Delivery]:
    return [speech for speech in stage.speeches.all if speech.whole and speech.id in stage.over]


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    made = [Stage(seed) for seed in range(120)]
    for stage in made:
        stage.run()
    return made


def test_words_are_credited_to_the_texts_that_they_are_of(stages: list[Stage]) -> None:
    owners = [owner for stage in stages for owner in stage.owners]
    assert len(owners) > 3000
    # Some cannot be told: whether "two" belongs to "42" or to the "2" of the next text, say.
    assert owners.count(False) < 0.003 * len(owners)


def test_no_text_ends_before_its_last_word_is_over(stages: list[Stage]) -> None:
    said = [(stage, speech) for stage in stages for speech in _said(stage)]
    early = [
        (speech, stage.service)
        for stage, speech in said
        if stage.ended.get(speech.id, 1e9) < stage.over[speech.id] - 1e-6
    ]
    assert len(said) > 400
    assert len(early) <= 0.003 * len(said), early


def test_every_text_ends_soon_after_its_last_word(stages: list[Stage]) -> None:
    for stage in stages:
        told_late = max(0.0, stage.service.lag) + 1.5 * (stage.service.batch > 1)
        delays = [stage.ended[s.id] - stage.over[s.id] for s in _said(stage) if s.id in stage.ended]
        assert len(delays) >= len(_said(stage)) - 1  # of two that are alike, one may stay open
        assert all(delay < 2 * told_late + NO_MORE_WORDS + 15 for delay in delays)


def test_silence_says_nothing_while_no_words_can_come() -> None:
    now = 0.0
    speech = Delivery("It was 2026", raw=True)
    speeches = Speeches([speech], lambda _: None, lambda: now)
    speech.said = "It was 2026 "
    speeches.expect(speech, speech.said)
    speech.whole = True
    speech.become(SpeechStatus.SENT)
    speeches.hear([WordEvent(word, n, n + 1) for n, word in enumerate(["It", "was", "twenty"])])
    speeches.words_may_come = False
    now = 20.0
    assert speeches.settle() is None
    speeches.words_may_come = True
    speeches.hear([WordEvent("twenty", 3, 4), WordEvent("six", 4, 5)])
    assert speeches.settle() is not None  # words held up by the line say that more may be
    now = 60.0
    speeches.settle()
    assert speech.status is SpeechStatus.SPOKEN
