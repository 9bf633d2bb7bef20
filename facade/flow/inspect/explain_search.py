"""What a search costs and who answers it: the slice of each stream, what the source gives, the store's plan.

Nothing is written: the source is read as a live search reads it, and what would be written is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from connectors.base import Condition, Connector, Source
from connectors.errors import ConnectorError
from facade.errors import BadRequest, NotFound
from facade.flow.inspect.explain_store import Items, Timer, explain_clauses, words_of
from facade.flow.live.narrow import narrow, why_not
from facade.flow.sql import marks
from facade.mapping import Pack
from facade.search import Search, parse_search, plan_search
from facade.search.model import Clause
from facade.store.access import EVERYTHING
from facade.store.serialise import weight
from facade.store.store import Store

_AT_ONCE = 500
_HELD = (
    "SELECT w.key, w.hash FROM raw_record w JOIN stream_state s ON s.id = w.stream_id "
    "WHERE s.source = ? AND s.name = ? AND w.deleted = 0 AND w.key IN "
)


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
    """The whole answer; `criteria` in the query's words, all conditions of whatever kind; `store` is None if
    nothing was really done."""

    type: str
    criteria: list[str]
    streams: list[StreamTold]
    store: StoreTold | None = None
    items: tuple[tuple[str, str], ...] = ()


class Explainer:
    """Tells how searches are answered, by a site's packs (by source), in its time zone."""

    def __init__(self, packs: Mapping[str, Pack], zone: str, base_url: str, now: datetime) -> None:
        self._packs, self._zone, self._base_url, self._now = packs, ZoneInfo(zone), base_url, now

    def plan(self, type: str, items: Items) -> SearchTold:
        """What would be asked of whom. Raises NotFound for a type that no pack makes, and what parsing the
        search raises."""
        self._check_type(type)
        search = self.search(type, items)
        told = words_of(search, items)
        streams = explain_streams(self._packs, search, told, self._zone)
        return SearchTold(type, [words for words, _ in told], streams, items=tuple(items))

    def search(self, type: str, items: Items) -> Search:
        """The search as the server understands it."""
        return parse_search(type, items, tz=self._zone, base_url=self._base_url, now=self._now)

    def _check_type(self, type: str) -> None:
        made = sorted({doc.resource for pack in self._packs.values() for doc in pack.mappings.values()})
        if type not in made:
            raise NotFound(f"No pack of this site makes {type}; there are {', '.join(made) or 'none'}.")


def explain_streams(
    packs: Mapping[str, Pack], search: Search, told: Sequence[tuple[str, Clause]], zone: tzinfo
) -> list[StreamTold]:
    """Every stream that makes the type: what of the search is pushed down to it, and why not the rest."""
    return [
        _stream((source, pack, stream), search, told, zone)
        for source, pack in packs.items()
        for stream in pack.streams
        if any(plan.doc.resource == search.type for plan in pack.plans.get(stream, ()))
    ]


def _stream(
    place: tuple[str, Pack, str], search: Search, told: Sequence[tuple[str, Clause]], zone: tzinfo
) -> StreamTold:
    source, pack, stream = place
    mode = pack.streams[stream].mode
    part = narrow(pack, stream, search, zone=zone)
    reasons = why_not(pack, stream, search, zone=zone)
    criteria, others = told[: len(reasons)], told[len(reasons) :]
    reasoned = [(words, reason) for (words, _), reason in zip(criteria, reasons, strict=True)]
    return StreamTold(
        source,
        stream,
        mode,
        [words for words, reason in reasoned if not reason],
        [*(one for one in reasoned if one[1]), *((words, _LEFT) for words, _ in others)],
        part.where if part else (),
        _way(mode, part is not None, part is not None and part.empty),
    )


_LEFT = "only the store can follow what leads beyond one parameter"


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
    clauses = explain_clauses(plan.source, words_of(search, told.items), store.dialect)
    return StoreTold([(one.words, one.step) for one in clauses], int(matches), seconds, plan.page[0])


def split_url(text: str) -> tuple[str, str]:
    """Type and query of a search as it is written in a URL, with or without what stands before the type."""
    path, _, query = text.partition("?")
    type = path.rstrip("/").removesuffix("/_search").rpartition("/")[2]
    if not type:
        raise BadRequest("Write a search as `Patient?family=smith`: the type is missing before the `?`.")
    return type, query.partition("#")[0]
