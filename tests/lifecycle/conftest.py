from collections.abc import Iterator
from pathlib import Path

import pytest

from heygen_widget import HeyGen
from heygen_widget.lifecycle.leases import Leases
from tests.lifecycle.holder import KEY, URL, Hold, Holder


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    holders: list[Holder] = []

    def make(*stream_ids: str, **options: str) -> Holder:
        holders.append(Holder(tmp_path, *stream_ids, **options))
        return holders[-1]

    yield make
    for holder in holders:
        holder.close()


@pytest.fixture
def leases(tmp_path: Path) -> Leases:
    return Leases(tmp_path)


@pytest.fixture
def client() -> Iterator[HeyGen]:
    with HeyGen(KEY, URL) as client:
        yield client
