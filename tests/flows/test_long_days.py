"""What happens to a schedule in a long life: each trouble is a clear state, told once, and ends by itself."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Rest
from connectors.errors import BadConfiguration
from connectors.odbc.care import Breaker
from facade.errors import Unavailable
from facade.flow.report.status import SourceStatus, store_status
from facade.flow.source import open_connector
from facade.flow.timing.due import Times
from facade.flow.timing.plans import Plan
from facade.flow.timing.schedule import Schedule
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row
from tests.facade.flow.state import resources
from tests.facade.flow.timing.test_schedule import until

MIDNIGHT = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the wall's clock, and words, come fast."""
    monkeypatch.setattr("facade.flow.timing.schedule.LOOK", 0.05)
    monkeypatch.setattr("facade.flow.timing.schedule.HERALD", 0.02)


@asynccontextmanager
async def scheduled(store: Store, plan: Plan) -> AsyncIterator[Schedule]:
    schedule = Schedule(store, [plan])
    await schedule.start()
    try:
        yield schedule
    finally:
        await schedule.stop()


def source_of(store: Store) -> SourceStatus:
    (found,) = store_status(store).sources
    return found


def state_of(store: Store) -> str:
    """Empty as long as nobody knows of a source."""
    return next((one.state for one in store_status(store).sources), "")


def told_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings so far."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


class Guarded(Scripted):
    """A source that refuses the login when told to, behind the connector's own breaker."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__([row(1)])
        self.refuses = False
        self.breaker = Breaker("emr", 5, 60, UTC, clock)

    def rest(self) -> Rest | None:
        return self.breaker.rest()

    async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
        self.breaker.check()
        if self.refuses:
            self.reads.append("refused")
            error = BadConfiguration("source emr: the database refuses the login; check user and password")
            self.breaker.failed(error)
            raise error
        self.breaker.succeeded()
        async for record in super().read(stream, since, where):
            yield record


async def test_the_login_is_refused_at_noon(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """A few attempts, for many databases lock an account after some; one line; then it is as it was."""
    clock: Any = store.clock
    source = Guarded(clock)
    async with scheduled(store, Plan(source, pack(), "patient", Times(0.05))):
        await until(lambda: len(source.reads) >= 2)
        source.refuses = True
        await until(lambda: source_of(store).state == "failing" and source_of(store).rest is not None)
        told = source_of(store)
        assert told.why.startswith(
            "source emr: the database refuses the login; check user and password; not tried"
        )
        assert told.rest is not None
        assert told.rest.why == "failures"
        for _ in range(3):
            refused = source.reads.count("refused")
            clock.now += timedelta(minutes=20)
            await until(lambda before=refused: source.reads.count("refused") > before)  # type: ignore[misc]
        assert source.reads.count("refused") <= 6
        assert list(resources(store)) == ["Patient/1"]
        source.refuses = False
        clock.now += timedelta(minutes=20)
        await until(lambda: state_of(store) == "ok")
        await until(lambda: told_in(caplog)[-1] == "emr.patient works again")
    refusals = [line for line in told_in(caplog) if "refuses the login" in line]
    assert refusals[0] == "source emr: the database refuses the login; check user and password"
    assert len(refusals) == len(set(refusals))


async def test_hours_over_midnight(store: Store, tmp_path: Path) -> None:
    clock: Any = store.clock
    with closing(sqlite3.connect(tmp_path / "emr.db")) as legacy, legacy:
        legacy.execute("CREATE TABLE p (pid, lname, fname, sex, dob, doctor, weight, note, changed)")
        legacy.execute("INSERT INTO p (pid, lname, sex, dob) VALUES ('1', 'Doe', 'F', '1970-01-02')")
    tiny = pack()
    options = {"url": f"sqlite:///{tmp_path / 'emr.db'}", "allowed_hours": "20:00-06:00"}
    source = open_connector("emr", "odbc", options, tiny.streams, clock)
    times = Times(0.05, None, time(2, 30))

    def runs() -> int:
        return int(store.query("SELECT count(*) FROM sync_run")[0][0])

    async with scheduled(store, Plan(source, tiny, "patient", times)):
        for day in (0, 1):
            clock.now = MIDNIGHT + timedelta(days=day, hours=19)
            await until(lambda: state_of(store) == "waiting")
            told = source_of(store)
            assert told.why == "not read until 20:00, as allowed_hours says"
            assert told.rest is not None
            assert told.rest.until == MIDNIGHT + timedelta(days=day, hours=20)
            before = runs()
            clock.now = MIDNIGHT + timedelta(days=day, hours=20, minutes=1)
            await until(lambda before=before: runs() > before)  # type: ignore[misc]
            clock.now = MIDNIGHT + timedelta(days=day + 1, hours=5, minutes=30)
            await until(lambda: state_of(store) == "ok")
    await source.aclose()
    errors = {error for (error,) in store.query("SELECT error FROM sync_run WHERE error IS NOT NULL")}
    under_way = {"stopped before its end", "source emr: not read until 20:00, as allowed_hours says"}
    assert errors <= under_way, "only a read that was under way when its hours ended may have failed"
    assert list(resources(store)) == ["Patient/1"]


@pytest.mark.parametrize("step", [timedelta(days=-400), timedelta(days=400), timedelta(minutes=-10)])
async def test_our_clock_steps_and_the_reads_go_on(store: Store, step: timedelta) -> None:
    clock: Any = store.clock
    source = Scripted([row(1, cursor="1"), row(2, cursor="2")])
    plan = Plan(source, pack("incremental"), "patient", Times(0.05, 0.3))
    async with scheduled(store, plan):
        await until(lambda: len(source.reads) >= 3)
        clock.now += step
        seen = len(source.reads)
        await until(lambda: len(source.reads) >= seen + 3 and state_of(store) == "ok")
        source.rows = [row(2, cursor="2", lname="New")]
        await until(lambda: list(resources(store)) == ["Patient/2"])
        assert resources(store)["Patient/2"]["name"][0]["family"] == "New"


async def test_the_store_is_busy_for_a_while(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = Scripted([row(1)])
    write = store.write

    async def busy(work: Any) -> Any:
        raise Unavailable("another process is writing to the store for too long: try again")

    async with scheduled(store, Plan(source, pack(), "patient", Times(0.02))):
        await until(lambda: len(resources(store)) == 1)
        monkeypatch.setattr(store, "write", busy)
        await until(lambda: any("too long" in record.getMessage() for record in caplog.records))
        source.rows.append(row(2))
        monkeypatch.setattr(store, "write", write)
        await until(lambda: len(resources(store)) == 2)
        await until(lambda: state_of(store) == "ok")
    lines = told_in(caplog)
    assert len(lines) == len(set(lines))
    assert "emr.patient: another process is writing to the store for too long: try again" in lines
