"""What Prometheus asks for: how each source and stream does, what syncs did, what is in the store.

https://prometheus.io/docs/instrumenting/exposition_formats/ · https://prometheus.io/docs/practices/naming/

Gauges come from the store, so that every process on it tells the same. Counters add up the runs that ended
since this process began, whoever ran them. Labels are names of the site's packs, never what a row holds.
Requests are not counted: the way to a stored resource is too short for it; a reverse proxy sees them all.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from facade.flow.report.notice import Next
from facade.flow.report.standing import State
from facade.flow.report.status import StoreStatus, StreamStatus, store_status
from facade.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_RUNS = (
    "SELECT r.id, s.source, s.name, r.kind, r.ended, r.records_read, r.records_changed, r.records_deleted,"
    " r.resources_written, r.quarantined, r.started, r.error FROM sync_run r"
    " JOIN stream_state s ON s.id=r.stream_id WHERE r.id>=? ORDER BY r.id"
)
_UNMAPPED = "SELECT source, concept_map, count(*), sum(count) FROM unmapped_code GROUP BY source, concept_map"
_STREAM = ("source", "stream")
_SYNC = ("source", "stream", "kind")
_COUNTERS = {
    "records_read": "Records that syncs read.",
    "records_changed": "Records that syncs found new or changed.",
    "records_deleted": "Records that syncs found deleted.",
    "resources_written": "Versions of resources that syncs wrote.",
    "records_quarantined": "Records or mappings of them that syncs put into quarantine.",
    "failures": "Syncs that ended in an error.",
}


class Metrics:
    """One process's metrics. `expected` are the streams that are set up."""

    def __init__(self, store: Store, expected: Iterable[Next] = ()) -> None:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Stored(store, tuple(expected)))
        ProcessCollector(registry=registry)  # memory, CPU and open files, where the system tells
        self._registry = registry
        self._lock = threading.Lock()

    def text(self) -> bytes:
        """Everything, in the text format 0.0.4. Blocks; raises Unavailable when the store cannot be read."""
        with self._lock:
            return generate_latest(self._registry)


class _Stored(Collector):
    def __init__(self, store: Store, expected: tuple[Next, ...]) -> None:
        self._store, self._expected = store, expected
        self._book = _Book(store)

    def collect(self) -> Iterator[Metric]:
        status = store_status(self._store, top=1, expected=self._expected)
        yield from _sources(status)
        yield from _streams(status)
        yield from self._book.metrics()
        yield from self._contents(status)

    def _contents(self, status: StoreStatus) -> Iterator[Metric]:
        resources = GaugeMetricFamily("facade_resources", "Living resources by type.", labels=["type"])
        for type, count in status.resources.items():
            resources.add_metric([type], count)
        yield resources
        if status.counted is not None:
            told = "When facade_resources was counted; in a large store that is now and then."
            yield GaugeMetricFamily(
                "facade_resources_counted_timestamp_seconds", told, status.counted.timestamp()
            )
        labels = ["source", "concept_map"]
        codes = GaugeMetricFamily("facade_unmapped_codes", "Codes without an entry in a map.", labels=labels)
        records = GaugeMetricFamily(
            "facade_unmapped_code_records", "Records that such codes were met in.", labels=labels
        )
        for source, name, kinds, met in self._store.query(_UNMAPPED):
            codes.add_metric([source, name], kinds)
            records.add_metric([source, name], float(met))
        yield from (codes, records)


def _sources(status: StoreStatus) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "facade_source_state", "1 for the state that a source is in.", labels=["source", "state"]
    )
    breaker = GaugeMetricFamily(
        "facade_source_breaker_open", "Whether a source is left alone after failures.", labels=["source"]
    )
    hours = GaugeMetricFamily(
        "facade_source_outside_hours", "Whether a source waits for its allowed hours.", labels=["source"]
    )
    for source in status.sources:
        for name in get_args(State):
            state.add_metric([source.name, name], source.state == name)
        why = source.rest.why if source.rest else None
        breaker.add_metric([source.name], why == "failures")
        hours.add_metric([source.name], why == "hours")
    yield from (state, breaker, hours)
    told = "Whether a process that schedules syncs is alive."
    yield GaugeMetricFamily("facade_schedule_alive", told, status.scheduled)


def _streams(status: StoreStatus) -> Iterator[Metric]:
    def gauge(name: str, told: str, value: Any) -> Metric:
        family = GaugeMetricFamily(f"facade_stream_{name}", told, labels=_STREAM)
        for stream in status.streams:
            found = value(stream)
            if found is not None:
                family.add_metric([stream.source, stream.name], found)
        return family

    def seconds(name: str) -> Any:
        return lambda stream: at.timestamp() if (at := getattr(stream, name)) is not None else None

    def running(name: str) -> Any:
        return lambda stream: getattr(stream.running, name) if stream.running else 0

    def lag(stream: StreamStatus) -> float | None:
        return None if stream.lag is None else stream.lag.total_seconds()

    yield gauge("last_success_timestamp_seconds", "When the last good read began.", seconds("last_success"))
    yield gauge("last_full_timestamp_seconds", "When the last read of the whole began.", seconds("last_full"))
    yield gauge("lag_seconds", "How long ago the last good read began.", lag)
    yield gauge("failing", "Whether a stream fails.", lambda stream: stream.state == "failing")
    yield gauge("records", "Living records.", lambda stream: stream.records)
    yield gauge("quarantined", "Records or mappings in quarantine.", lambda stream: stream.quarantined)
    yield gauge("running", "Whether a sync goes on.", lambda stream: stream.running is not None)
    yield gauge("running_records", "Records that it has read so far.", running("read"))
    yield gauge("running_records_per_second", "Its rate so far.", running("rate"))


class _Book:
    """Adds up the runs that ended since it was opened: each once, whichever process ran it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        ((last,),) = store.query("SELECT max(id) FROM sync_run")
        open_ones = [row[0] for row in store.query("SELECT id FROM sync_run WHERE ended IS NULL")]
        self._from = min(open_ones, default=(last or 0) + 1)
        closed = store.query("SELECT id FROM sync_run WHERE id>=? AND ended IS NOT NULL", (self._from,))
        self._done = {row[0] for row in closed}
        self._sums: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in _COUNTERS}
        self._seconds: Counter[tuple[str, ...]] = Counter()
        self._count: Counter[tuple[str, ...]] = Counter()

    def metrics(self) -> Iterator[Metric]:
        self._read()
        for name, told in _COUNTERS.items():
            family = CounterMetricFamily(f"facade_sync_{name}", told, labels=_SYNC)
            for labels in self._count:
                family.add_metric(labels, self._sums[name][labels])
            yield family
        took = SummaryMetricFamily("facade_sync_seconds", "How long syncs took.", labels=_SYNC)
        for labels, count in self._count.items():
            took.add_metric(labels, count, self._seconds[labels])
        yield took

    def _read(self) -> None:
        still_open = None
        for run_id, source, stream, kind, ended, *counts, started, error in self._store.query(
            _RUNS, (self._from,)
        ):
            if ended is None:
                still_open = still_open or run_id
            elif run_id not in self._done:
                self._done.add(run_id)
                labels = (source, stream, kind)
                for name, count in zip(_COUNTERS, (*counts, error is not None), strict=True):
                    self._sums[name][labels] += count
                self._seconds[labels] += max(0, ended - started) / 1e6
                self._count[labels] += 1
        self._from = still_open or max(self._done, default=self._from - 1) + 1
        self._done = {run_id for run_id in self._done if run_id >= self._from}
