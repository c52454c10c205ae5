"""Every way in which a session is ended by the process that began it.

Each begins sessions at a place, and its last step is their end.
"""

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeAlias

from heygen_widget import Avatar
from tests.faults.places import Place
from tests.faults.plans import Operation
from tests.faults.proxy import until

Way: TypeAlias = Callable[[Place], Awaitable[None]]

LONG: Final = "One two three four five six seven eight nine ten. " * 20


async def stopped_at_once(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    avatar.stop()


async def stopped_in_creating(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    await avatar.until("creating")
    avatar.stop()


async def stopped_before_its_id_is_known(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    await until(lambda: any(each.reached for each in place.proxy.of(Operation.CREATE)))
    avatar.stop()


async def stopped_in_pending(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    await avatar.until("pending")
    avatar.stop()


async def stopped_in_streaming(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    await avatar.until("streaming")
    avatar.stop()


async def stopped_in_draining(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG, final=True)
    await avatar.until("draining")
    avatar.stop()


async def stopped_after_completed(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak("Hi.", final=True)
    await avatar.until("completed")
    avatar.stop()


async def stopped_while_it_speaks_a_text_by_heart(place: Place) -> None:
    avatar = place.avatar()
    avatar.start(LONG, type="tts")
    await avatar.until("streaming")
    avatar.stop()


async def stopped_while_tokens_come(place: Place) -> None:
    async def tokens() -> AsyncIterator[str]:
        while True:
            yield LONG

    avatar = place.avatar()
    speech = avatar.speak(tokens())
    await avatar.until("streaming")
    avatar.stop()
    await speech


async def stopped_while_another_waits(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG, final=True)
    avatar.speak(LONG)
    await until(lambda: avatar.status == "draining")  # the avatar would wait for the other
    avatar.stop()


async def finished(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak("Hi.")
    await avatar.until("streaming")
    avatar.finish()
    await avatar.until("completed")


async def closed_in_pending(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    await avatar.until("pending")
    avatar.close()


async def closed_in_streaming(place: Place) -> None:
    avatar = place.avatar()
    avatar.speak(LONG)
    await avatar.until("streaming")
    avatar.close()


async def left_with_its_block(place: Place) -> None:
    def block() -> None:
        with place.avatar() as avatar:
            avatar.speak("Hi.")

    await asyncio.to_thread(block)


async def left_with_its_asynchronous_block(place: Place) -> None:
    async with place.avatar() as avatar:
        avatar.speak("Hi.")


async def left_with_its_block_by_an_error(place: Place) -> None:
    def block() -> None:
        with contextlib.suppress(LookupError), place.avatar() as avatar:
            avatar.speak(LONG)
            avatar.wait("streaming")
            raise LookupError

    await asyncio.to_thread(block)


async def forgotten_in_pending(place: Place) -> None:
    avatar = Avatar(client=place.client())
    speech = avatar.speak("Hi.")
    await avatar.until("pending")
    known = weakref.ref(avatar)
    del avatar
    await until(lambda: gc.collect() >= 0 and known() is None)
    await speech


async def forgotten_in_streaming(place: Place) -> None:
    avatar = Avatar(client=place.client())
    speech = avatar.speak("Hi.")
    await avatar.until("streaming")
    known = weakref.ref(avatar)
    del avatar
    await until(lambda: gc.collect() >= 0 and known() is None)
    await speech


async def ended_by_max_cost(place: Place) -> None:
    avatar = place.avatar(max_cost=1, price_per_second=1)
    avatar.speak(LONG)
    await avatar.until("completed")


async def ended_by_max_seconds(place: Place) -> None:
    avatar = place.avatar(max_seconds=1)
    avatar.speak(LONG)
    await avatar.until("completed")


WAYS: Final[tuple[Way, ...]] = (
    stopped_at_once,
    stopped_in_creating,
    stopped_before_its_id_is_known,
    stopped_in_pending,
    stopped_in_streaming,
    stopped_in_draining,
    stopped_after_completed,
    stopped_while_it_speaks_a_text_by_heart,
    stopped_while_tokens_come,
    stopped_while_another_waits,
    finished,
    closed_in_pending,
    closed_in_streaming,
    left_with_its_block,
    left_with_its_asynchronous_block,
    left_with_its_block_by_an_error,
    forgotten_in_pending,
    forgotten_in_streaming,
    ended_by_max_cost,
    ended_by_max_seconds,
)
