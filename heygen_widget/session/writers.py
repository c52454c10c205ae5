"""Puts whatever people have into a script: a string, an iterable, an asynchronous iterable.

An asynchronous iterable belongs to the loop it was made on, so it is read there; an iterable may
block, so it is read on a thread of its own.
"""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from typing import TypeAlias

from heygen_widget.bridge import reading_on
from heygen_widget.session.script import Script, mouthfuls
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
        _write_on_its_loop(_write_all_async(text, source, script))
    else:
        _start(lambda: _write_all(text, source, script))


def _write_all(text: Iterator[str], source: object, script: Script) -> None:
    try:
        for piece in text:
            for mouthful in mouthfuls(piece) if piece else ("",):  # a thought: nobody may want more
                script.put(mouthful)
                if not script.wait_for_room():
                    _let_go(source)
                    return
    except Exception as error:  # noqa: BLE001 (whatever the source raised belongs to the caller)
        script.close(error)
    except BaseException:  # SystemExit, say: it ends this thread, and the text with it
        script.close(RuntimeError("The thread that read the stream of text was ended."))
        raise
    else:
        script.close()


def _write_on_its_loop(writing: Coroutine[object, object, None]) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # no loop here: the source has none to belong to
        _start(lambda: asyncio.run(writing))
    else:
        reading_on(loop, loop.create_task(writing))


async def _write_all_async(text: AsyncIterator[str], source: object, script: Script) -> None:
    try:
        async for piece in text:
            for mouthful in mouthfuls(piece) if piece else ("",):
                script.put(mouthful)
                while not script.has_room:  # noqa: ASYNC110 (another thread's loop makes room)
                    await asyncio.sleep(PAUSE)
                if not script.wanted:
                    await _let_go_async(source)
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


async def _let_go_async(source: object) -> None:
    close = getattr(source, "aclose", None) or getattr(source, "close", None)
    closing = close() if callable(close) else None
    if inspect.isawaitable(closing):
        await closing
