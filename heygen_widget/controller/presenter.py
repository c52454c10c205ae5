"""What one avatar presents: tells pages of figures and cues, and calls what cues call.

Cues run in the pages, on the player's clock; a page says when one comes due that calls the kernel.
"""

import warnings
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from heygen_widget.bridge import bridge
from heygen_widget.controller.callbacks import CallbackContext
from heygen_widget.controller.publisher import Publisher
from heygen_widget.frontend.bundles import PRESENTER
from heygen_widget.frontend.cues import Cue, CueHeard, CuesMessage, FigureMessage
from heygen_widget.frontend.protocol import to_browser
from heygen_widget.frontend.words import utf16_length
from heygen_widget.present.cues import Calls, Cues, read_cues
from heygen_widget.present.document import document
from heygen_widget.present.figure import Figure
from heygen_widget.session import CaptionsUnavailable, SessionEvent, SpeechChanged, SpeechStatus
from heygen_widget.session.delivery import Delivery
from heygen_widget.session.text import Marks

KEPT_SESSIONS = 2
"""Sessions whose figures and cues are kept: the current one and, for its take, the one before."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Presented:
    """A text with cues, or with a figure of its own.

    Attributes
    ----------
    cues
        What happens in pages, by the name of a mark; None if marks are text.
    calls
        What is called, which is held weakly: it may refer to the avatar.
    figure
        What is presented with it.
    context
        Where its functions are called.
    delivery
        The text, once there is one.
    epoch
        The number of the session that speaks it; 0 until it is known.
    told
        Cues that pages were told of; None before they were told anything.
    called
        The numbers of the cues whose functions were called.
    """

    cues: dict[str, Cue] | None
    calls: weakref.ReferenceType[Calls]
    figure: Figure | None
    context: CallbackContext
    delivery: Delivery | None = None
    epoch: int = 0
    told: int | None = None
    called: set[int] = field(default_factory=set)

    @property
    def marks(self) -> Marks | None:
        """What finds its cues; None if marks are text."""
        return None if self.cues is None else Marks(self.cues, self._warn)

    def _warn(self, message: str) -> None:
        warn = partial(warnings.warn, message, stacklevel=4)
        self.context.call(warn, name="Warning of a cue")


class Presenter:
    """The figures and cues of one avatar.

    Parameters
    ----------
    publisher
        Sends to its pages.
    on_error
        Called with the name of a function and what it raised.
    """

    def __init__(
        self, publisher: Publisher, on_error: Callable[[str, BaseException], None]
    ) -> None:
        self._publisher = publisher
        self._on_error = on_error
        self._figure: Figure | None = None  # presented last
        self._all: dict[int, Presented] = {}  # by the id of the text
        self._wordless = 0  # the latest session whose server tells no words

    def plan(
        self, cues: Cues | None, calls: Calls, figure: Figure | None = None
    ) -> Presented | None:
        """Read what is asked for with a text; None if that is nothing.

        Raises
        ------
        TypeError, ValueError
            If the cues are not valid.
        """
        if figure is None and cues is None:
            return None
        read = None if cues is None else read_cues(cues, figure or self._figure, calls)
        return Presented(read, weakref.ref(calls), figure, CallbackContext(self._on_error))

    def begin(self, presented: Presented, delivery: Delivery) -> None:
        """Tell pages what is presented with a text, which is about to be queued."""
        self._figure = presented.figure or self._figure
        bridge.call(self._begin, presented, delivery)

    # From here on: on the private loop.

    def _begin(self, presented: Presented, delivery: Delivery) -> None:
        presented.delivery = delivery
        self._all[delivery.id] = presented
        PRESENTER.send_unasked(self._publisher.send)
        self._tell_figure(presented.figure)
        self._tell_cues(presented)

    def greet(self, *, has_presenter: bool) -> None:
        """Bring a new page up to date."""
        if not self._all:
            if not has_presenter:
                PRESENTER.owe()
            return
        if not has_presenter:
            PRESENTER.send(self._publisher.send)
        for figure in dict.fromkeys([*(each.figure for each in self._all.values()), self._figure]):
            self._tell_figure(figure)
        for presented in self._all.values():
            presented.told = None
            self._tell_cues(presented)

    def follow(self, epoch: int, event: SessionEvent) -> None:
        """Tell pages of cues as they are written, and call what no page calls."""
        if isinstance(event, CaptionsUnavailable):
            self._wordless = epoch
            for presented in self._all.values():
                presented.told = None if presented.epoch == epoch else presented.told
        if isinstance(event, SpeechChanged):
            self._note(epoch, event)
        for presented in self._all.values():
            self._tell_cues(presented)

    def hear(self, message: CueHeard) -> None:
        """Call what a cue calls, once, however many pages say that it has come due."""
        presented = self._all.get(message.speech)
        if presented is not None:
            self._call(presented, message.cue)

    def of_session(self, epoch: int) -> tuple[list[Figure], list[CuesMessage]]:
        """Return what was presented in a session, in its order."""
        there = [each for each in self._all.values() if each.epoch == epoch]
        cues = [self._cues(each, each.delivery) for each in there if each.delivery]
        shown = {cue.figure for message in cues for cue in message.cues}
        known = [each.figure for each in self._all.values() if each.figure]
        figures = [each for each in known if each.id in shown or each in _figures(there)]
        return figures, cues

    def _note(self, epoch: int, event: SpeechChanged) -> None:
        presented = self._all.get(event.speech.id)
        if presented is None:
            return
        if presented.epoch != epoch == self._wordless:
            presented.told = None
        presented.epoch = epoch
        self._forget(epoch)
        if event.status == SpeechStatus.SPOKEN and not self._publisher.seen and presented.delivery:
            for number in range(len(presented.delivery.marks)):
                self._call(presented, number)

    def _call(self, presented: Presented, number: int) -> None:
        marks = presented.delivery.marks if presented.delivery else ()
        if number in presented.called or not 0 <= number < len(marks):
            return
        presented.called.add(number)
        name = marks[number].name
        calls = presented.calls()
        for call in calls.get(name, ()) if calls is not None else ():
            presented.context.call(call, name=f"The function of cue {name!r}")

    def _forget(self, epoch: int) -> None:
        old = [
            number
            for number, each in self._all.items()
            if each.epoch and each.epoch <= epoch - KEPT_SESSIONS
        ]
        for number in old:
            del self._all[number]

    def _tell_figure(self, figure: Figure | None) -> None:
        if figure is not None:
            message = FigureMessage(id=figure.id, title=figure.title)
            self._send(message, [document(figure).encode()])

    def _tell_cues(self, presented: Presented) -> None:
        """Tell what pages do not know of the cues of a text."""
        delivery = presented.delivery
        if delivery is None:
            return
        if len(delivery.marks) != presented.told:
            message = self._cues(presented, delivery, presented.told or 0)
            presented.told = message.first + len(message.cues)
            self._send(message)

    def _cues(self, presented: Presented, delivery: Delivery, first: int = 0) -> CuesMessage:
        """Tell of the cues of a text from number `first` on."""
        text, marks = delivery.text, delivery.marks[first:]
        return CuesMessage(
            speech=delivery.id,
            figure=presented.figure.id if presented.figure else None,
            first=first,
            cues=[(presented.cues or {})[mark.name] for mark in marks],
            places=[utf16_length(text[: mark.at]) for mark in marks],
            estimated=presented.epoch == self._wordless != 0,
        )

    def _send(self, message: Any, buffers: list[bytes] | None = None) -> None:
        self._publisher.send(to_browser(message), buffers)


def _figures(presented: list[Presented]) -> list[Figure]:
    return [each.figure for each in presented if each.figure is not None]
