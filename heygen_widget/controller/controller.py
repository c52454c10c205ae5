"""`AvatarController`: an avatar without its widget.

Owns the connection and the sessions, and tells everyone who follows them: ledger, leases, pages,
waiters and callbacks. Its verbs may be called from any thread; they hand over to the private loop,
which alone touches sessions. Knows no notebook and no particular kind of session.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args

from pydantic import ValidationError

from heygen_widget.api._birth import Birth
from heygen_widget.api.plain import one_line
from heygen_widget.bridge import Bridge, bridge, wait_awaited, wait_blocking
from heygen_widget.controller.accepted import Accepted
from heygen_widget.controller.backend import Backend, Handler
from heygen_widget.controller.callbacks import CallbackContext, show_traceback, wait_for_callbacks
from heygen_widget.controller.port import FrontendPort
from heygen_widget.controller.publisher import Publisher
from heygen_widget.controller.state_waiter import PLAYING, StateWaiter
from heygen_widget.frontend.browser_message import BrowserMessage, id_of
from heygen_widget.frontend.protocol import (
    Finish,
    Hello,
    PageReport,
    Playback,
    Problem,
    Stop,
    read_browser_message,
)
from heygen_widget.lifecycle import avatars
from heygen_widget.lifecycle.at_exit import await_signals, wait_at_exit
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.reports.event_log import EventLog
from heygen_widget.reports.ledger import ledger
from heygen_widget.session import (
    SessionEvent,
    SessionStatus,
    SpeechChanged,
    SpeechStatus,
    StatusChanged,
)
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.writers import TextSource

OnInterrupt: TypeAlias = Literal["wait", "stop"]
"""What interrupting a cell ends: only the wait, or also the session."""

MOST_EVENTS: Final = 10_000
"""The number of events kept; older ones are dropped."""

_log = logging.getLogger(__name__)
# Without a handler, Python would print warnings into whichever cell ran last.
logging.getLogger("heygen_widget").addHandler(logging.NullHandler())

D = TypeVar("D", bound=Delivery)

wait_at_exit(wait_for_callbacks)


class AvatarController:
    """An avatar: one session at a time, and all who follow it.

    Attributes
    ----------
    backend, queue
        The kind of session, and its sessions.
    publisher
        Tells its pages.
    waiter
        Knows who waits for its sessions.
    port
        Leads to its pages; None until it is attached.
    events
        What happened, as far as it is kept.
    page
        What the page that came last said of itself.
    closed
        Whether it opens no more sessions.
    """

    def __init__(
        self,
        name: str,
        avatar_id: str,
        connection: Connection,
        backend: Backend,
        *,
        interrupt: OnInterrupt = "wait",
        floating: bool = True,
    ) -> None:
        check_choice("interrupt", interrupt, OnInterrupt)
        self.connection = connection
        self.backend = backend
        self.queue = backend.queue
        self.publisher = Publisher(backend, rehearsal=connection.rehearsal, floating=floating)
        self.waiter = StateWaiter(self.queue)
        self.port: FrontendPort | None = None
        self.page: PageReport | None = None
        self.closed = False
        self._name = name
        self._avatar_id = avatar_id
        self._stops_when_interrupted = interrupt == "stop"
        self._birth = Birth("avatar")
        self.events = EventLog(MOST_EVENTS)
        self._accepted = Accepted()
        self._handlers: list[Handler] = [
            (Hello, self._greet),
            (Finish, lambda _: self.queue.finish()),
            (Stop, lambda _: self.queue.stop()),
            (Playback, self.waiter.hear),
        ]
        self._handlers += backend.attach(self)
        self.queue.on_failure = partial(self.show_failure, "Handling a session event")
        for follow in (
            self._record,
            backend.follow,
            self._log_event,
            self.publisher.follow,
            self._show_broken_source,
            self.waiter.follow,
        ):
            self.queue.subscribe(follow)
        for end in (self._record_end, self.waiter.follow):
            self.queue.subscribe_to_ends(end)
        avatars.register(self)

    def attach(self, port: FrontendPort) -> None:
        """Be shown through `port`."""
        self.port = port
        self.publisher.attach(port)
        if self.connection.lasting:
            await_signals()
            bridge.submit(self.connection.end_orphans())

    def handle(self, kind: type[Any], handler: Callable[[Any], object]) -> None:
        """Have `handler` called with each browser message of a kind, after the handlers before."""
        self._handlers.append((kind, handler))

    def speech(self, make: Callable[..., D], text: TextSource, **options: Any) -> D:
        """Make a speech that heeds interrupts and shows, in this cell, why its source broke off."""
        context = CallbackContext(self.show_failure)
        stop = partial(bridge.call, self.queue.stop)
        return make(
            text,
            interrupted=stop if self._stops_when_interrupted else None,
            unheeded=partial(context.call, show_traceback, name="Showing why the text failed"),
            **options,
        )

    def finish(self) -> None:
        """Accept no more text; the session ends once everything queued is spoken."""
        self.loop.call(self.queue.finish)

    def stop(self) -> None:
        """End the session now, in any state."""
        self.loop.call(self.queue.stop)

    def close(self) -> None:
        """Stop, open no more sessions, and leave every page."""
        self.stop()  # what an abandoned one still speaks, too
        if self.closed:
            return
        self._leave()
        if self.port is not None:
            self.port.close()

    def abandon(self) -> None:
        """Speak what is queued, then end: nobody can reach this avatar any more."""
        # Where the loop is gone, so are the sessions; a process that ends can start no other.
        if not self.closed and bridge.running:
            self.finish()
            self._leave()
        self.closed = True

    def wait(self, state: str, timeout: float | None) -> SessionStatus:
        """Block until the session has reached `state`, or has ended; see `SessionWidget.wait`."""
        if state == PLAYING:
            raise ValueError(
                "A blocked cell cannot hear the browser: use await avatar.until('playing')."
            )
        self._birth.check()
        with self.stopped_by_interrupts(when=self._stops_when_interrupted):
            return wait_blocking(self.waiter.until(state), timeout)

    async def until(self, state: str) -> SessionStatus:
        """Await the same; also ``"playing"``."""
        self._birth.check()
        with self.stopped_by_interrupts(when=self._stops_when_interrupted):
            return await wait_awaited(self.waiter.until(state))

    @property
    def in_session(self) -> bool:
        """Whether a session is open or about to be, and not ending."""
        newest = self.loop.ask(lambda: self.queue.newest)
        return newest is not None and not newest.ending

    def finishes(self) -> bool:
        """Take no more text; say whether there is an end to wait for."""
        self.finish()
        return not self.loop.ask(lambda: self.queue.idle)

    @contextmanager
    def stopped_by_interrupts(self, *, when: bool = True) -> Iterator[None]:
        """Stop the session where an interrupt ends the block."""
        try:
            yield
        except (KeyboardInterrupt, asyncio.CancelledError):
            if when:
                self.stop()
            raise

    def refuse_if_closed(self) -> None:
        """Raise a `RuntimeError` if it is closed: nobody would see what is paid for."""
        self._birth.check()
        if self.closed:
            raise RuntimeError(
                f"This avatar is closed. Create another one: avatar = {self._name}(); avatar"
            )

    def expect_page(self) -> None:
        """Prepare for a page that is about to come."""
        self.publisher.expect_page()
        self.backend.expect_page()

    def warm_up(self) -> None:
        """Start the embedded server in advance, if it will be needed."""
        bridge.submit(self.connection.warm_up())

    @property
    def loop(self) -> Bridge:
        """The private loop, on which the sessions live; a forked child's is another one."""
        self._birth.check()
        return bridge

    @property
    def playback(self) -> Playback | None:
        """What a page said last of what it plays."""
        return self.waiter.playback

    @property
    def transport_summary(self) -> str:
        """How the picture reaches a page, and why so."""
        return self.backend.transport_summary

    @property
    def summary(self) -> str:
        """One line on how it stands."""
        now = self.queue.snapshot
        rehearsal = "rehearsal, " if self.connection.rehearsal else ""
        return f"{self._name} {rehearsal}{now.state}, {now.elapsed:.0f} s, {now.cost_text}"

    def show_failure(self, name: str, error: BaseException) -> None:
        """Say in the pages what failed."""
        try:
            shown = repr(error)
        except Exception:  # noqa: BLE001 (it may be the user's own error, and of any kind)
            shown = type(error).__name__
        self.publisher.problem(Problem(title=f"{name} failed.", hint=one_line(shown)))

    def hear(self, content: object) -> None:
        """Take a message of a page, on any thread."""
        try:
            message = read_browser_message(content)
        except ValidationError as error:
            _log.warning("The browser sent an unknown message: %s", one_line(str(error)))
            problem = Problem(title="The browser sent an unknown message.", hint="Reload the page.")
            self.publisher.problem(problem, of=id_of(content))
            return
        bridge.call(self._obey, message)

    # From here on: on the private loop.

    def _obey(self, message: BrowserMessage) -> None:
        if self._accepted.lacks_predecessor(message):
            return
        try:
            if not self._accepted.has(message):
                self._dispatch(message)
        except ValueError as error:
            problem = Problem(title="This cannot be done.", hint=str(error))
            self.publisher.problem(problem, of=message.id)
        except Exception as error:  # noqa: BLE001 (a page repeats what is not answered)
            _log.exception("A message of a page could not be handled.")
            problem = Problem(title="This failed in the kernel.", hint=one_line(repr(error)))
            self.publisher.problem(problem, of=message.id)
        else:
            self._accepted.add(message)
            self.publisher.ack(message.id)

    def _dispatch(self, message: BrowserMessage) -> None:
        for kind, handle in self._handlers:
            if isinstance(message, kind):
                handle(message)

    def _greet(self, message: Hello) -> None:
        self.page = message.page or self.page
        self.publisher.catch_up(player=not message.player)

    def _leave(self) -> None:
        self.closed = True
        bridge.submit(self._disconnect())

    async def _disconnect(self) -> None:
        """Close the connections of sessions that were told to end, once they have."""
        await self.queue.rest()
        await self.connection.aclose()

    # What follows the sessions.

    def _record(self, epoch: int, event: SessionEvent) -> None:
        session = self.queue.current
        if isinstance(event, StatusChanged) and session is not None:
            self.connection.keep_lease(self.queue.snapshot)
            rehearsal = self.connection.rehearsal
            ledger.open(session, epoch, avatar=self._avatar_id, rehearsal=rehearsal)

    def _record_end(self, _: int) -> None:
        self.connection.keep_lease(self.queue.snapshot)
        if self.queue.current is not None:
            ledger.close(self.queue.current)

    def _log_event(self, _: int, event: SessionEvent) -> None:
        self.events.append(event)
        if self.port is not None:
            self.port.notify(event)

    def _show_broken_source(self, _: int, event: SessionEvent) -> None:
        """Say in the page why the source of a text broke off: perhaps nobody waits for it."""
        session = self.queue.current
        if not isinstance(event, SpeechChanged) or event.status != SpeechStatus.FAILED:
            return
        for each in session.speeches if session else ():
            if each.speech is event.speech and each.source_error is not None:
                self.show_failure("The text source", each.source_error)


def check_choice(name: str, given: str, choices: object) -> None:
    """Raise a `ValueError` that names the choices unless `given` is one of them."""
    known = get_args(choices)
    if given not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, not {given!r}.")
