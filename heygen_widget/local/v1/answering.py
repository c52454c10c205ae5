"""Runs a responder outside the event loop, one text after another.

Knows no session: the caller that adds a text names the task that speaks the answer.
"""

import logging
from collections import deque
from threading import Lock, Thread
from typing import Final

from heygen_widget.local.v1.bodies import MAX_TEXT
from heygen_widget.local.v1.responder import Responder
from heygen_widget.local.v1.tasks import Task, TaskQueue, beginning

MAX_THREADS: Final = 4
"""One is answering; the others are stuck in dropped answers."""

_logger = logging.getLogger(__name__)


class ResponderQueue:
    """The answers of one session, in order. Thread-safe.

    Parameters
    ----------
    responder
        Who answers. It may block, or never end.
    tasks
        Where the answers wait to be spoken. An answer ends where there is no more room for it.
    """

    def __init__(self, responder: Responder, tasks: TaskQueue) -> None:
        self._responder = responder
        self._tasks = tasks
        # All that follows is guarded by the lock.
        self._lock = Lock()
        self._waiting: deque[tuple[str, Task]] = deque()
        self._threads = 0
        self._stuck = 0  # threads that were at work when the answers were dropped
        self._round = 0  # counts how often that was

    def add(self, text: str, task: Task) -> None:
        """Let `task` speak the answer to `text` as it arrives, after all other answers."""
        with self._lock:
            self._waiting.append((text, task))
            if self._threads == self._stuck < MAX_THREADS:
                self._threads += 1
                Thread(target=self._work, args=(self._round,), name="answer", daemon=True).start()

    def drop(self) -> None:
        """Drop all answers; the current one ends at its next piece."""
        with self._lock:
            self._waiting.clear()
            self._round += 1
            self._stuck = self._threads

    def _work(self, began: int) -> None:
        while True:
            with self._lock:
                if began != self._round:  # it was stuck, and is free again
                    began = self._round
                    self._stuck -= 1
                    needed = self._threads - 1 == self._stuck
                else:
                    needed = True
                if not (needed and self._waiting):
                    self._threads -= 1
                    return
                text, task = self._waiting.popleft()
            try:
                self._answer(text, task, began)
            except Exception:
                _logger.exception("The responder failed; its answer ends here.")
            finally:
                task.track.close_input()

    def _answer(self, text: str, task: Task, began: int) -> None:
        answer = self._responder(text)
        left = MAX_TEXT
        for piece in [answer] if isinstance(answer, str) else answer:
            if began != self._round or left <= 0:
                return
            task.append(beginning(piece[:left], self._tasks.room + task.spare))
            left -= len(piece)
