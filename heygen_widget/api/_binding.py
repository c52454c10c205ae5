"""Makes methods of operations: each is described once, and bound to either kind of wire."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Generator
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, get_args

from ._async_wire import AsyncWire
from ._operations import AnswerT, Operation
from ._wire import Wire
from .pages import AsyncPages, ItemT, Listing, Pages

P = ParamSpec("P")
T = TypeVar("T")
WireT = TypeVar("WireT", Wire, AsyncWire)
WireT_co = TypeVar("WireT_co", covariant=True)

Flow: TypeAlias = Generator[Operation[Any], Any, T]
"""Several operations, one after another: yields each, is sent its answer, returns the result."""

_SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)


class Wired(Protocol[WireT_co]):
    """What runs operations on a wire: a resource, or a client itself."""

    @property
    def _wire(self) -> WireT_co: ...


class Resource(Generic[WireT]):
    """A part of the API: some operations as methods."""

    def __init__(self, wire: WireT) -> None:
        self._wire: WireT = wire


def blocking(
    describe: Callable[P, Operation[AnswerT]],
) -> Callable[Concatenate[Wired[Wire], P], AnswerT]:
    """Return a method that runs the operation which `describe` returns."""

    @wraps(describe)
    def method(self: Wired[Wire], /, *args: P.args, **kwargs: P.kwargs) -> AnswerT:
        return self._wire.run(describe(*args, **kwargs))

    _sign(method, describe)
    return method


def awaiting(
    describe: Callable[P, Operation[AnswerT]], *, in_thread: bool = False
) -> Callable[Concatenate[Wired[AsyncWire], P], Coroutine[Any, Any, AnswerT]]:
    """Return a coroutine method that does the same; `in_thread` if describing it may block."""

    @wraps(describe)
    async def method(self: Wired[AsyncWire], /, *args: P.args, **kwargs: P.kwargs) -> AnswerT:
        if in_thread:
            return await self._wire.run(await asyncio.to_thread(describe, *args, **kwargs))
        return await self._wire.run(describe(*args, **kwargs))

    _sign(method, describe)
    return method


def listing(
    describe: Callable[P, Listing[ItemT]],
) -> Callable[Concatenate[Wired[Wire], P], Pages[ItemT]]:
    """Return a method that iterates over the list which `describe` returns."""

    @wraps(describe)
    def method(self: Wired[Wire], /, *args: P.args, **kwargs: P.kwargs) -> Pages[ItemT]:
        return Pages(self._wire, describe(*args, **kwargs))

    _sign(method, describe, Pages)
    return method


def alisting(
    describe: Callable[P, Listing[ItemT]],
) -> Callable[Concatenate[Wired[AsyncWire], P], AsyncPages[ItemT]]:
    """Return a method that iterates over it asynchronously."""

    @wraps(describe)
    def method(self: Wired[AsyncWire], /, *args: P.args, **kwargs: P.kwargs) -> AsyncPages[ItemT]:
        return AsyncPages(self._wire, describe(*args, **kwargs))

    _sign(method, describe, AsyncPages)
    return method


def flowing(
    describe: Callable[P, Flow[T]],
) -> Callable[Concatenate[Wired[Wire], P], T]:
    """Return a method that runs the operations which `describe` yields."""

    @wraps(describe)
    def method(self: Wired[Wire], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run_flow(self._wire, describe(*args, **kwargs))

    _sign(method, describe)
    return method


def aflowing(
    describe: Callable[P, Flow[T]],
) -> Callable[Concatenate[Wired[AsyncWire], P], Coroutine[Any, Any, T]]:
    """Return a coroutine method that does the same."""

    @wraps(describe)
    async def method(self: Wired[AsyncWire], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await arun_flow(self._wire, describe(*args, **kwargs))

    _sign(method, describe)
    return method


def run_flow(wire: Wire, flow: Flow[T]) -> T:
    """Run a flow's operations, and return its result."""
    answer: object = None
    while True:
        try:
            operation = flow.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        answer = wire.run(operation)


async def arun_flow(wire: AsyncWire, flow: Flow[T]) -> T:
    """Run a flow's operations, and return its result."""
    answer: object = None
    while True:
        try:
            operation = flow.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        answer = await wire.run(operation)


def _sign(method: Any, describe: Callable[..., object], container: Any = None) -> None:
    """Give a method the signature that help shows: with `self`, and with the answer."""
    signature = inspect.signature(describe)
    answer = get_args(signature.return_annotation)[-1]
    shown = answer if container is None else container[answer]
    parameters = [_SELF, *signature.parameters.values()]
    method.__signature__ = signature.replace(parameters=parameters, return_annotation=shown)
