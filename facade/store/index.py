"""The search index's rows: written with their resource, replaced when it changes.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypeVar

from facade.store.writer import Transaction

T = TypeVar("T")
LONGEST = 250
"""Characters of a text that are indexed: PostgreSQL bears about 2,700 bytes in one index row."""

GROUPED = (
    "index_token",
    "index_string",
    "index_date",
    "index_reference",
    "index_number",
    "index_quantity",
    "index_uri",
)
"""Tables that hold rows of elements, too."""
TABLES = (*GROUPED, "index_position", "index_token_text", "in_compartment")
COLUMNS = {  # of those that are written with their resource
    "index_token": ("param", "code", "system", "rid"),
    "index_string": ("param", "value", "rid", "exact"),
    "index_date": ("param", "low", "high", "rid"),
    "index_reference": ("param", "target", "rid", "low", "high"),
    "index_number": ("param", "low", "high", "rid"),
    "index_quantity": (
        "param",
        "low",
        "high",
        "system",
        "code",
        "unit",
        "rid",
        "base",
        "base_low",
        "base_high",
    ),
    "index_uri": ("param", "value", "rid"),
    "index_position": ("param", "rid", "x", "y", "z"),
    "in_compartment": ("patient", "rid"),
}
PRESENT = 100_000
"""What is added to a parameter's number, among tokens, where an element gives nothing else to be found by: a
reference that has only a display is there, all the same."""
CONTAINED = 1_000_000
"""What is added to the numbers of a contained resource's parameters."""
_NO_KEY = {"index_quantity": {"base", "base_low", "base_high"}, "index_reference": {"low", "high"}}
"""Columns that are no part of their table's key."""
_NO_MOMENT = (None, None)
_BARE = frozenset({"extension", "id"})
GROUP_BITS = 16
"""An element whose values must be found together has rows of its own: under -(rid << GROUP_BITS | place)."""


QuantityRow = tuple[int, float, float, str, str, str, str | None, float | None, float | None]
"""param, low, high, system URI or "", code, unit text or ""; base units, low and high in them, or None."""


@dataclass(slots=True)
class IndexRows:
    """What one resource can be found by; `param` is SearchParameter.number.

    tokens (param, code, system URI or ""), strings (param, folded, exact), dates (param, low, high) as a
    half-open interval of microseconds, references (param, target), numbers (param, low, high) as a closed
    interval, quantities (see `QuantityRow`), uris (param, value), positions (param, x, y, z). Repeated rows
    are welcome. `groups` are the rows of elements whose parts are found together, and `patients` the logical
    ids of the patients beside the first in whose compartments it is; `moment` is the interval by which what
    refers to something is put in order. `texts` (param, folded), of coded
    values, are for who makes that index on demand; they are not written.
    """

    tokens: list[tuple[int, str, str]] = field(default_factory=list)
    strings: list[tuple[int, str, str]] = field(default_factory=list)
    dates: list[tuple[int, int, int]] = field(default_factory=list)
    references: list[tuple[int, str]] = field(default_factory=list)
    numbers: list[tuple[int, float, float]] = field(default_factory=list)
    quantities: list[QuantityRow] = field(default_factory=list)
    uris: list[tuple[int, str]] = field(default_factory=list)
    positions: list[tuple[int, float, float, float]] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    groups: list[IndexRows] = field(default_factory=list)
    patients: tuple[str, ...] = ()
    moment: tuple[int, int] | None = None
    settled: bool = False

    def settle(self) -> None:
        """Each row once, its texts as long as they are indexed: to be done before the one thread that writes
        is given them, for which others wait."""
        if self.settled:
            return
        self.settled, cut = True, LONGEST
        self.tokens = _once((param, code[:cut], system) for param, code, system in self.tokens)
        self.strings = _once((param, folded[:cut], exact[:cut]) for param, folded, exact in self.strings)
        self.dates = _once(self.dates)
        self.references = _once((param, target[:cut]) for param, target in self.references)
        self.numbers = _once(self.numbers)
        quantities = {(*row[:4], row[4][:cut], row[5][:cut]): row[6:] for row in self.quantities}
        self.quantities = [(*key, *base) for key, base in quantities.items()]
        self.uris = _once((param, uri[:cut]) for param, uri in self.uris)
        self.positions = _once(self.positions)
        for group in self.groups:
            group.settle()

    def contain(self, name: int, id: str, own: IndexRows) -> None:
        """A contained resource's rows as one more element's; `name` is the number of its type's `_id`."""
        raised = IndexRows()
        for kind in ("tokens", "strings", "dates", "references", "numbers", "quantities", "uris"):
            getattr(raised, kind).extend((row[0] + CONTAINED, *row[1:]) for row in getattr(own, kind))
        raised.tokens.append((name + CONTAINED, id, ""))
        self.groups.append(raised)

    def present(self, params: Iterable[int], value: Any) -> None:
        """An element of these parameters is there, and none of the other rows is of it. One that has nothing
        but extensions (why there is no value, say) is as good as missing."""
        if value.__class__ is not dict or value.keys() - _BARE:
            self.tokens += [(param + PRESENT, "", "") for param in params]


def _once(rows: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(rows))


def write_rows(transaction: Transaction, items: Sequence[tuple[int, IndexRows]]) -> None:
    """Add the rows of resources (rid, rows) that have none."""
    for table, rows in table_rows(items, lambda systems: intern(transaction, systems)).items():
        if rows:
            _insert(transaction, table, COLUMNS[table], rows)


def table_rows(
    items: Sequence[tuple[int, IndexRows]], number: Callable[[set[str]], Mapping[str, int]]
) -> dict[str, list[Any]]:
    """The rows of resources as the tables hold them, each once; `number` gives the systems' integers."""
    items = sorted([*items, *_group_items(items)], key=itemgetter(0))
    systems = {row[2] for _, rows in items for row in rows.tokens}
    systems.update(row[3] for _, rows in items for row in rows.quantities)
    ids = number(systems)
    found: dict[str, list[Any]] = {table: [] for table in COLUMNS}
    tokens, strings, dates, references = (found[table] for table in GROUPED[:4])
    numbers, quantities, uris = (found[table] for table in GROUPED[4:])
    for rid, rows in items:
        rows.settle()
        moment = rows.moment or _NO_MOMENT
        tokens += [(param, code, ids[system], rid) for param, code, system in rows.tokens]
        strings += [(param, folded, rid, exact) for param, folded, exact in rows.strings]
        dates += [(*row, rid) for row in rows.dates]
        references += [(*row, rid, *moment) for row in rows.references]
        numbers += [(*row, rid) for row in rows.numbers]
        quantities += [(*row[:3], ids[row[3]], *row[4:6], rid, *row[6:]) for row in rows.quantities]
        uris += [(*row, rid) for row in rows.uris]
        found["index_position"] += [(row[0], rid, *row[1:]) for row in rows.positions]
        found["in_compartment"] += [(patient, rid) for patient in rows.patients]
    return found


def _group_items(items: Sequence[tuple[int, IndexRows]]) -> Iterable[tuple[int, IndexRows]]:
    for rid, rows in items:
        for place, group in enumerate(rows.groups[: 1 << GROUP_BITS]):
            yield -(rid << GROUP_BITS | place), group


def stored_rows(transaction: Transaction, rids: Sequence[int]) -> dict[str, list[Any]]:
    """The rows that the tables hold of these resources and their elements, but for what is made on demand."""
    found: dict[str, list[Any]] = {table: [] for table in COLUMNS}
    for condition, values, tables in _of_resources(rids):
        for table in COLUMNS.keys() & set(tables):
            sql = f"SELECT {','.join(COLUMNS[table])} FROM {table} WHERE {condition}"  # noqa: S608
            found[table] += transaction.execute(sql, values)
    return found


def replace_rows(
    transaction: Transaction, table: str, surplus: Sequence[Any], missing: Sequence[Any]
) -> None:
    """Take some rows of a table away, and add others."""
    columns = COLUMNS[table]
    if surplus:
        told = [at for at, column in enumerate(columns) if column not in _NO_KEY.get(table, ())]
        condition = " AND ".join(f"{columns[at]}=?" for at in told)
        rows = [tuple(row[at] for at in told) for row in surplus]
        transaction.executemany(f"DELETE FROM {table} WHERE {condition}", rows)  # noqa: S608
    if missing:
        _insert(transaction, table, columns, list(missing))


def _insert(transaction: Transaction, table: str, columns: Sequence[str], rows: list[Any]) -> None:
    """In the order of the key, nearly: neighbours share a page. Sorting by single values is twice as fast."""
    rows.sort(key=itemgetter(1))
    rows.sort(key=itemgetter(0))
    transaction.insert(table, columns, rows)


def delete_rows(transaction: Transaction, rids: Sequence[int]) -> None:
    """Forget what these resources could be found by."""
    for condition, values, tables in _of_resources(rids):
        for table in tables:
            transaction.execute(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608


def _of_resources(rids: Sequence[int]) -> Iterator[tuple[str, Sequence[int], tuple[str, ...]]]:
    """Conditions (SQL, values) that hold of the rows of these resources, each with the tables to ask."""
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        yield f"rid IN ({','.join('?' * len(part))})", part, TABLES
    for start in range(0, len(rids), 50):
        part = rids[start : start + 50]
        ranges = " OR ".join(["rid BETWEEN ? AND ?"] * len(part))
        bounds = [bound for rid in part for bound in (1 - (rid + 1 << GROUP_BITS), -(rid << GROUP_BITS))]
        yield ranges, bounds, GROUPED


def intern(transaction: Transaction, uris: Iterable[str]) -> dict[str, int]:
    """The small integers that stand for these URIs, new ones added; "" is 0."""
    ids = {"": 0}
    for uri in sorted(uris):  # in one order, or two processes that add the same would wait for each other
        known = transaction.systems.get(uri) or transaction.new_systems.get(uri)
        if known is None and uri:
            known = transaction.new_systems[uri] = _intern_one(transaction, uri)
        ids[uri] = known or 0
    return ids


def _intern_one(transaction: Transaction, uri: str) -> int:
    transaction.execute("INSERT INTO system_uri (uri) VALUES (?) ON CONFLICT (uri) DO NOTHING", (uri,))
    (found,) = transaction.execute("SELECT id FROM system_uri WHERE uri=?", (uri,))[0]
    return int(found)
