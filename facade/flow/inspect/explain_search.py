"""What a search costs and who answers it: the slice of each stream, what the source gives, the store's plan.

Nothing is written: the source is read as a live search reads it, and what would be written is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from connectors.base import Condition, Connector, Source
from connectors.errors import ConnectorError
from facade.errors import BadRequest, NotFound
from facade.flow.live.narrow import narrow, why_not
from facade.flow.sql import marks
from facade.mapping import Pack
from facade.search import Search, parse_search, plan_search
from facade.search.kinds import ON_RESOURCE, kind_of
from facade.store.access import EVERYTHING
from facade.store.serialise import weight
from facade.store.store import Store

if TYPE_CHECKING:
    from facade.search import Plan

Items = Sequence[tuple[str, str]]
Timer = Callable[[], float]
"""Seconds of a clock that only goes forward; injected."""

_AT_ONCE = 500
_HELD = (
    "SELECT w.key, w.hash FROM raw_record w JOIN stream_state s ON s.id = w.stream_id "
    "WHERE s.source = ? AND s.name = ? AND w.deleted = 0 AND w.key IN "
)
_HOW = {
    "index_token": "codes",
    "index_string": "texts",
    "index_date": "dates",
    "index_reference": "references",
}


@dataclass
class Asked:
    """What a source gave for a slice: rows, and how many of them the store does not hold as they are;
    seconds. `error`: why it gave none."""

    rows: int = 0
    changed: int = 0
    seconds: float = 0.0
    error: str | None = None


@dataclass
class StreamTold:
    """One stream that makes the type. `pushed` and `kept` are in the query's words, `kept` with why; `where`
    holds for each row that is asked for. `way` tells in a line how this stream takes part in the search."""

    source: str
    stream: str
    mode: str
    pushed: list[str]
    kept: list[tuple[str, str]]
    where: tuple[Condition, ...]
    way: str
    asked: Asked | None = None


@dataclass
class StoreTold:
    """How the store answers: each criterion with the index that finds it, the first leads; matches; seconds
    until the page's rows are there."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    matches: int = 0
    seconds: float = 0.0
    sql: str = ""


@dataclass
class SearchTold:
    """The whole answer; `criteria` in the query's words; `store` is None if nothing was really done."""

    type: str
    criteria: list[str]
    streams: list[StreamTold]
    store: StoreTold | None = None


class Explainer:
    """Tells how searches are answered, by a site's packs (by source), in its time zone."""

    def __init__(self, packs: Mapping[str, Pack], zone: str, base_url: str, now: datetime) -> None:
        self._packs, self._zone, self._base_url, self._now = packs, ZoneInfo(zone), base_url, now

    def plan(self, type: str, items: Items) -> SearchTold:
        """What would be asked of whom. Raises NotFound for a type that no pack makes, and what parsing the
        search raises."""
        self._check_type(type)
        search = self.search(type, items)
        words = self._words(type, items)
        streams = [
            self._stream(source, pack, stream, search, words)
            for source, pack in self._packs.items()
            for stream in pack.streams
            if any(plan.doc.resource == type for plan in pack.plans.get(stream, ()))
        ]
        return SearchTold(type, words, streams)

    def search(self, type: str, items: Items) -> Search:
        """The search as the server understands it."""
        return parse_search(type, items, tz=self._zone, base_url=self._base_url, now=self._now)

    def _check_type(self, type: str) -> None:
        made = sorted({doc.resource for pack in self._packs.values() for doc in pack.mappings.values()})
        if type not in made:
            raise NotFound(f"No pack of this site makes {type}; there are {', '.join(made) or 'none'}.")

    def _words(self, type: str, items: Items) -> list[str]:
        """Each criterion as it was written."""
        return [f"{name}={value}" for name, value in items if self.search(type, [(name, value)]).criteria]

    def _stream(self, source: str, pack: Pack, stream: str, search: Search, words: list[str]) -> StreamTold:
        mode = pack.streams[stream].mode
        part = narrow(pack, stream, search, zone=self._zone)
        reasons = why_not(pack, stream, search, zone=self._zone)
        told = list(zip(words, reasons, strict=True))
        return StreamTold(
            source,
            stream,
            mode,
            [word for word, reason in told if not reason],
            [(word, reason) for word, reason in told if reason],
            part.where if part else (),
            _way(mode, part is not None, part is not None and part.empty),
        )


def _way(mode: str, narrowed: bool, empty: bool) -> str:
    if mode != "live":
        return "answered from the store, which a schedule fills; the source is not asked"
    if empty:
        return "no row of it can match; the source is not asked"
    if narrowed:
        return "the slice is read first, then the store answers"
    return "nothing narrows it: answered from the store, and refreshed in the background"


async def perform(
    told: SearchTold, search: Search, connectors: Mapping[str, Connector], store: Store, timer: Timer
) -> None:
    """Do what was planned, but for the writing: ask the sources, then the store; the figures go into `told`.

    A source that cannot be asked is told, and not raised.
    """
    for one in told.streams:
        never = any(condition.op == "in" and not condition.value for condition in one.where)
        if one.mode == "live" and one.where and not never:
            one.asked = await _ask(one, connectors[one.source], store, timer)
    told.store = await _answer(search, told, store, timer)


async def _ask(one: StreamTold, connector: Connector, store: Store, timer: Timer) -> Asked:
    asked = Asked()
    found: dict[str, bytes] = {}
    began = timer()
    try:
        async with aclosing(cast(Any, cast(Source, connector).read(one.stream, where=one.where))) as records:
            async for record in records:
                asked.rows += 1
                found[record.key] = weight(record.body)[1]
    except ConnectorError as error:
        asked.error = str(error)
    asked.seconds = timer() - began
    asked.changed = len(found) - await _known(one, found, store)
    return asked


async def _known(one: StreamTold, found: Mapping[str, bytes], store: Store) -> int:
    """How many records the store holds as the source gave them."""
    same = 0
    keys = list(found)
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        rows = await store.fetch(_HELD + marks(len(some)), (one.source, one.stream, *some))
        same += sum(bytes(hash) == found[key] for key, hash in rows)
    return same


async def _answer(search: Search, told: SearchTold, store: Store, timer: Timer) -> StoreTold:
    plan = plan_search(search, EVERYTHING, store.dialect)
    began = timer()
    if search.count:
        await store.fetch(*plan.page)
    seconds = timer() - began
    ((matches,),) = await store.fetch(
        *plan_search(replace(search, total="accurate"), EVERYTHING, store.dialect).total
    )
    return StoreTold(_steps(search, plan, told), int(matches), seconds, plan.page[0])


def _steps(search: Search, plan: Plan, told: SearchTold) -> list[tuple[str, str]]:
    """Each criterion and what it is looked up in; the one that leads comes first."""
    steps: list[tuple[str, str]] = []
    for word, criterion in zip(told.criteria, search.criteria, strict=True):
        code = criterion.parameter.code
        driver = plan.source.driver
        if code in ON_RESOURCE:
            steps.append((word, "tested on the resource itself"))
            continue
        index = f"index of {_HOW.get(kind_of(criterion.parameter).TABLE, 'values')}, parameter {code}"
        if driver is not None and driver.clause is criterion:
            steps.insert(0, (word, f"leads: its rows are read from the {index}"))
        else:
            steps.append((word, f"tested for each row, in the {index}"))
    return steps


def split_url(text: str) -> tuple[str, str]:
    """Type and query of a search as it is written in a URL, with or without what stands before the type."""
    path, _, query = text.partition("?")
    type = path.rstrip("/").removesuffix("/_search").rpartition("/")[2]
    if not type:
        raise BadRequest("Write a search as `Patient?family=smith`: the type is missing before the `?`.")
    return type, query.partition("#")[0]
