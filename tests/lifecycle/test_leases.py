"""Leases: what a process had open is known to the next one if it died, and only then."""

import asyncio
import subprocess
import sys
from pathlib import Path

from heygen_widget import AsyncHeyGen, HeyGen, LocalServer
from heygen_widget.lifecycle.leases import Leases, Orphan, end_orphans
from tests.api.test_address import SAME
from tests.lifecycle.holder import KEY, URL, Hold, files, ids


def test_what_a_killed_process_left_open_is_found(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    holder = hold("first", "second", "third")
    holder.remove("second")
    holder.kill()
    assert ids(leases.orphans(client)) == ["first", "third"]


def test_what_a_living_process_has_open_is_no_orphan_even_if_it_is_frozen(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    holder = hold("live")
    assert leases.orphans(client) == []
    holder.freeze()
    assert leases.orphans(client) == []
    assert len(files(tmp_path)) == 1
    holder.kill()
    assert ids(leases.orphans(client)) == ["live"]


def test_ones_own_sessions_are_no_orphans(leases: Leases, client: HeyGen, tmp_path: Path) -> None:
    leases.add(client, "own")
    other = Leases(tmp_path)
    for _ in range(2):
        assert leases.orphans(client) == other.orphans(client) == []
    leases.remove("own")


def test_looking_around_does_not_give_up_ones_own(
    leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    leases.add(client, "own")
    leases.orphans(client)
    look = (
        "import sys\n"
        "from pathlib import Path\n"
        "from heygen_widget import HeyGen\n"
        "from heygen_widget.lifecycle.leases import Leases\n"
        "print(Leases(Path(sys.argv[1])).orphans(HeyGen(sys.argv[2], sys.argv[3])))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", look, str(tmp_path), KEY, URL],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout == "[]\n"
    leases.remove("own")


def test_a_child_that_lives_on_does_not_hide_what_its_parent_left(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    holder = hold("child")
    holder.kill()
    assert ids(leases.orphans(client)) == ["child"]


def test_a_process_that_ended_all_it_opened_leaves_no_file(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    holder = hold("one", "two")
    for stream_id in ("one", "two"):
        assert len(files(tmp_path)) == 1
        holder.remove(stream_id)
    assert files(tmp_path) == []
    leases.add(client, "three")
    leases.remove("three")
    leases.remove("three")
    leases.remove("never opened")
    assert files(tmp_path) == []


def test_processes_at_the_same_time_do_not_disturb_each_other(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    opened = [[f"{process}-{number}" for number in range(20)] for process in range(4)]
    holders = [hold(*some) for some in opened]
    holders[1].kill()
    holders[3].kill()
    assert ids(leases.orphans(client)) == sorted(opened[1] + opened[3])


def test_orphans_are_found_only_with_the_key_and_the_address_they_were_opened_with(
    hold: Hold, leases: Leases, client: HeyGen
) -> None:
    hold("theirs", key="another-key").kill()
    hold("elsewhere", url="http://127.0.0.1:10").kill()
    hold("ours").kill()
    assert ids(leases.orphans(client)) == ["ours"]
    with HeyGen("another-key", URL) as other:
        assert ids(leases.orphans(other)) == ["theirs"]


def test_an_orphan_is_there_until_it_is_forgotten(
    hold: Hold, leases: Leases, client: HeyGen, tmp_path: Path
) -> None:
    hold("first", "second").kill()
    first, second = leases.orphans(client)
    leases.forget(first)
    assert leases.orphans(client) == [second]
    leases.forget(second)
    leases.forget(second)
    assert files(tmp_path) == []


def test_an_orphan_is_found_where_its_address_is_written_otherwise(
    hold: Hold, leases: Leases
) -> None:
    hold("ours", url="http://localhost:9").kill()
    for url in SAME:
        with HeyGen(KEY, url) as client:
            assert ids(leases.orphans(client)) == ["ours"]


# Ended on the server.


def _end(leases: Leases, server: LocalServer) -> list[str]:
    async def end() -> list[str]:
        async with AsyncHeyGen(server.api_key, server.base_url, max_retries=0) as client:
            return await end_orphans(client, leases)

    return asyncio.run(end())


def test_what_a_killed_process_left_open_is_ended_on_the_server(
    hold: Hold, leases: Leases, local_server: LocalServer, tmp_path: Path
) -> None:
    with HeyGen(local_server.api_key, local_server.base_url) as heygen:
        sessions = [
            heygen.avatar_realtime.create(
                type="text_stream", avatar_id="a", voice_id="v", text="Is anybody there?"
            ).stream_id
            for _ in range(2)
        ]
        left = sessions[0]
        hold(left, "unknown", key=local_server.api_key, url=local_server.base_url).kill()
        assert sorted(_end(leases, local_server)) == sorted([left, "unknown"])
        assert heygen.avatar_realtime.get(left).status == "completed"
        assert heygen.avatar_realtime.get(sessions[1]).status != "completed"
        heygen.avatar_realtime.cancel(sessions[1])
    assert files(tmp_path) == []
    assert _end(leases, local_server) == []


def test_what_cannot_be_ended_now_is_tried_again(hold: Hold, leases: Leases) -> None:
    with LocalServer() as server:
        hold("left", key=server.api_key, url=server.base_url).kill()
        key, url = server.api_key, server.base_url

    async def end() -> tuple[list[str], list[Orphan]]:
        async with AsyncHeyGen(key, url, max_retries=0) as client:
            return await end_orphans(client, leases), leases.orphans(client)

    ended, still = asyncio.run(end())
    assert ended == []
    assert ids(still) == ["left"]
