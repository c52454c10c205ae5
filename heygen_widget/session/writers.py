"""Puts whatever people have into a script: a string, an iterable, an asynchronous iterable.

An asynchronous iterable belongs to the loop it was made on, so it is read there; an iterable may
block, so it is read on a thread of its own.
"""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import TypeAlias

from heygen_widget.bridge import reading_on
from heygen_widget.session.script import Script
from heygen_widget.session.text import pieces

TextSource: TypeAlias = str | Iterable[object] | AsyncIterable[object]

PAUSE = 0.02  # seconds between looks whether there is room again


def write(source: TextSource, script: Script) -> None:
    """Begin to write `source` into `script`; returns at once.

    Raises
    ------
    TypeError
        When it is no text and gives none.
    """
    if isinstance(source, str):
        script.put(source)
        script.close()
        return
    text = pieces(source)
    if isinstance(text, AsyncIterator):
        _write_on_its_loop(text, script)
    else:
        _start(lambda: _write_all(text, source, script))


def _write_all(text: Iterator[str], source: object, script: Script) -> None:
    try:
        for piece in text:
            script.put(piece)
            if not script.wait_for_room():
                _let_go(source)
                return
    except Exception as error:  # noqa: BLE001 (whatever the source raised belongs to the caller)
        script.close(error)
    else:
        script.close()


def _write_on_its_loop(text: AsyncIterator[str], script: Script) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # no loop here: the source has none to belong to
        _start(lambda: asyncio.run(_write_all_async(text, script)))
    else:
        reading_on(loop, loop.create_task(_write_all_async(text, script)))


async def _write_all_async(text: AsyncIterator[str], script: Script) -> None:
    try:
        async for piece in text:
            script.put(piece)
            while not script.has_room:  # noqa: ASYNC110 (room is made on another thread's loop)
                await asyncio.sleep(PAUSE)
            if not script.wanted:
                return
    except Exception as error:  # noqa: BLE001 (whatever the source raised belongs to the caller)
        script.close(error)
    except asyncio.CancelledError:
        script.close(RuntimeError("Its loop ended before the stream of text did."))
        raise
    else:
        script.close()


def _start(work: Callable[[], object]) -> None:
    context = contextvars.copy_context()
    thread = threading.Thread(
        target=context.run, args=(work,), name="heygen-widget writer", daemon=True
    )
    thread.start()


def _let_go(source: object) -> None:
    """End a generator or a language model's stream whose rest nobody wants."""
    close = getattr(source, "close", None)
    if callable(close):
        close()
