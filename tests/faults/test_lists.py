"""Lists on a bad line: complete, in order, each thing once."""

import pytest

from heygen_widget.api import AsyncHeyGen, HeyGenError, Voice
from heygen_widget.local import LocalServer
from tests.faults.plans import FAILING, Chances, Fault, Operation
from tests.faults.proxy import Proxy, run

FAULTS = tuple(fault for fault in FAILING if fault is not Fault.SILENT)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_long_list_nothing_is_lost_or_doubled_or_out_of_order(
    local_server: LocalServer, seed: int
) -> None:
    async def work() -> None:
        async with (
            AsyncHeyGen(local_server.api_key, local_server.base_url) as near,
            Proxy(local_server.base_url, Chances({Operation.OTHER: 0.4}, seed, FAULTS)) as proxy,
            AsyncHeyGen(local_server.api_key, proxy.base_url, max_retries=1) as far,
        ):
            far.wire.sleep = _at_once
            wanted = [voice.voice_id async for voice in near.voices.list()]
            voices = far.voices.list(limit=1)
            got: list[Voice] = []
            while True:
                try:
                    got.append(await anext(voices))
                except StopAsyncIteration:
                    break
                except HeyGenError:
                    continue  # and ask the same list again
            assert [voice.voice_id for voice in got] == wanted
            assert len(proxy.faults) > len(FAULTS) / 2

    run(work)


async def _at_once(_: float) -> None:
    """Pause for no time."""
