"""facade.ui.view: states from the book of runs and from what clients met since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from connectors.base import Rest
from facade.flow.live.freshness import Freshness, Known
from facade.flow.report.standing import Run
from facade.flow.report.status import SourceStatus, StoreStatus, StreamStatus
from facade.ui.landing import SourceCard
from facade.ui.view import Front, landing_of

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
FRONT = Front("http://x/fhir", "1", {"emr": ("odbc", "The EMR")}, frozenset({"Patient", "Slot"}))


def stream(name: str = "patient", **more: object) -> StreamStatus:
    values = {"source": "emr", "name": name, "lag": timedelta(seconds=4), "records": 7, "quarantined": 0}
    blank = dict.fromkeys(("last_started", "last_success", "last_full", "error"))
    return StreamStatus(**{**blank, **values, **more})  # type: ignore[arg-type]


def card(source: SourceStatus | None, *streams: StreamStatus, unanswered: str | None = None) -> SourceCard:
    fresh = Freshness()
    fresh.known["emr", "patient"] = Known("emr", "patient", live=True)
    fresh.known["emr", "patient"].unanswered = unanswered
    status = StoreStatus(streams, {"Patient": 7, "Slot": 0}, (), (), (source,) if source else (), counted=NOW)
    landing = landing_of(FRONT, status, fresh, NOW)
    assert landing.counts == {"Patient": 7}
    assert [search for search, _ in landing.tries][1:] == [
        "Patient?_count=5&_pretty=true",
        "Slot?status=free&start=ge2026-01-05&_sort=start&_count=5&_pretty=true",
    ]
    return landing.sources[0]


def source(state: str = "ok", why: str = "", **more: object) -> SourceStatus:
    base = SimpleNamespace(
        since=NOW - timedelta(minutes=3), as_of=NOW, lag=timedelta(seconds=4), quarantined=0
    )
    values = {**vars(base), **more}
    return SourceStatus("emr", state, why=why, records=7, **values)  # type: ignore[arg-type]


def test_well() -> None:
    made = card(source(), stream())
    assert (made.tone, made.state, made.reason, made.age) == ("good", "ok", "", "read 4 s ago")


def test_never_read() -> None:
    made = card(None)
    assert (made.tone, made.state, made.reason, made.age) == ("warn", "never", "it was never read", "")


def test_failing_says_why_and_since_when() -> None:
    made = card(
        source("failing", "source emr, stream patient: no route"), stream(state="failing", why="no route")
    )
    assert (made.tone, made.reason) == ("bad", "stream patient: no route · since 3 min")
    assert (made.streams[0].tone, made.streams[0].error) == ("bad", "no route")


def test_a_client_that_met_a_dead_source_is_believed_before_the_next_read() -> None:
    made = card(source(), stream(), unanswered="source emr: it does not answer")
    assert (made.tone, made.state, made.reason) == ("bad", "failing", "it does not answer")
    assert made.streams[0].state == "failing"


def test_refused_records_are_a_warning() -> None:
    made = card(source(quarantined=2), stream(quarantined=2))
    assert (made.tone, made.state, made.streams[0].tone) == ("warn", "ok, some records refused", "warn")


def test_a_source_left_alone_says_until_when() -> None:
    until = NOW + timedelta(minutes=5)
    assert card(source(rest=Rest("failures", until, "x"))).breaker == "left alone until 12:05 UTC"
    assert card(source(rest=Rest("hours", until, "x"))).breaker == "its hours begin at 12:05 UTC"


def test_what_comes_next() -> None:
    run = Run("emr", "patient", "full", NOW, None, 1, 1200, 0, 0, 0, 0, 10.0, of=5000)
    lines = card(
        source(),
        stream("a", next=NOW + timedelta(seconds=30)),
        stream("b", next=NOW),
        stream("c", running=run),
        stream("d"),
    ).streams
    assert [line.next_run for line in lines] == ["in 30 s", "now", "reading, 1,200 of 5,000", ""]
