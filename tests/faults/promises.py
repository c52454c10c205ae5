"""What a session promises when the network misbehaves, as measures of any size.

The tests hold small ones; the benchmarks show large ones. Each goes through the proxy over real
HTTP, and is judged by what the server itself says afterwards, past the proxy.
"""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from heygen_widget import Avatar, LocalServer
from heygen_widget.api import AsyncHeyGen
from heygen_widget.api.models import CreateAvatarRealtimeTextStream
from heygen_widget.session import (
    Delivery,
    Session,
    SessionEvent,
    SessionStatus,
    SpeechStatus,
    StatusChanged,
    WordsSpoken,
)
from heygen_widget.session.base import SessionSetup
from tests.faults.plans import Chances, Fault, Operation, Plan, Script, calm
from tests.faults.proxy import HOLD, Exchange, Proxy
from tests.faults.swift import swift_server

PATIENCE: Final = 0.5
"""Seconds the client waits for an answer that does not come, once there is a session."""

CALM_PATIENCE: Final = 10.0
"""The same where every answer comes: a busy machine must not add a fault to those of the plan."""

SEED: Final = "Listen."


class Server(Protocol):
    """The embedded avatar server, wherever it runs."""

    @property
    def base_url(self) -> str:
        """Its address."""

    @property
    def api_key(self) -> str:
        """Its key."""


@dataclass(slots=True)
class Scene:
    """A session that runs through a proxy."""

    session: Session
    seed: Delivery
    proxy: Proxy
    running: asyncio.Task[None]
    server: Server
    events: list[SessionEvent] = field(default_factory=list)

    async def spoken(self) -> list[str]:
        """Return all words that the server spoke, asked without the proxy, once it has ended."""
        assert self.session.stream_id is not None
        async with AsyncHeyGen(self.server.api_key, self.server.base_url) as client:
            stream = client.avatar_realtime.words(self.session.stream_id)
            return [word.word async for batch in stream for word in batch.words]

    async def alive(self) -> bool:
        """Return whether the server still runs, and bills, the session; asked without the proxy."""
        assert self.session.stream_id is not None
        async with AsyncHeyGen(self.server.api_key, self.server.base_url) as client:
            answer = await client.avatar_realtime.get(self.session.stream_id)
        return answer.status in {"pending", "streaming"}

    @property
    def told(self) -> list[str]:
        """The words that the session's events told, each as often as it was told."""
        news = (event for event in self.events if isinstance(event, WordsSpoken))
        return [word.word for event in news for word in event.words]


async def _text_stream(text: str) -> CreateAvatarRealtimeTextStream:
    return CreateAvatarRealtimeTextStream(avatar_id="a", voice_id="v", text=text)


@asynccontextmanager
async def scene(
    server: Server,
    plan: Plan = calm,
    *,
    seed: str = SEED,
    retry_after: float = 0,
    hold: float = HOLD,
) -> AsyncIterator[Scene]:
    """Open a session through a proxy; it is stopped when the block is left."""
    async with (
        Proxy(server.base_url, plan, retry_after=retry_after, hold=hold) as proxy,
        AsyncHeyGen(server.api_key, proxy.base_url) as client,
    ):

        async def connect() -> AsyncHeyGen:
            return client

        events: list[SessionEvent] = []
        patient = isinstance(plan, Script) and not plan.endless
        patience = CALM_PATIENCE if patient else PATIENCE

        def note(event: SessionEvent) -> None:
            events.append(event)
            if isinstance(event, StatusChanged) and event.status is SessionStatus.PENDING:
                # Only now: creating is not repeated.
                wire = session._server.wire
                wire.settings = replace(wire.settings, timeout=patience)

        speech = Delivery(seed)
        session = Session(
            SessionSetup(connect), _text_stream, speech=speech, takes_text=True, on_event=note
        )
        running = asyncio.create_task(session.run())
        try:
            yield Scene(session, speech, proxy, running, server, events)
        finally:
            proxy.plan = calm
            session.stop()
            await running


@dataclass(frozen=True, slots=True, kw_only=True)
class Deltas:
    """What became of many deltas.

    Attributes
    ----------
    lost
        Words that were never spoken, although nothing says that they might not have been.
    doubled
        Words spoken more than once, likewise.
    disordered
        Words spoken after one that was to come later, likewise.
    uncertain
        Speeches marked so.
    twice
        Those of them that were spoken more than once.
    undecidable
        Deltas that were lost while every question for the server's count was lost too.
    faults
        How often each fault was met by a request for more text.
    requests
        For more text.
    seconds
        From the first delta to the last word.
    """

    lost: list[str]
    doubled: list[str]
    disordered: list[str]
    uncertain: int
    twice: int
    undecidable: int
    faults: Counter[Fault]
    requests: int
    seconds: float


async def speak_deltas(count: int, rate: float = 0.3, seed: int = 1) -> Deltas:
    """Say `count` words one by one while `rate` of all requests fail, but the one that creates."""
    failing = {Operation.APPEND: rate, Operation.GET: rate, Operation.WORDS: rate}
    return await say_words(count, Chances(failing, seed))


async def say_words(count: int, plan: Plan, hold: float = HOLD) -> Deltas:
    """Say `count` words one by one on a line with such faults."""
    words = syllables(count)
    async with swift_server() as server, scene(server, plan, hold=hold) as on:
        began = time.monotonic()
        speeches = [Delivery(word) for word in words]
        for speech in speeches:
            on.session.say(speech)
        on.session.finish()
        await on.running
        seconds = time.monotonic() - began
        spoken = await on.spoken()
        appends = on.proxy.of(Operation.APPEND)
    doubtful = [speech for speech in speeches if speech.status is SpeechStatus.UNCERTAIN]
    unsure = {s.text.strip() for s in speeches if s.status is not SpeechStatus.SPOKEN}
    counts = Counter(spoken)
    places = {word: place for place, word in enumerate(words)}
    sure = [word for word in dict.fromkeys(spoken) if word not in unsure]
    known = [places[word] for word in sure if word in places]
    return Deltas(
        lost=[word for word in words if not counts[word] and word not in unsure],
        doubled=[word for word in words if counts[word] > 1 and word not in unsure],
        disordered=[words[b] for a, b in itertools.pairwise(known) if b < a],
        uncertain=len(doubtful),
        twice=sum(counts[word] > 1 for word in unsure),
        undecidable=undecidable(appends),
        faults=Counter(each.fault for each in appends if each.fault),
        requests=len(appends),
        seconds=seconds,
    )


def undecidable(appends: Sequence[Exchange]) -> int:
    """Count the deltas that were lost in such a way that no answer could tell what became of them.

    After a lost delta blanks are sent until one is answered. None is, if the next delta follows.
    """
    doubts = 0
    lost = False
    for each in appends:
        if each.fault is Fault.REFUSED:
            continue  # a refusal leaves no doubt
        blank = not _delta(each).strip()
        doubts += lost and not blank
        lost = (lost or not blank) and not each.answered
    return doubts


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was told of the words while their stream was cut.

    Attributes
    ----------
    faults
        How often it met each fault.
    spoken
        By the server.
    told
        By the session's events.
    owned
        By the speeches, one after the other.
    """

    faults: Counter[Fault]
    spoken: list[str]
    told: list[str]
    owned: list[str]


async def cut_words(faults: Sequence[Fault], count: int) -> Words:
    """Let a session speak `count` words while the stream of them meets one fault after the other.

    A cut comes about 80 bytes after the one before, and a word takes about 60 of them and 0.15 s.
    """
    async with (
        swift_server(seconds=0.15) as server,
        scene(server, Script(words=faults)) as on,
    ):
        speeches = [Delivery(word) for word in syllables(count)]
        for speech in speeches:
            on.session.say(speech)
        on.session.finish()
        await on.running
        return Words(
            faults=on.proxy.faults,
            spoken=await on.spoken(),
            told=on.told,
            owned=[word.word for speech in [on.seed, *speeches] for word in speech.speech.words],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pour:
    """How a fast stream of tokens reached the server.

    Attributes
    ----------
    tokens, requests
        How many.
    whole
        Whether the server got exactly the text that was produced.
    first
        Seconds from the first token until it was sent.
    ahead
        Seconds from the making of a token until it was at the server, at worst.
    seconds
        How long the producer took; more than planned where it was held back.
    """

    tokens: int
    requests: int
    whole: bool
    first: float
    ahead: float
    seconds: float

    @property
    def saving(self) -> float:
        """Tokens in a request."""
        return self.tokens / self.requests


async def pour_tokens(
    per_second: int = 2000, seconds: float = 60, round_trip: float = 0.15
) -> Pour:
    """Let an avatar speak what a fast model says, over a slow line."""
    count = round(per_second * seconds)
    tokens = [f"{word} " for word in itertools.islice(itertools.cycle(syllables(1000)), count)]
    made: list[float] = []
    began = 0.0

    async def model() -> AsyncIterator[str]:
        for number, token in enumerate(tokens):
            due = began + number / per_second
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            made.append(time.monotonic())
            yield token

    with LocalServer() as server:
        async with Proxy(server.base_url, round_trip=round_trip) as proxy:
            client = AsyncHeyGen(server.api_key, proxy.base_url)
            avatar = Avatar(client=client)
            try:
                avatar.speak(SEED)
                await avatar.until("streaming")
                before = len(proxy.of(Operation.APPEND))
                began = time.monotonic()
                avatar.speak(model())
                appends = await _all_of(proxy, before, sum(map(len, tokens)))
            finally:
                await asyncio.to_thread(avatar.close)
                await client.aclose()
    return _judged(tokens, made, appends)


async def _all_of(proxy: Proxy, before: int, characters: int) -> list[Exchange]:
    """Wait until so much text has reached the server; return the requests that brought it."""
    while True:
        appends = [each for each in proxy.of(Operation.APPEND)[before:] if each.reached]
        if sum(len(_delta(each)) for each in appends) >= characters:
            return appends
        await asyncio.sleep(0.05)


def _judged(tokens: list[str], made: list[float], appends: list[Exchange]) -> Pour:
    arrived = []  # when each character was at the server
    for each in appends:
        arrived += [each.reached or 0.0] * len(_delta(each))
    ends = itertools.accumulate(map(len, tokens))
    delays = [arrived[end - 1] - at for end, at in zip(ends, made, strict=True)]
    return Pour(
        tokens=len(tokens),
        requests=len(appends),
        whole="".join(map(_delta, appends)).rstrip() == "".join(tokens).rstrip(),
        first=appends[0].came - made[0],
        ahead=max(delays),
        seconds=made[-1] - made[0],
    )


def _delta(exchange: Exchange) -> str:
    delta: str = json.loads(exchange.body)["delta"]
    return delta


def syllables(count: int) -> list[str]:
    """Return up to 1,360 different words of one syllable, none of which is a part of another."""
    sounds = itertools.product("aeiou", "bdfghjklmnprstvwz", "bdfgklmnprstvxzc")
    return [f"{first}{vowel}{last}" for vowel, first, last in itertools.islice(sounds, count)]
