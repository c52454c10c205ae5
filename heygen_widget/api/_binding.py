"""Makes methods of operations: each is described once, and bound to either kind of wire."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_args

from ._async_wire import AsyncWire
from ._operations import AnswerT, Operation
from ._wire import Wire

P = ParamSpec("P")
WireT = TypeVar("WireT", Wire, AsyncWire)

_SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)


class Resource(Generic[WireT]):
    """A part of the API: some operations as methods."""

    def __init__(self, wire: WireT) -> None:
        self._wire: WireT = wire


def blocking(
    describe: Callable[P, Operation[AnswerT]],
) -> Callable[Concatenate[Resource[Wire], P], AnswerT]:
    """Return a method that runs the operation which `describe` returns."""

    @wraps(describe)
    def method(self: Resource[Wire], /, *args: P.args, **kwargs: P.kwargs) -> AnswerT:
        return self._wire.run(describe(*args, **kwargs))

    _sign(method, describe)
    return method


def awaiting(
    describe: Callable[P, Operation[AnswerT]], *, in_thread: bool = False
) -> Callable[Concatenate[Resource[AsyncWire], P], Coroutine[Any, Any, AnswerT]]:
    """Return a coroutine method that does the same; `in_thread` if describing it may block."""

    @wraps(describe)
    async def method(self: Resource[AsyncWire], /, *args: P.args, **kwargs: P.kwargs) -> AnswerT:
        if in_thread:
            return await self._wire.run(await asyncio.to_thread(describe, *args, **kwargs))
        return await self._wire.run(describe(*args, **kwargs))

    _sign(method, describe)
    return method


def _sign(method: Any, describe: Callable[..., object]) -> None:
    """Give a method the signature that help shows: with `self`, and with the answer."""
    signature = inspect.signature(describe)
    (answer,) = get_args(signature.return_annotation)
    parameters = [_SELF, *signature.parameters.values()]
    method.__signature__ = signature.replace(parameters=parameters, return_annotation=answer)
