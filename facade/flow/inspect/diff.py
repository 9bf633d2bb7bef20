"""`facade check --diff`: what the pack, as it is now, would make of every record, beside what is stored.

Nothing is written. The records are the stored ones, as for a replay; a stream whose stored records lack a
column that the pack reads now (or every stream, if asked for) is read from its source instead.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from connectors.base import Connector, Record, Source
from connectors.errors import ConnectorError
from facade.flow.columns import columns_needed, whole_rows
from facade.flow.draft import map_item, read
from facade.flow.inspect.claims import Claims, Made, Name, Stored
from facade.flow.inspect.difference import EXAMPLES, ElementDiff, SourceDiff, TypeDiff
from facade.flow.runs import State, find
from facade.flow.seen import Seen
from facade.flow.sql import marks
from facade.flow.stored import stored_records
from facade.mapping.cases import changes
from facade.search import Setting
from facade.store import Store
from facade.store.serialise import from_json

if TYPE_CHECKING:
    from facade.mapping import Pack

PAGE = 500

_KNOWN = "SELECT key, id FROM raw_record WHERE stream_id=? AND key IN "
_OWNED = "SELECT rid, type, id, hash, raw_id, mapping FROM resource WHERE deleted=0 AND raw_id IN "
_LIVING = "SELECT id FROM resource WHERE deleted=0 AND type=? AND id IN "
Progress = Callable[[str, int], None]
"""(stream, records compared so far)."""


async def diff_source(
    store: Store,
    pack: Pack,
    connector: Connector,
    *,
    from_source: bool = False,
    progress: Progress = lambda stream, records: None,
) -> SourceDiff:
    """Compare one source's streams. Never raises for what the source does wrong: `errors` tell it."""
    diff = SourceDiff(connector.name)
    claims = Claims()
    told = _Told(diff, store)
    for stream in pack.streams:
        state = await find(store, connector.name, stream)
        known = state or State(connector.name, stream, 0, None)
        fresh = from_source or state is None or await _lacks_columns(store, pack, known)
        one = _Stream(store, pack, known, claims, told)
        try:
            if fresh:
                diff.fresh += (stream,)
                await one.compare_source(cast(Source, connector), progress)
            else:
                await one.compare(stored_records(store, known.stream_id, stream), progress)
        except ConnectorError as error:
            diff.errors[stream] = str(error)
            claims.forget(stream)
    await told.resolve(claims)
    rows = await store.fetch("SELECT name FROM stream_state WHERE source=? ORDER BY name", (diff.source,))
    diff.left = tuple(name for (name,) in rows if name not in pack.streams)
    return diff


async def _lacks_columns(store: Store, pack: Pack, state: State) -> bool:
    """Whether the stored records were read before the pack came to need a column of theirs."""
    if not pack.streams[state.stream].query:
        return False
    sql = "SELECT body FROM raw_record WHERE stream_id=? AND deleted=0 LIMIT 1"
    rows = await store.fetch(sql, (state.stream_id,))
    return bool(rows) and not columns_needed(pack, state.stream) <= from_json(rows[0][0]).keys()


class _Stream:
    """One stream being compared, a page of records at a time."""

    def __init__(self, store: Store, pack: Pack, state: State, claims: Claims, told: _Told) -> None:
        self._store, self._pack, self._state = store, pack, state
        self._claims, self._told = claims, told
        self._setting = Setting.of(store)
        self._met: Seen | None = None

    async def compare_source(self, source: Source, progress: Progress) -> None:
        """Read all of it; what is stored and does not come would be deleted."""
        self._met = Seen()
        records = source.read(self._state.stream)
        await self.compare(whole_rows(source.name, self._pack, self._state.stream, records), progress)
        last = ""
        sql = (
            "SELECT key, id FROM raw_record WHERE stream_id=? AND deleted=0 AND key>? ORDER BY key LIMIT 0+?"
        )
        while rows := await self._store.fetch(sql, (self._state.stream_id, last, PAGE)):
            last = rows[-1][0]
            gone = [raw_id for _, raw_id in rows if raw_id not in self._met]
            for stored in await self._owned(gone):
                self._claims.release(self._state.stream, stored, "the source no longer has its row")

    async def compare(self, records: AsyncIterator[Record], progress: Progress) -> None:
        """Map every record and claim what it makes."""
        page: list[Record] = []
        count = 0
        async with aclosing(cast(Any, records)):
            async for record in records:
                page.append(record)
                if len(page) == PAGE:
                    count += len(page)
                    await self._page(page)
                    progress(self._state.stream, count)
                    page = []
        await self._page(page)
        self._told.diff.records += count + len(page)
        progress(self._state.stream, count + len(page))

    async def _page(self, page: list[Record]) -> None:
        unique = {record.key: record for record in reversed(page)}
        known: dict[str, int] = {}
        if unique:
            values = (self._state.stream_id, *unique)
            known.update(await self._store.fetch(_KNOWN + marks(len(unique)), values))
        owned: dict[int, list[Stored]] = {}
        for stored in await self._owned(list(known.values())):
            owned.setdefault(stored.raw_id, []).append(stored)
        wanted: list[Made] = []
        for record in reversed(unique.values()):
            raw_id = known.get(record.key, 0)
            item = read(record)
            map_item(self._pack, record, item, self._setting)
            if raw_id and self._met is not None:
                self._met.add(raw_id)
            if item.whole and raw_id:
                continue  # what is stored of it stays
            await self._told.refuse(self._state.stream_id, item)
            made = {(draft.type, draft.id): draft for draft in reversed(item.drafts)}
            mine = {(stored.type, stored.id): stored for stored in owned.get(raw_id, ())}
            for name, draft in reversed(made.items()):
                content = draft.content
                if name not in mine:
                    wanted.append(Made(*name, content.hash, content.body(1, "")))
                elif mine[name].hash == content.hash:
                    self._told.of(draft.type).same += 1
                else:
                    await self._told.change(mine[name], content.body(1, ""))
            reasons = {refusal.mapping: refusal.reason for refusal in item.refusals}
            for name, stored in mine.items():
                if name not in made:
                    self._claims.release(self._state.stream, stored, reasons.get(stored.mapping, ""))
        living = await self._told.living((one.type, one.id) for one in wanted)
        for one in wanted:
            kept = one if (one.type, one.id) in living else one._replace(body=b"")
            self._claims.want(self._state.stream, kept)

    async def _owned(self, raw_ids: list[int]) -> list[Stored]:
        if not raw_ids:
            return []
        rows = await self._store.fetch(_OWNED + marks(len(raw_ids)), raw_ids)
        return [Stored(row[0], row[1], row[2], bytes(row[3]), row[4], row[5] or "") for row in rows]


class _Told:
    """Counts what differs."""

    def __init__(self, diff: SourceDiff, store: Store) -> None:
        self.diff = diff
        self._store = store

    def of(self, type: str) -> TypeDiff:
        return self.diff.types.setdefault(type, TypeDiff())

    async def change(self, stored: Stored, after: bytes) -> None:
        """A resource whose content would be another."""
        rows = await self._store.fetch("SELECT body FROM resource WHERE rid=?", (stored.rid,))
        one = self.of(stored.type)
        one.changed += 1
        reference = f"{stored.type}/{stored.id}"
        seen: set[str] = set()
        for path, before, now in changes(_content(bytes(rows[0][0])), _content(after)):
            element = f"{stored.type}.{_without_indices(path)}"
            if element not in seen:  # once for each resource
                seen.add(element)
                one.elements.setdefault(element, ElementDiff()).add(reference, before, now)

    async def refuse(self, stream_id: int, item: Any) -> None:
        """What would be quarantined, unless it is already."""
        if not item.refusals:
            return
        sql = "SELECT mapping FROM quarantine WHERE stream_id=? AND key=?"
        known = {mapping for (mapping,) in await self._store.fetch(sql, (stream_id, item.key))}
        for refusal in item.refusals:
            if refusal.mapping not in known:
                self.diff.refused[refusal.mapping, refusal.element or "", refusal.reason] += 1

    async def resolve(self, claims: Claims) -> None:
        """Who gets what: a resource that is free or let go goes to who wants it first, the rest are gone."""
        names = list(claims.wanted)
        for start in range(0, len(names), PAGE):
            living = await self.living(names[start : start + PAGE])
            for name in names[start : start + PAGE]:
                made, *others = claims.wanted[name]
                self.diff.contested += len(others)
                if name not in living:
                    self._add(made)
                elif (stored := claims.released.pop(name, None)) is None:
                    self.diff.contested += 1
                elif stored.stored.hash == made.hash:
                    self.of(made.type).same += 1
                else:
                    await self.change(stored.stored, made.body)
        for name, released in claims.released.items():
            one = self.of(name[0])
            one.gone += 1
            if len(one.gone_examples) < EXAMPLES:
                why = f" ({released.reason})" if released.reason else ""
                one.gone_examples.append(f"{name[0]}/{name[1]}{why}")

    def _add(self, made: Made) -> None:
        one = self.of(made.type)
        one.added += 1
        if len(one.added_examples) < EXAMPLES:
            one.added_examples.append(f"{made.type}/{made.id}")

    async def living(self, names: Iterable[Name]) -> set[Name]:
        """Those that are in the store and not deleted."""
        by_type: dict[str, list[str]] = {}
        for type, id in names:
            by_type.setdefault(type, []).append(id)
        found: set[Name] = set()
        for type, ids in by_type.items():
            rows = await self._store.fetch(_LIVING + marks(len(ids)), (type, *ids))
            found |= {(type, id) for (id,) in rows}
        return found


def _content(body: bytes) -> Mapping[str, Any]:
    """A resource without what the store adds."""
    resource = from_json(body)
    meta = {k: v for k, v in resource.pop("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    return {**resource, **({"meta": meta} if meta else {})}


def _without_indices(path: str) -> str:
    return "".join(part.partition("]")[2] if "]" in part else part for part in path.split("["))
