"""Writes users' text sources into a script: a string, an iterable, an asynchronous iterable.

An asynchronous iterable belongs to the loop it was made on, so it is read there; an iterable may
block, so it is read on a thread of its own. When nobody wants more of it, it is read no further,
even while it keeps its reader waiting, and closed.
"""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from heygen_widget.bridge import bridge, reading_on
from heygen_widget.session.closing import break_off, close, close_async
from heygen_widget.session.script import Script, mouthfuls
from heygen_widget.session.text import UnspeakableChunk, pieces

TextSource: TypeAlias = str | Iterable[object] | AsyncIterable[object]

GLANCE = 0.1  # seconds that the first item of a stream may take to be refused at once
PAUSE = 0.02  # seconds between looks whether there is room again
GRACE = 0.1  # seconds in which a writer ends by itself, unless it is blocked in a read
LOOP_ENDED = "The event loop ended before the text stream did."
SYSTEM_EXIT = "The text stream ended the thread or task that was reading it."


def write(source: TextSource, script: Script) -> None:
    """Begin to write `source` into `script`; returns at once.

    Raises
    ------
    TypeError
        When it is neither text nor a stream of text. Only an item that arrives within
        `GLANCE` is checked.
    """
    if isinstance(source, str):
        script.put(source)
        script.close()
        return
    text = pieces(source)
    if isinstance(text, AsyncIterator):
        _write_on_its_loop(_write_all_async(text, source, script), script)
    else:
        first: concurrent.futures.Future[None] = concurrent.futures.Future()
        _start(lambda: _write_all(text, source, script, first))
        _glance(first, script)


def _glance(first: concurrent.futures.Future[None], script: Script) -> None:
    """See whether the first item of a stream is text, if that is known soon."""
    if bridge.is_this_thread():  # which serves every avatar
        return
    try:
        first.result(GLANCE)
    except TimeoutError:
        return
    except BaseException:  # it is refused, or the cell was interrupted
        script.abandon()
        raise


def _write_all(
    text: Iterator[str], source: object, script: Script, first: concurrent.futures.Future[None]
) -> None:
    ended = threading.Event()

    def let_go() -> None:  # on a thread of its own, since closing may take long
        if not ended.wait(GRACE):
            break_off(source)

    script.on_abandoned(lambda: _start(let_go))
    whole = False
    try:
        whole = _copy(_begun(text, first), script)
        if whole:
            script.close()
    except Exception as error:  # noqa: BLE001 (whatever the source raised belongs to the caller)
        script.close(error)
    except BaseException:  # SystemExit, say: it ends this thread, and the text with it
        script.close(RuntimeError(SYSTEM_EXIT))
        raise
    finally:
        ended.set()
        script.on_abandoned(None)
        if not whole:
            close(source)


def _begun(text: Iterator[str], first: concurrent.futures.Future[None]) -> Iterator[str]:
    """Pass a text on, and tell in `first` whether its first item is one."""
    try:
        begin = [piece] if (piece := next(text, None)) is not None else []
    except UnspeakableChunk as error:
        first.set_exception(error)
        raise
    except BaseException:
        first.set_result(None)  # it is no matter of what the source is
        raise
    first.set_result(None)
    yield from chain(begin, text)


def _copy(text: Iterator[str], script: Script) -> bool:
    """Write a text; return whether all of it."""
    while script.wanted:
        piece = next(text, None)
        if piece is None:
            return True
        for mouthful in mouthfuls(piece) if piece else ("",):  # a thought: nobody may want more
            script.put(mouthful)
            if not script.wait_for_room():
                return False
    return False


def _write_on_its_loop(writing: Coroutine[object, object, None], script: Script) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # no loop here: the source has none to belong to
        _start(lambda: asyncio.run(writing))
    else:
        task = loop.create_task(writing)
        # It never begins when its loop ends first.
        task.add_done_callback(lambda _: script.close(RuntimeError(LOOP_ENDED)))
        reading_on(loop, task)


async def _write_all_async(text: AsyncIterator[str], source: object, script: Script) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    is_reading = True

    def cancel() -> None:
        if is_reading and task is not None:  # and not closing the source, which is not broken off
            task.cancel()

    def let_go() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(cancel)

    script.on_abandoned(let_go)
    whole = False
    try:
        whole = await _copy_async(text, script)
        if whole:
            script.close()
    except Exception as error:  # noqa: BLE001 (whatever the source raised belongs to the caller)
        script.close(error)
    except SystemExit:  # raised further, it would end somebody's loop
        script.close(RuntimeError(SYSTEM_EXIT))
    except asyncio.CancelledError:
        if script.wanted or task is None:
            script.close(RuntimeError(LOOP_ENDED))
            raise
        task.uncancel()
    finally:
        is_reading = False
        script.on_abandoned(None)
        if not whole:
            await close_async(text)
            await close_async(source)


async def _copy_async(text: AsyncIterator[str], script: Script) -> bool:
    """Write a text; return whether all of it."""
    while script.wanted:
        piece = await anext(text, None)
        if piece is None:
            return True
        for mouthful in mouthfuls(piece) if piece else ("",):
            script.put(mouthful)
            while not script.has_room:  # noqa: ASYNC110 (another thread's loop makes room)
                await asyncio.sleep(PAUSE)
            if not script.wanted:
                return False
    return False


def _start(work: Callable[[], object]) -> None:
    context = contextvars.copy_context()
    thread = threading.Thread(
        target=context.run, args=(work,), name="heygen-widget writer", daemon=True
    )
    thread.start()
