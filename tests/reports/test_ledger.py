"""The overview: every session of this process, whole and true, and nothing kept alive by it."""

import asyncio
import weakref
from collections.abc import Sequence

import pytest

from heygen_widget import AsyncHeyGen, LocalServer
from heygen_widget.api.models import CreateAvatarRealtimeTTS
from heygen_widget.reports.ledger import Ledger, Overview, SessionRow
from heygen_widget.session import Delivery, Session, SessionEvent, SessionStatus
from heygen_widget.session.base import SessionSetup
from tests.garbage import collect_until


def _row(**changes: object) -> SessionRow:
    row = {
        "avatar": "Daisy",
        "stream_id": "abc",
        "status": SessionStatus.STREAMING,
        "reason": None,
        "elapsed": 62.4,
        "cost": 3.12,
        "rehearsal": False,
    }
    return SessionRow(**(row | changes))  # type: ignore[arg-type]


@pytest.fixture
def overview() -> Overview:
    return Overview(
        [
            _row(),
            _row(avatar="Ann", stream_id=None, status=SessionStatus.CREATING, elapsed=0, cost=0),
            _row(status=SessionStatus.COMPLETED, reason="idle_timeout", elapsed=100, cost=5.0),
            _row(status=SessionStatus.STREAMING, elapsed=2000, cost=100.0, rehearsal=True),
        ]
    )


def test_the_total_is_what_is_paid_for(overview: Overview) -> None:
    assert overview.cost == pytest.approx(8.12)
    assert overview.open == 3
    assert overview.elapsed == pytest.approx(2162.4)
    assert [row.avatar for row in overview] == ["Daisy", "Ann", "Daisy", "Daisy"]
    assert len(overview) == 4


def test_the_table_reads_as_text(overview: Overview) -> None:
    assert repr(overview) == (
        "avatar  stream_id  state                    elapsed  cost\n"
        "Daisy   abc        streaming                62 s     ≈ $3.12\n"
        "Ann     -          creating                 0 s      ≈ $0.00\n"
        "Daisy   abc        completed: idle_timeout  100 s    ≈ $5.00\n"
        "Daisy   abc        streaming                2,000 s  rehearsal (≈ $100.00)\n"
        "total              3 open                   2,162 s  ≈ $8.12 + rehearsals (≈ $100.00)"
    )


def test_rehearsals_alone_are_not_totalled_as_money_paid() -> None:
    rows = [_row(rehearsal=True, cost=0.2), _row(rehearsal=True, cost=0.3)]
    assert repr(Overview(rows)).endswith("  rehearsals (≈ $0.50)")
    assert repr(Overview([_row()])).endswith("  ≈ $3.12")


def test_the_table_reads_as_html_and_runs_nothing() -> None:
    table = Overview([_row(avatar="<script>alert(1)</script>", reason='"&"')])._repr_html_()
    assert "<script>" not in table
    assert "&lt;script&gt;" in table
    assert "<td>streaming: &quot;&amp;&quot;</td>" in table
    assert table.count("<tr>") == table.count("</tr>") == 3


def test_before_the_first_session_it_says_so() -> None:
    assert repr(Overview([])) == "No sessions yet."
    assert Overview([])._repr_html_() == "<p>No sessions yet.</p>"


def test_a_session_is_followed_from_the_request_to_its_end(swift_server: LocalServer) -> None:
    ledger = Ledger()
    seen: list[SessionRow] = []

    async def live() -> str | None:
        async with AsyncHeyGen(swift_server.api_key, swift_server.base_url) as client:

            async def connect() -> AsyncHeyGen:
                return client

            def note(_: SessionEvent) -> None:
                ledger.open(session, 1, avatar="Daisy", rehearsal=False)
                seen.extend(ledger.overview())

            speech = Delivery("Hello, and let me be seen. " * 3)
            session = Session(
                SessionSetup(connect), _tts, speech=speech, takes_text=False, on_event=note
            )
            await session.run()
            return session.stream_id

    stream_id = asyncio.run(live())
    (last,) = ledger.overview()
    assert last == seen[-1]
    assert (last.stream_id, last.status) == (stream_id, SessionStatus.COMPLETED)
    assert last.elapsed > 0
    assert last.cost == pytest.approx(last.elapsed * 0.05)
    statuses = list(dict.fromkeys(row.status for row in seen))
    assert SessionStatus.CREATING in statuses
    assert statuses == sorted(statuses, key=list(SessionStatus).index)


def test_an_overview_shows_how_things_stood_and_does_not_change() -> None:
    ledger = Ledger()
    session = _session()
    ledger.open(session, 1, avatar="Daisy", rehearsal=True)
    before = ledger.overview()
    session.status = SessionStatus.STREAMING
    ledger.open(session, 1, avatar="Daisy", rehearsal=True)
    assert [row.status for row in before] == [SessionStatus.IDLE]
    assert [row.status for row in ledger.overview()] == [SessionStatus.STREAMING]


def test_why_a_session_failed_is_said() -> None:
    ledger = Ledger()
    session = _session()
    session.status, session.error = SessionStatus.ERROR, ValueError("The avatar is unknown.")
    ledger.open(session, 1, avatar="Daisy", rehearsal=False)
    assert "error: The avatar is unknown." in repr(ledger.overview())


def test_a_session_that_has_ended_is_not_kept_alive_by_being_listed() -> None:
    ledger = Ledger()
    session = _session()
    ledger.open(session, 1, avatar="Daisy", rehearsal=False)
    ledger.close(session)
    gone = weakref.ref(session)
    del session
    collect_until(lambda: gone() is None)
    assert len(ledger.overview()) == 1


def _session() -> Session:
    async def connect() -> AsyncHeyGen:
        raise NotImplementedError

    return Session(
        SessionSetup(connect), _tts, speech=None, takes_text=False, on_event=lambda _: None
    )


async def _tts(text: str) -> CreateAvatarRealtimeTTS:
    return CreateAvatarRealtimeTTS(avatar_id="a", voice_id="v", text=text)


def test_an_overview_is_a_sequence_of_which_tables_are_made() -> None:
    import pandas as pd
    import polars as pl

    ledger = Ledger()
    ledger.open(_session(), 1, avatar="Daisy", rehearsal=False)
    ledger.open(_session(), 1, avatar="Josh", rehearsal=True)
    overview = ledger.overview()
    assert isinstance(overview, Sequence)
    assert [row.avatar for row in overview] == ["Daisy", "Josh"]
    assert overview[1].rehearsal
    assert list(overview[:1]) == [overview[0]]
    for table in (pd.DataFrame(overview), pl.DataFrame(overview)):
        assert list(table["avatar"]) == ["Daisy", "Josh"]
        assert [str(status) for status in table["status"]] == ["idle", "idle"]
