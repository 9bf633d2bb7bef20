"""How much the store holds, counted while that is cheap; in a large store, counted now and then and kept.

Counting walks through all rows. Where that takes longer than `CHEAP`, a count stands until something was
written since and it has grown old; the next is made in the background, and left in the store for others.
Where there is none yet, the indexes tell how much there is with what was deleted.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

from facade.errors import FacadeError
from facade.store import Store

CHEAP = 0.05
"""Seconds that counting may take each time someone asks."""

FEW = 20_000
"""Rows that are surely counted in a moment."""

PART = 50_000
"""Rows counted at a time: the store can be closed in between."""

SHARE = 50
"""A count stands at least so many times as long as it took, and a minute."""

Query = Callable[..., list[tuple[Any, ...]]]

_FACT = "counts"
_RESOURCES = "SELECT type, count(*) FROM resource WHERE deleted=0 AND rid>? AND rid<=? GROUP BY type"
_RECORDS = "SELECT stream_id, count(*) FROM raw_record WHERE deleted=0 AND id>? AND id<=? GROUP BY stream_id"
_ALL_RESOURCES = "SELECT type, count(*) FROM resource GROUP BY type ORDER BY type"
_ALL_RECORDS = "SELECT stream_id, count(*) FROM raw_record GROUP BY stream_id"
_QUARANTINED = "SELECT stream_id, count(*) FROM quarantine GROUP BY stream_id"


@dataclass(frozen=True, slots=True)
class Counts:
    """What there was `at` a moment: living resources by type; living records and refusals by stream's id."""

    at: datetime
    resources: dict[str, int]
    records: dict[int, int]
    quarantined: dict[int, int]


@dataclass(slots=True)
class _Kept:
    """The last count of one store, what it took, and how far the store was then."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    counts: Counts | None = None
    took: float = 0.0
    mark: list[Any] = field(default_factory=list)
    counting: bool = False


_kept: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()
_guard = threading.Lock()


def counts(store: Store, *, wait: bool = False) -> Counts:
    """What the store holds, as of `at`. With `wait`, counted now where there is no count yet."""
    with _guard:
        kept = _kept.setdefault(store, _Kept())
    with kept.lock:
        if kept.counts is None:
            _recall(store, kept)
        if wait or max(_ends(store)) < FEW if kept.counts is None else kept.took < CHEAP:
            return _count(store, kept, store.query)
        if kept.counts is None:
            kept.took = CHEAP
            kept.counts = _guess(store)
            _begin(store, kept)
        elif _mark(store, kept.counts) == kept.mark:  # nothing was written since
            kept.counts = replace(kept.counts, at=store.clock())
        elif not kept.counting and _old(store, kept, kept.counts):
            _begin(store, kept)
        return kept.counts


def _begin(store: Store, kept: _Kept) -> None:
    kept.counting = True
    threading.Thread(target=_again, args=(store, kept), name="counts", daemon=True).start()


def _guess(store: Store) -> Counts:
    query = store.query
    resources: dict[str, int] = dict(query(_ALL_RESOURCES))
    return Counts(store.clock(), resources, dict(query(_ALL_RECORDS)), dict(query(_QUARANTINED)))


def _ends(store: Store) -> tuple[int, int]:
    """The last numbers of resources and of records."""
    ((rid,),) = store.query("SELECT max(rid) FROM resource")
    ((raw_id,),) = store.query("SELECT max(id) FROM raw_record")
    return rid or 0, raw_id or 0


def _old(store: Store, kept: _Kept, found: Counts) -> bool:
    age = store.clock() - found.at
    return age < timedelta() or age > timedelta(seconds=max(60.0, SHARE * kept.took))


def _again(store: Store, kept: _Kept) -> None:
    try:
        fresh = _Kept()
        _count(store, fresh, store.query_pooled)
        with kept.lock:
            kept.counts, kept.took, kept.mark = fresh.counts, fresh.took, fresh.mark
    except Exception:  # noqa: S110  the store was closed or is busy: the old count stands
        pass
    finally:
        kept.counting = False


def _count(store: Store, kept: _Kept, query: Query) -> Counts:
    begun, at = perf_counter(), store.clock()
    rid, raw_id = _ends(store)
    resources = _by_parts(query, _RESOURCES, rid)
    quarantined: dict[int, int] = dict(query(_QUARANTINED))
    found = Counts(at, dict(sorted(resources.items())), _by_parts(query, _RECORDS, raw_id), quarantined)
    kept.took, kept.counts = perf_counter() - begun, found
    if kept.took >= CHEAP:
        kept.mark = _mark(store, found)
        _leave(store, kept, found)
    return found


def _by_parts(query: Query, sql: str, end: int) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for low in range(0, end, PART):
        for name, count in query(sql, (low, low + PART)):
            total[name] += count
    return total


def _mark(store: Store, found: Counts) -> list[Any]:
    """Changes whenever a resource is written; read from the ends of indexes."""
    last = [store.query("SELECT max(rid) FROM resource")[0][0]]
    last.append(store.query("SELECT max(id) FROM quarantine")[0][0])
    sql = "SELECT max(updated) FROM resource WHERE type=?"
    return last + [store.query(sql, (type,))[0][0] for type in sorted(found.resources)]


def _fields(found: Counts) -> tuple[dict[Any, int], ...]:
    return found.resources, found.records, found.quarantined


def _leave(store: Store, kept: _Kept, found: Counts) -> None:
    pairs = [list(one.items()) for one in _fields(found)]
    text = json.dumps([found.at.timestamp(), *pairs, kept.took, kept.mark])
    sql = (
        "INSERT INTO store_fact (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value=excluded.value"
    )
    try:
        store.write_sync(lambda transaction: transaction.execute(sql, (_FACT, text)))
    except FacadeError:  # it is only for others
        return


def _recall(store: Store, kept: _Kept) -> None:
    """The count that another process left."""
    for (text,) in store.query("SELECT value FROM store_fact WHERE name=?", (_FACT,)):
        try:
            at, resources, records, quarantined, took, mark = json.loads(text)
            fields = (dict(resources), dict(records), dict(quarantined))
            kept.counts = Counts(datetime.fromtimestamp(at, UTC), *fields)
            kept.took, kept.mark = float(took), list(mark)
        except (ValueError, TypeError):  # another version's
            return
