"""A stream of text that breaks off says so in the cell that spoke it."""

import pytest

from tests.kernel.notebook import Kernel
from tests.kernel.versions import NEWEST

SOURCES = """
import asyncio, threading
go = threading.Event()

def source():
    yield ""  # as a model does that thinks
    go.wait(60)
    yield object()

async def own():
    yield ""
    while not go.is_set():
        await asyncio.sleep(0.05)
    yield object()
"""


@pytest.mark.parametrize(
    ("version", "source"), [("6.31", "source()"), (NEWEST, "source()"), (NEWEST, "own()")]
)
def test_a_stream_that_breaks_off_is_shown_under_the_cell_that_spoke_it(
    avatar: Kernel, source: str
) -> None:
    avatar.run(SOURCES)
    spoke = avatar.begin(f"speech = avatar.speak({source})")
    avatar.until(lambda: spoke.ended)
    assert spoke.printed == ""
    later = avatar.begin("go.set()")
    avatar.until(lambda: later.ended)
    avatar.until(lambda: "UnspeakableChunk: No text was found" in spoke.printed)
    assert later.printed == ""
    assert avatar.fail("speech.result(timeout=60)").error == "UnspeakableChunk"


def test_what_is_no_text_is_an_error_of_the_cell_that_speaks_it(avatar: Kernel) -> None:
    cell = avatar.fail("avatar.speak({'text': word} for word in ('One', 'two'))")
    assert cell.error == "UnspeakableChunk"
    assert "No text was found in dict." in cell.traceback[-1]
