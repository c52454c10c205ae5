"""Keeps tracebacks from showing the key.

While a request is on its way, variables of httpx, httpcore and h11 hold its headers. A traceback
printed with variables, as by ``%xmode Verbose``, shows them for whatever ends the request: a fault,
an interrupt, a cancellation. So no exception leaves with the frames it came through in there.
"""

import functools
import sys
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def sealed(function: Callable[P, T]) -> Callable[P, T]:
    """Raise a function's exceptions without the frames of what it called."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        before = sys.exception()
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            forget_frames(error, before)
            raise

    return call


def sealed_async(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Raise a coroutine function's exceptions without the frames of what it awaited."""

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        before = sys.exception()
        try:
            return await function(*args, **kwargs)
        except BaseException as error:
            forget_frames(error, before)
            raise

    return call


def forget_frames(error: BaseException, before: BaseException | None) -> None:
    """Drop the frames of an exception and of its causes.

    Parameters
    ----------
    error
        What was raised.
    before
        What was being handled before: not ours, and left as it is.
    """
    seen = {id(before)}
    pending: list[BaseException | None] = [error]
    while pending:
        problem = pending.pop()
        if problem is None or id(problem) in seen:
            continue
        seen.add(id(problem))
        problem.__traceback__ = None
        pending += [problem.__cause__, problem.__context__]
        if isinstance(problem, BaseExceptionGroup):
            pending += problem.exceptions
