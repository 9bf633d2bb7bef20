"""The search index's rows: written with their resource, replaced when it changes.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from facade.store.writer import Transaction

LONGEST = 250
"""Characters of a text that are indexed: PostgreSQL bears about 2,700 bytes in one index row."""

TABLES = ("index_token", "index_string", "index_date", "index_reference")


@dataclass(slots=True)
class IndexRows:
    """What one resource can be found by; `param` is SearchParameter.number.

    tokens (param, code, system URI or ""), strings (param, folded, exact), dates (param, low, high) as a
    half-open interval of microseconds, references (param, target). Repeated rows are welcome.
    """

    tokens: list[tuple[int, str, str]] = field(default_factory=list)
    strings: list[tuple[int, str, str]] = field(default_factory=list)
    dates: list[tuple[int, int, int]] = field(default_factory=list)
    references: list[tuple[int, str]] = field(default_factory=list)


def write_rows(transaction: Transaction, items: Sequence[tuple[int, IndexRows]]) -> None:
    """Add the rows of resources (rid, rows) that have none."""
    items = sorted(items, key=itemgetter(0))
    uris = intern(transaction, {row[2] for _, rows in items for row in rows.tokens})
    tokens, strings, dates, references = [], [], [], []
    for rid, rows in items:
        for param, code, system in {(param, code[:LONGEST], system) for param, code, system in rows.tokens}:
            tokens.append((param, code, uris[system], rid))
        for param, folded, exact in {
            (param, folded[:LONGEST], exact[:LONGEST]) for param, folded, exact in rows.strings
        }:
            strings.append((param, folded, rid, exact))
        for param, low, high in set(rows.dates):
            dates.append((param, low, high, rid))
        for param, target in {(param, target[:LONGEST]) for param, target in rows.references}:
            references.append((param, target, rid))
    _insert(transaction, "index_token", ("param", "code", "system", "rid"), tokens)
    _insert(transaction, "index_string", ("param", "value", "rid", "exact"), strings)
    _insert(transaction, "index_date", ("param", "low", "high", "rid"), dates)
    _insert(transaction, "index_reference", ("param", "target", "rid"), references)


def _insert(transaction: Transaction, table: str, columns: Sequence[str], rows: list[Any]) -> None:
    """In the order of the key, nearly: neighbours share a page. Sorting by single values is twice as fast."""
    rows.sort(key=itemgetter(1))
    rows.sort(key=itemgetter(0))
    transaction.insert(table, columns, rows)


def delete_rows(transaction: Transaction, rids: Sequence[int]) -> None:
    """Forget what these resources could be found by."""
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        marks = ",".join("?" * len(part))
        for table in TABLES:
            transaction.execute(f"DELETE FROM {table} WHERE rid IN ({marks})", part)  # noqa: S608


def intern(transaction: Transaction, uris: Iterable[str]) -> dict[str, int]:
    """The small integers that stand for these URIs, new ones added; "" is 0."""
    ids = {"": 0}
    for uri in uris:
        known = transaction.systems.get(uri) or transaction.new_systems.get(uri)
        if known is None and uri:
            known = transaction.new_systems[uri] = _intern_one(transaction, uri)
        ids[uri] = known or 0
    return ids


def _intern_one(transaction: Transaction, uri: str) -> int:
    transaction.execute("INSERT INTO system_uri (uri) VALUES (?) ON CONFLICT (uri) DO NOTHING", (uri,))
    (found,) = transaction.execute("SELECT id FROM system_uri WHERE uri=?", (uri,))[0]
    return int(found)
