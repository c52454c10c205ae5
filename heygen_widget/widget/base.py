"""The base of all widgets with sessions: trait, pages, ending and waiting.

Verbs may be called from any thread; they hand over to the private loop, which alone touches
sessions and writes the trait. Knows no particular kind of session.
"""

import asyncio
import logging
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from types import TracebackType
from typing import Any, ClassVar, Final, Literal, Self, TypeAlias, get_args

import anywidget
import traitlets
from pydantic import ValidationError

from heygen_widget.api._birth import Birth
from heygen_widget.api.plain import one_line
from heygen_widget.bridge import Bridge, bridge, wait_awaited, wait_blocking
from heygen_widget.controller.accepted import Accepted
from heygen_widget.controller.callbacks import Home, Observers, show_traceback, wait_for_callbacks
from heygen_widget.controller.publisher import Display
from heygen_widget.controller.state_waiter import PLAYING, Waiting
from heygen_widget.frontend.bundles import STATIC
from heygen_widget.frontend.protocol import (
    BrowserMessage,
    Finish,
    Hello,
    PageReport,
    Playback,
    Problem,
    Stop,
    Yield,
    id_of,
    read_browser_message,
    to_browser,
)
from heygen_widget.lifecycle.at_exit import end_at_exit, process_ends, wait_at_exit
from heygen_widget.lifecycle.connection import Connection
from heygen_widget.reports.diagnosis import Standing
from heygen_widget.reports.event_log import EventLog, History
from heygen_widget.session import SessionEvent, SessionStatus, SpeechChanged, SpeechStatus
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.queue import SessionQueue
from heygen_widget.transport.running_cell import watch_cells
from heygen_widget.widget.cells import MadeInCells, runs_unseen
from heygen_widget.widget.headless import keep_up_to_date
from heygen_widget.widget.properties import SessionFacts
from heygen_widget.widget.retention import hold, let_go, weakly
from heygen_widget.widget.saved_output import Bundle, Outputs

OnInterrupt: TypeAlias = Literal["wait", "stop"]
"""What interrupting a cell ends: only the wait, or also the session."""

FIRST_PICTURE: Final = 10.0
"""Seconds that a cell waits for a new session's picture in a notebook that no page shows."""

MOST_EVENTS: Final = 10_000
"""The number of events kept; older ones are dropped."""

_log = logging.getLogger(__name__)
# Without a handler, Python would print warnings, into whichever cell ran last.
logging.getLogger("heygen_widget").addHandler(logging.NullHandler())

wait_at_exit(wait_for_callbacks)

_widgets: "weakref.WeakSet[SessionWidget]" = weakref.WeakSet()
_counter = count(1)
_made_in_cells: MadeInCells["SessionWidget"] = MadeInCells()
_opened_in_cells: MadeInCells[SessionQueue[Any]] = MadeInCells()  # which may outlive their widget


class SessionWidget(SessionFacts, anywidget.AnyWidget):
    """A widget that has one session at a time.

    Parameters
    ----------
    sessions
        Its sessions.
    connection
        The server they are opened at.
    display
        Tells its pages.
    interrupt
        What interrupting a cell ends: only the wait, or with ``"stop"`` also the session.
    """

    # As text: of a path, anywidget would watch the file, and hold every widget to tell of changes.
    _esm = (STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (STATIC / "widget.css").read_text(encoding="utf-8")
    _extras: ClassVar = "local"  # that a rehearsal needs
    session = traitlets.Dict(read_only=True).tag(sync=True)
    _may_be_shown = False  # not while it is made or closed, when ipywidgets asks for its id too

    def __init__(
        self,
        sessions: SessionQueue[Any],
        connection: Connection,
        display: Display,
        *,
        interrupt: OnInterrupt,
    ) -> None:
        watch_cells()
        self._birth = Birth("avatar")
        self._sessions = sessions
        self._connection = connection
        self._display = display
        self._stops_when_interrupted = interrupt == "stop"
        self._events = EventLog(MOST_EVENTS)
        self._waiting = Waiting(sessions)
        self._accepted = Accepted()
        failed = weakly(self._show_failure)
        self._home = Home(failed)
        self._observers = Observers(failed)
        self._outputs = Outputs(weakly(self._widget), extras=self._extras)
        self._noting: set[asyncio.Task[None]] = set()
        self._yielded = 0  # number of the last session that a page has done with
        self._page: PageReport | None = None  # what the page that came last said of itself
        super().__init__()
        self.on_msg(weakly(self._hear_browser))
        let_go(self)
        self._may_be_shown = True
        self._made = next(_counter)
        _widgets.add(self)
        for older in _made_in_cells.add(self):
            older.close()
        for opened in _opened_in_cells.add(sessions):
            bridge.call(opened.stop)
        if connection.lasting:
            end_at_exit(sessions, connection)
            bridge.submit(connection.end_orphans())

    def finish(self) -> None:
        """Accept no more text: queued text is still spoken, then the session ends by itself.

        Examples
        --------
        >>> avatar.finish()  # doctest: +SKIP
        """
        self._loop.call(self._sessions.finish)

    def stop(self) -> None:
        """End the session now, in any state. Harmless without a session.

        Examples
        --------
        >>> avatar.stop()  # doctest: +SKIP
        """
        self._loop.call(self._sessions.stop)

    def close(self) -> None:
        """Stop, and remove the widget from every page. Harmless when closed already.

        Examples
        --------
        >>> avatar.close()  # doctest: +SKIP
        """
        if self.comm is None:
            return
        self.stop()
        self._loop.submit(_leave(self._sessions, self._connection))
        self._may_be_shown = False
        super().close()
        bridge.call(self._renew_outputs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop()
        elif self._finishes():
            with self._stopped_by_interrupts():
                self.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop()
        elif self._finishes():
            with self._stopped_by_interrupts():
                await self.until()

    def __del__(self) -> None:
        # Where the loop is gone, so are the sessions; a process that ends can start no other.
        if self.comm is not None and bridge.running:
            self.finish()  # what it was told is still said
            bridge.submit(_leave(self._sessions, self._connection))
        self._may_be_shown = False
        super().close()

    def wait(self, state: str = "completed", timeout: float | None = None) -> SessionStatus:
        """Block until the session has reached `state`, or has ended.

        After the end, the transcript is complete and every speech has its final status.

        Parameters
        ----------
        state
            A status, such as ``"streaming"``. Not ``"playing"``: only the browser knows it, and a
            blocked kernel does not hear it; await `until` instead.
        timeout
            Seconds.

        Returns
        -------
        SessionStatus
            The session's state.

        Raises
        ------
        TimeoutError
            When it takes longer.
        HeyGenError
            When the session failed, unless ``"error"`` was waited for.

        Examples
        --------
        >>> avatar.wait("streaming", timeout=30)  # doctest: +SKIP
        """
        if state == PLAYING:
            raise ValueError(
                "A blocked cell cannot hear the browser: use await avatar.until('playing')."
            )
        self._birth.check()
        with self._stopped_by_interrupts(when=self._stops_when_interrupted):
            return wait_blocking(self._waiting.until(state), timeout)

    async def until(self, state: str = "completed") -> SessionStatus:
        """Await what `wait` blocks for; also ``"playing"``, the browser's own word.

        ``"playing"`` needs a kernel that hears the browser while a cell awaits: ipykernel 7.4, or
        7.0 and newer in JupyterLab.

        Examples
        --------
        >>> await avatar.until("playing")  # doctest: +SKIP
        """
        self._birth.check()
        with self._stopped_by_interrupts(when=self._stops_when_interrupted):
            return await wait_awaited(self._waiting.until(state))

    @property
    def transcript(self) -> str:
        """The text spoken so far."""
        raise NotImplementedError

    @property
    def events(self) -> History:
        """The latest `MOST_EVENTS` events, oldest first. Displays as a table."""
        return self._events.history()

    def on_event(self, callback: Callable[[SessionEvent], object], *, remove: bool = False) -> None:
        """Call `callback` with every event from now on; with `remove`, no longer.

        In a notebook it runs in the kernel's main thread, between cells and while one awaits, and
        prints below the cell that called this. Its exceptions are shown in the widget. Without a
        running event loop, callbacks run one after another in a separate thread.

        Examples
        --------
        >>> avatar.on_event(print)  # doctest: +SKIP
        """
        if remove:
            self._observers.remove(callback)
        else:
            self._observers.add(callback)

    def standing(self) -> Standing:
        """Say what pages told of themselves and of the picture, as `diagnose` needs it."""
        return Standing(
            page=self._page,
            playback=self._waiting.playback,
            way=self._way,
            rehearsal=self._connection.rehearsal,
        )

    def __repr__(self) -> str:
        kind = type(self).__name__
        rehearsal = "rehearsal, " if self._connection.rehearsal else ""
        return f"<{kind} {rehearsal}{self.status}, {self.elapsed:.0f} s, {self._cost_text}>"

    @property
    def model_id(self) -> str:
        """The identifier of the widget's model; reading it means that it will be shown."""
        hold(self)
        if self._may_be_shown:
            self._keep_if_unseen()
        return str(super().model_id)

    def _ipython_display_(self) -> None:
        self._expect_page()
        self._keep_if_unseen()
        self._outputs.show(self._state)

    def _repr_mimebundle_(self, **_: Any) -> Bundle:
        self._expect_page()
        return self._outputs.bundle(self._state)

    def _keep_if_unseen(self) -> None:
        """Keep its output up to date where no page shows it, nor what it is put into."""
        if runs_unseen():
            self._outputs.unseen = True
            keep_up_to_date(self)

    def _expect_page(self) -> None:
        if self.comm is not None:
            self._display.expect_page()
            bridge.submit(self._connection.warm_up())

    def _widget(self) -> Bundle:
        """Return what shows the widget itself; nothing does when it is closed."""
        closed = self.comm is None
        return ({}, {}) if closed else (super()._repr_mimebundle_() or ({}, {}))

    @property
    def _loop(self) -> Bridge:
        """The private loop, on which the sessions live; a forked child's is another one."""
        self._birth.check()
        return bridge

    @property
    def _state(self) -> str:
        state = repr(self).strip("<>")
        return f"{state}: {self.error}" if self.error else state

    @property
    def _way(self) -> str:
        """How the picture reaches a page, for a report of what is wrong."""
        raise NotImplementedError

    def _notify_observers(self, event: traitlets.Bunch) -> None:
        # traitlets 5 has no public place between sending a trait and telling its observers.
        if event["name"] == "session":
            self._home.call(super()._notify_observers, event, name="An observer of `session`")
        else:
            super()._notify_observers(event)

    @traitlets.default("session")
    def _first_view(self) -> dict[str, Any]:
        # With the model itself, so that a page knows at once which player it needs.
        return to_browser(self._display.view())

    def _refuse_if_closed(self) -> None:
        self._birth.check()
        if self.comm is None:  # nobody would see what is paid for
            kind = type(self).__name__
            raise RuntimeError(
                f"This avatar is closed. Create another one: avatar = {kind}(); avatar"
            )

    def _finishes(self) -> bool:
        """Take no more text; say whether there is an end to wait for."""
        self.finish()
        return not self._loop.ask(lambda: self._sessions.idle)

    def _unheeded(self) -> Callable[[Exception], object]:
        """Return what shows, in the cell that runs now, why the source of a text broke off."""
        home = Home(weakly(self._show_failure))
        return partial(home.call, show_traceback, name="Showing why the text source failed")

    @contextmanager
    def _stopped_by_interrupts(self, *, when: bool = True) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, asyncio.CancelledError):
            if when:
                self.stop()
            raise

    def _hear_browser(self, _: object, content: object, __: object) -> None:
        """Take a message of the browser, on whichever thread the kernel delivers it."""
        try:
            message = read_browser_message(content)
        except ValidationError as error:
            _log.warning("The browser sent an unknown message: %s", one_line(str(error)))
            problem = Problem(title="The browser sent an unknown message.", hint="Reload the page.")
            self._display.problem(problem, of=id_of(content))
            return
        bridge.call(self._obey, message)

    # From here on: on the private loop.

    def _obey(self, message: BrowserMessage) -> None:
        if self._accepted.lacks_predecessor(message):
            return
        try:
            if not self._accepted.has(message):
                self._carry_out(message)
        except ValueError as error:
            problem = Problem(title="This cannot be done.", hint=str(error))
            self._display.problem(problem, of=message.id)
        else:
            self._accepted.add(message)
            self._display.ack(message.id)

    def _carry_out(self, message: BrowserMessage) -> None:
        """Do what a page asks for, as far as every kind of session can."""
        match message:
            case Hello(player=has_player, page=page):
                self._page = page or self._page
                self._display.catch_up(player=not has_player)
            case Finish():
                self._sessions.finish()
            case Stop():
                self._sessions.stop()
            case Playback():
                self._waiting.hear(message)
            case Yield(epoch=epoch):
                self._yielded = epoch
                self._renew_outputs()

    def _on_event(self, event: SessionEvent) -> None:
        self._events.append(event)
        self._display.tell(event)
        self._show_broken_source(event)
        self._waiting.release()
        self._observers.notify(event)

    def _show_broken_source(self, event: SessionEvent) -> None:
        """Say in the page why the source of a text broke off: perhaps nobody waits for it."""
        match event:
            case SpeechChanged(
                speech=Delivery(source_error=Exception() as error), status=SpeechStatus.FAILED
            ):
                self._show_failure("The text source", error)

    async def _note_end(self, epoch: int, transcript: str) -> None:
        self._outputs.note(epoch, transcript, await self._poster())
        self._renew_outputs()

    async def look(self) -> None:
        """Record the session's state, for a notebook that no page shows."""
        session, epoch = self._sessions.current, self._sessions.epoch
        if session is None:
            return
        poster = None
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_PICTURE):
                if session.stopping or session.status.ended:
                    await self._sessions.rest()
                elif not self._outputs.has_picture_of(epoch):
                    poster = await self._poster(FIRST_PICTURE)
        if session.status.ended or epoch != self._sessions.epoch:
            await asyncio.gather(*self._noting)
        else:
            self._outputs.note(epoch, self.transcript, poster, session.unsaid)

    def write(self) -> None:
        """Write what was noted into the notebook."""
        self._outputs.renew(self._state)

    def _renew_outputs(self) -> None:
        """Write into the notebook what a session left, as soon as no page is in the way."""
        if self._outputs.unseen:
            return  # it is done at the end of the cell
        nobody = not self._display.seen or self.comm is None
        if self._outputs.stale and (nobody or self._yielded == self._sessions.epoch):
            renew = partial(self._outputs.renew, self._state)
            self._home.call(renew, name="Writing the transcript into the notebook")

    async def _poster(self, patience: float = 0.0) -> bytes | None:  # noqa: ARG002 (for others)
        """Return a picture that stands for the session; none where the kernel sees none.

        While the session is open, wait for one, `patience` seconds at most.
        """
        return None

    def _show_failure(self, name: str, error: BaseException) -> None:
        try:
            shown = repr(error)
        except Exception:  # noqa: BLE001 (it is the user's own error, and may be of any kind)
            shown = type(error).__name__
        self._display.problem(Problem(title=f"{name} failed.", hint=one_line(shown)))

    def _on_end(self) -> None:
        self._waiting.release()
        if process_ends():  # a picture would take the time in which sessions are to be ended
            return
        noting = asyncio.get_running_loop().create_task(
            self._note_end(self._sessions.epoch, self.transcript)
        )
        self._noting.add(noting)
        noting.add_done_callback(self._noted)

    def _noted(self, noting: asyncio.Task[None]) -> None:
        self._noting.discard(noting)
        if not noting.cancelled() and (error := noting.exception()) is not None:
            _log.debug("A session was not recorded because the process is ending: %r", error)


def check_choice(name: str, given: str, choices: object) -> None:
    """Raise a `ValueError` that names the choices unless `given` is one of them."""
    known = get_args(choices)
    if given not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, not {given!r}.")


async def _leave(sessions: SessionQueue[Any], connection: Connection) -> None:
    """Close the connections of sessions that were told to end, once they have."""
    await sessions.rest()
    await connection.aclose()


def newest_widget() -> SessionWidget | None:
    """Return the most recently created widget that is not closed."""
    shown = [widget for widget in _widgets if widget.comm is not None]
    return max(shown, key=lambda widget: widget._made, default=None)  # noqa: SLF001 (its own module)
