"""The pages of a record: the one whose it is, what is in its compartment, and what that refers to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from facade.errors import NotFound
from facade.rest.bundle import RESOURCE, between
from facade.rest.read import read_stored
from facade.rest.request.call import Call
from facade.rest.service import Service
from facade.search.everything import Everything, Row, referred_names
from facade.search.includes import MAX_INCLUDED
from facade.search.keyset import Cursor
from facade.store.serialise import references_in

_MAX_NAMES = 4 * MAX_INCLUDED
_REFERS = 4
"""Where a page's row says what its resource refers to."""
_HOLDER = 0
"""The place of the one whose record it is: before every rid."""


class RecordPage(NamedTuple):
    """`cut`: there was more to include; `total` is of this page."""

    rows: Sequence[Row]
    included: Sequence[Row]
    cut: bool
    before: Cursor | None
    after: Cursor | None
    total: int


async def fetch_record(
    service: Service, call: Call, wanted: Everything, edge: Cursor | None, most: int, *, apart: bool
) -> RecordPage:
    """The page that begins at an edge; unless they are wanted `apart`, a row may hold several resources as
    they stand in a Bundle. Raises what a read raises, if there is no such resource."""
    plain = edge is None and wanted.plain and not apart
    page = await _whole(service, wanted, most) if plain else None
    return page or await _page(service, call, wanted, edge, most)


async def _whole(service: Service, wanted: Everything, count: int) -> RecordPage | None:
    """A plain record that fits on its first page, which is what is asked for most."""
    found = await service.store.at_hand(*wanted.rids(count))
    if found is None:
        return await _joined(service, wanted, count) if wanted.dialect == "postgresql" else None
    _, more, kept = found
    own = [one.name for one in kept]
    if more or wanted.holder not in own:
        return None
    first = own.index(wanted.holder)
    names = referred_names({one.refers for one in kept}, own, service.base_url)
    included: Sequence[Row] = ()
    if names:
        beside = await service.store.at_hand_named(names[:_MAX_NAMES])
        if beside is None:
            return None
        included = beside.kept
    rows = [kept[first], *kept[:first], *kept[first + 1 :]]
    return RecordPage(rows, *_cut(included, names), None, None, len(rows))


async def _joined(service: Service, wanted: Everything, count: int) -> RecordPage | None:
    """The same where the store gives them joined already: the second row stands for all but the first."""
    store, name = service.store, wanted.holder
    ((joined, refers, number, body, patients, more),) = await store.search(
        *wanted.joined(count, between(service.base_url))
    )
    if more or body is None:
        return None
    rows: list[Row] = [(_HOLDER, name, body)]
    if number:
        first, _, rest = joined.partition(RESOURCE)
        rows.append((_HOLDER, first, rest))
    included, cut = await _included(service, wanted, rows, (refers, patients), shared=False)
    return RecordPage(rows, included, cut, None, None, 1 + number)


async def _page(
    service: Service, call: Call, wanted: Everything, edge: Cursor | None, count: int
) -> RecordPage:
    """One page of the record, in the order of rid, after the one whose record it is."""
    backward = edge is not None and edge.backward
    found: list[Row] = [*await service.store.search(*wanted.page(edge, count + 2))]
    if wanted.needs_rest(found):
        found += await service.store.search(*wanted.rest(edge, count + 1))
    if (name := wanted.holder) is not None:
        holder = next((row for row in found if row[1] == name), None)
        found = [row for row in found if row[1] != name]
        found = _with_holder(wanted, found, holder or await _absent(service, call, wanted), edge)
    found.sort(key=itemgetter(0), reverse=backward)
    more = len(found) > count
    found = found[:count]
    if backward:
        found.reverse()
    before = after = None
    if found:
        if more if backward else edge is not None:
            before = Cursor((), found[0][0], backward=True)
        if backward or more:
            after = Cursor((), found[-1][0])
    rows = found if wanted.types is None else [row for row in found if wanted.wants(row)]
    included, cut = await _included(service, wanted, found, [row[_REFERS] for row in found])
    return RecordPage(rows, included, cut, before, after, len(rows))


def _with_holder(wanted: Everything, rows: list[Row], holder: Row, edge: Cursor | None) -> list[Row]:
    """It is before all others, if it is wanted."""
    if wanted.since is not None and holder[3] < wanted.since:
        return rows
    if wanted.walked is not None and wanted.type not in wanted.walked:
        return rows
    if edge is not None and not (edge.backward and edge.rid > _HOLDER):
        return rows
    return [*rows, (_HOLDER, *holder[1:])]


async def _absent(service: Service, call: Call, wanted: Everything) -> Row:
    """Raises what a read raises."""
    assert wanted.id is not None
    found, _ = await read_stored(service, call, wanted.type, wanted.id)
    if found.body:  # it came this very moment
        return found.rid, wanted.holder, found.body, found.updated, references_in(found.body)
    raise NotFound(f"There is no {wanted.type} with this id.")


async def _included(
    service: Service,
    wanted: Everything,
    rows: Sequence[Row],
    refers: Iterable[str | None],
    *,
    shared: bool = True,
) -> tuple[Sequence[Row], bool]:
    """What a page refers to, each once, and whether there was more than that."""
    names = referred_names(refers, [bytes(row[1]) for row in rows], service.base_url)
    if wanted.types is not None:
        names = [name for name in names if name[0] in wanted.types]
    if not names:
        return (), False
    return _cut(await service.store.search(*wanted.referred(names[:_MAX_NAMES], shared=shared)), names)


def _cut(found: Sequence[Row], names: Sequence[object]) -> tuple[Sequence[Row], bool]:
    """As many as may come along, and whether there are more."""
    found = sorted(found, key=itemgetter(1))
    return found[:MAX_INCLUDED], len(found) > MAX_INCLUDED or len(names) > _MAX_NAMES
