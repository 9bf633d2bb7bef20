"""/metrics, as Prometheus's own parser reads it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from connectors.base import Rest
from connectors.errors import Unreachable
from facade.flow.report.metrics import Metrics
from facade.flow.report.notice import Next, Notice, put_notice
from facade.flow.runs import begin
from facade.flow.sync import How, sync_stream
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row

SET_UP = (Next("emr", "patient", "incremental", 300, None), Next("lab", "result", "snapshot", 300, None))


def read(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Samples by name and the values of their labels, in the order of the labels' names."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


async def test_what_prometheus_reads(store: Store) -> None:
    metrics = Metrics(store, SET_UP)
    source = Scripted([row(1, cursor="1"), row(2, sex="X", cursor="2"), row(3, weight="70", cursor="3")])
    await sync_stream(store, pack("incremental"), source, "patient")
    source.rows = source.rows[1:]
    await sync_stream(store, pack("incremental"), source, "patient", How(full=True))
    found = read(metrics)
    assert found["facade_resources", "Patient"] == 1
    assert found["facade_stream_records", "emr", "patient"] == 2
    assert found["facade_stream_quarantined", "emr", "patient"] == 1
    assert found["facade_unmapped_codes", "gender", "emr"] == 1
    assert found["facade_unmapped_code_records", "gender", "emr"] == 1
    assert found["facade_sync_records_read_total", "incremental", "emr", "patient"] == 3
    assert found["facade_sync_records_changed_total", "full", "emr", "patient"] == 0
    assert found["facade_sync_records_deleted_total", "full", "emr", "patient"] == 1
    assert found["facade_sync_failures_total", "full", "emr", "patient"] == 0
    assert found["facade_sync_seconds_count", "full", "emr", "patient"] == 1
    assert found["facade_source_state", "emr", "ok"] == 1
    assert found["facade_source_state", "lab", "never"] == 1
    assert found["facade_source_state", "lab", "ok"] == 0
    assert 0 < found["facade_stream_lag_seconds", "emr", "patient"] < 60
    assert (
        abs(found["facade_stream_last_success_timestamp_seconds", "emr", "patient"] - store.now() / 1e6) < 60
    )
    assert ("facade_stream_lag_seconds", "lab", "result") not in found
    assert found[("facade_schedule_alive",)] == 0
    if Path("/proc/self").exists():
        assert found[("process_resident_memory_bytes",)] > 1e7


async def test_each_run_is_counted_once_and_only_those_since_we_began(store: Store) -> None:
    source = Scripted([row(1), row(2)])
    await sync_stream(store, pack(), source, "patient")
    metrics = Metrics(store, SET_UP)
    assert ("facade_sync_records_read_total", "snapshot", "emr", "patient") not in read(metrics)
    for times in (1, 2):
        await sync_stream(store, pack(), source, "patient")
        for _ in range(2):
            assert read(metrics)["facade_sync_records_read_total", "snapshot", "emr", "patient"] == 2 * times
    await begin(store, "emr", "patient", "snapshot")
    found = read(metrics)
    assert found["facade_sync_seconds_count", "snapshot", "emr", "patient"] == 2
    assert found["facade_stream_running", "emr", "patient"] == 1


async def test_a_source_that_fails_and_one_that_waits(store: Store) -> None:
    source = Scripted([row(1)])
    source.fail_after = (0, Unreachable("source emr: the database cannot be reached"))
    metrics = Metrics(store, SET_UP)
    await sync_stream(store, pack(), source, "patient")
    until = store.clock() + timedelta(hours=3)
    rests = {
        "emr": Rest("failures", until, "gone"),
        "lab": Rest("hours", until, "source lab: not read until 20:00"),
    }
    await put_notice(store, Notice(store.clock(), SET_UP, rests))
    found = read(metrics)
    assert found["facade_source_breaker_open", "emr"] == 1
    assert found["facade_source_outside_hours", "emr"] == 0
    assert found["facade_source_outside_hours", "lab"] == 1
    assert found["facade_source_state", "lab", "waiting"] == 1
    assert found["facade_source_state", "emr", "failing"] == 1
    assert found["facade_stream_failing", "emr", "patient"] == 1
    assert found["facade_sync_failures_total", "snapshot", "emr", "patient"] == 1
    assert found[("facade_schedule_alive",)] == 1


async def test_no_label_holds_what_a_row_holds(store: Store) -> None:
    metrics = Metrics(store, SET_UP)
    await sync_stream(store, pack(), Scripted([row(1, lname="Wolkenstein", sex="Hephzibah")]), "patient")
    text = metrics.text().decode()
    assert "Wolkenstein" not in text
    assert "Hephzibah" not in text
