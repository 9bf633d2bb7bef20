"""The record of a patient or of an encounter as SQL: its compartment in one order, and what that refers to.

https://hl7.org/fhir/R4/patient-operation-everything.html · https://hl7.org/fhir/R4/compartmentdefinition.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from facade.search.care_dates import care_test
from facade.search.includes import MAX_INCLUDED
from facade.search.keyset import Cursor
from facade.search.model import Statement
from facade.search.plan import INCLUDED
from facade.spec import definitions
from facade.store.access import Access

Row = Sequence[Any]
"""rid, `Type/id` and body as bytes; a page's have the time of change in microseconds, too."""


@dataclass(frozen=True, slots=True)
class Everything:
    """What is wanted: the record of one resource (`id` None: of all Patients), as far as the caller sees it.

    `types` are those wanted, None for all; `since` is a time of change and [start, end) is one of care, in
    microseconds.
    """

    type: str
    id: str | None
    access: Access
    dialect: str
    types: frozenset[str] | None = None
    since: int | None = None
    start: int | None = None
    end: int | None = None

    @property
    def holder(self) -> bytes | None:
        """`Type/id` of the one whose record it is."""
        return None if self.id is None else f"{self.type}/{self.id}".encode()

    @property
    def walked(self) -> frozenset[str] | None:
        """The types that have to be looked at, None for all: even what is not wanted may refer to what is."""
        return self.types if self.types is not None and self.types <= _in(self.type) else None

    def wants(self, row: Row) -> bool:
        """Whether a row's type is among those wanted."""
        return self.types is None or bytes(row[1]).partition(b"/")[0].decode() in self.types

    def page(self, edge: Cursor | None, count: int) -> Statement:
        """The one whose record it is, whatever else is asked, and so many rows of its compartment beyond the
        edge; in no order. Of each part there may be so many: the first of all are the page."""
        columns = f"{INCLUDED[self.dialect]},r.updated"
        backward = edge is not None and edge.backward
        beyond, at = ("", []) if edge is None else (f" AND r.rid{'<' if backward else '>'}?", [edge.rid])
        test, values = self._tests()
        rest = f" AND r.deleted=0{test}{beyond} ORDER BY r.rid{' DESC' if backward else ''} LIMIT ?"
        parts: list[str] = []
        params: list[Any] = []
        for tables, where, some in self._members():
            parts.append(f"SELECT * FROM (SELECT {columns} FROM {tables} WHERE {where}{rest}) p{len(parts)}")
            params += [*some, *values, *at, count]
        if self.id is not None:
            clause, patients = self.access.clause("r")
            parts.append(
                f"SELECT {columns} FROM resource r WHERE r.type=? AND r.id=? AND r.deleted=0{clause}"
            )
            params += [self.type, self.id, *patients]
        return " UNION ALL ".join(parts), tuple(params)

    def _members(self) -> list[tuple[str, str, tuple[Any, ...]]]:
        """FROM, WHERE and values of the parts of the compartment; none has a row of another."""
        if self.id is None:
            return [
                ("resource r", "COALESCE(r.patient,'')<>''", ())
            ]  # along the rid, not an index of patients
        if self.type == "Patient":
            return [
                ("resource r", "r.patient=?", (self.id,)),
                ("in_compartment k CROSS JOIN resource r", "k.patient=? AND r.rid=k.rid", (self.id,)),
            ]
        sql, values = _referring(self.type, self.id)
        return [("resource r", f"r.rid IN (SELECT i.rid {sql})", values)]

    def _tests(self) -> Statement:
        clause, patients = self.access.clause("r")
        sql, params = clause, list[Any](patients)
        if self.id is not None:
            sql += " AND NOT (r.type=? AND r.id=?)"
            params += [self.type, self.id]
        if self.walked is not None:
            sql += f" AND r.type IN ({_marks(self.walked)})"
            params += sorted(self.walked)
        if self.since is not None:
            sql += " AND r.updated>=?"
            params.append(self.since)
        if self.start is not None or self.end is not None:
            test, bounds = care_test(self.start, self.end)
            sql += f" AND {test}"
            params += bounds
        return sql, tuple(params)

    def referred(self, names: Iterable[tuple[str, str]]) -> Statement:
        """Of these resources (type, id) those outside the compartment; MAX_INCLUDED + 1 if there are more."""
        padded = _padded(list(names))
        clause, patients = self.access.clause("r")
        inside: tuple[Any, ...] = ()
        if self.id is None:
            outside = "r.patient IS NULL"
        elif self.type == "Patient":
            shared = "SELECT 1 FROM in_compartment k WHERE k.patient=? AND k.rid=r.rid"
            outside = f"(r.patient IS NULL OR r.patient<>?) AND NOT EXISTS ({shared})"
            inside = (self.id, self.id)
        else:
            sql, inside = _referring(self.type, self.id)
            outside = f"NOT EXISTS (SELECT 1 {sql} AND i.rid=r.rid)"
        sql = (
            f"SELECT {INCLUDED[self.dialect]} FROM resource r WHERE (r.type,r.id) IN "
            f"(VALUES {','.join(['(?,?)'] * len(padded))}) AND r.deleted=0 AND {outside}{clause} LIMIT ?"
        )
        return sql, (*(text for name in padded for text in name), *inside, *patients, MAX_INCLUDED + 1)


def compartment_types(type: str) -> frozenset[str]:
    """The types that may be in a compartment, its own among them."""
    return _in(type)


@cache
def _in(type: str) -> frozenset[str]:
    return frozenset(definitions.compartment(type)) | {type}


def _referring(type: str, id: str) -> tuple[str, tuple[Any, ...]]:
    """FROM and WHERE of the references that put a resource in a compartment."""
    numbers = _numbers(type)
    return f"FROM index_reference i WHERE i.param IN ({numbers}) AND i.target=?", (f"{type}/{id}",)


@cache
def _numbers(type: str) -> str:
    found = []
    for one, codes in definitions.compartment(type).items():
        known = definitions.search_parameters(one)
        found += [str(known[code].number) for code in codes if code in known]
    return ",".join(found)


def _marks(values: Iterable[Any]) -> str:
    return ",".join("?" for _ in values)


def _padded(names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Repeated up to a power of two, so that few different statements arise."""
    size = 8
    while size < len(names):
        size *= 2
    return names + [names[-1]] * (size - len(names))


@cache
def _references(base_url: str) -> re.Pattern[bytes]:
    base = re.escape(base_url.rstrip("/").encode())
    return re.compile(
        rb'"(?:reference":"(?:%b/)?([A-Z][A-Za-z]+)|url":"(?:%b/)?(Binary))/([A-Za-z0-9.\-]{1,64})["/]'
        % (base, base)
    )


def referred_names(rows: Iterable[Row], base_url: str) -> dict[tuple[str, str], None]:
    """Type and id of what these rows' bytes refer to here, be it by a search parameter or not, and of the
    Binary of an attachment; in order, each once. What stands inside a text is not taken for a reference,
    because its quotes are escaped."""
    find = _references(base_url).findall
    found = dict.fromkeys(one for row in rows for one in find(row[2]))
    types = definitions.resource_types()
    names = ((((type or binary).decode()), id.decode()) for type, binary, id in found)
    return {name: None for name in names if name[0] in types}
