"""The record of a patient or of an encounter as SQL: its compartment in one order, and what that refers to.

https://hl7.org/fhir/R4/patient-operation-everything.html · https://hl7.org/fhir/R4/compartmentdefinition.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from facade.search.care_dates import care_test
from facade.search.covered import numbers_of_all
from facade.search.includes import MAX_INCLUDED
from facade.search.keyset import Cursor
from facade.search.model import Statement
from facade.search.plan import COLUMNS
from facade.spec import definitions
from facade.store.access import Access
from facade.store.resident import CHANGES, padded

_FEWEST = 8  # names that are looked for at once
Row = Sequence[Any]
"""rid, `Type/id` and body as bytes; a page's have the time of change in microseconds, too, and what it refers
to."""


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
        """So many rows of the compartment beyond the edge, in the direction of the walk; all but those that
        `rest` has, for which the last column tells whether a Patient shares any resource."""
        shared, params = "", []
        if self.id is None:
            where, some = "COALESCE(r.patient,'')<>''", []  # along the rid, not an index of patients
        elif self.type == "Patient":
            shared = ",EXISTS (SELECT 1 FROM in_compartment k WHERE k.patient=?)"
            params, where, some = [self.id], "r.patient=?", [self.id]
        else:
            sql, values = _referring(self.type, self.id)
            where, some = f"r.rid IN (SELECT i.rid {sql})", list(values)
        sql, values = self._part(edge, "resource r", (where, tuple(some)), count, shared)
        return sql, (*params, *values)

    @property
    def plain(self) -> bool:
        """Whether it is a Patient's record with nothing left out."""
        asked = (self.types, self.since, self.start, self.end, self.access.patients)
        return self.type == "Patient" and self.id is not None and all(one is None for one in asked)

    def rids(self, count: int) -> Statement:
        """A plain record for `Store.at_hand`; told is whether `page` and `rest` are needed, because there are
        more than `count`, or any are shared."""
        sql = (
            "SELECT group_concat(d.rid),"
            "count(*)>? OR EXISTS (SELECT 1 FROM in_compartment k WHERE k.patient=?),"
            f"{CHANGES} FROM (SELECT r.rid FROM resource r WHERE r.patient=? ORDER BY r.rid LIMIT 0+?) d"
        )
        return sql, (count, self.id, self.id, count + 1)

    def joined(self, count: int, between: str) -> Statement:
        """A plain record on PostgreSQL in one row, which costs a fifth of a row each: all rows but that of
        the Patient as `Type/id","resource":{…}` with a text between them, what they refer to, and their
        number; the body of the Patient, and what that refers to; and whether `page` and `rest` are needed,
        because there are more than `count`, or any are shared."""
        beyond = "SELECT x.rid FROM resource x WHERE x.patient=? ORDER BY x.rid LIMIT 1 OFFSET ?"
        sql = (
            """SELECT string_agg(convert_to(r.type||'/'||r.id||'","resource":','UTF8')||r.body,"""
            "convert_to(?,'UTF8') ORDER BY r.rid),string_agg(r.refers,chr(10)),count(*),"
            "(SELECT h.body FROM resource h WHERE h.type='Patient' AND h.id=? AND h.deleted=0),"
            "(SELECT h.refers FROM resource h WHERE h.type='Patient' AND h.id=? AND h.deleted=0),"
            f"EXISTS (SELECT 1 FROM in_compartment k WHERE k.patient=?) OR ({beyond}) IS NOT NULL "
            f"FROM resource r WHERE ({beyond}) IS NULL "
            "AND r.patient=? AND r.deleted=0 AND NOT (r.type='Patient' AND r.id=?)"
        )
        bound = (self.id, count)
        return sql, (between, self.id, self.id, self.id, *bound, *bound, self.id, self.id)

    def needs_rest(self, rows: Sequence[Row]) -> bool:
        """Whether these rows of `page` do not tell everything."""
        if self.id is None:
            return False
        name = self.holder
        return self.type != "Patient" or not rows or rows[0][-1] or not any(row[1] == name for row in rows)

    def rest(self, edge: Cursor | None, count: int) -> Statement:
        """The one whose record it is, whatever else is asked, and so many rows of what it shares."""
        assert self.id is not None
        clause, patients = self.access.clause("r")
        sql = f"SELECT {self._columns} FROM resource r WHERE r.type=? AND r.id=? AND r.deleted=0{clause}"
        params: tuple[Any, ...] = (self.type, self.id, *patients)
        if self.type == "Patient":
            tables = "in_compartment k CROSS JOIN resource r"
            more, values = self._part(edge, tables, ("k.patient=? AND r.rid=k.rid", (self.id,)), count)
            sql, params = f"SELECT * FROM ({more}) p UNION ALL {sql}", (*values, *params)
        return sql, params

    @property
    def _columns(self) -> str:
        return f"{COLUMNS[self.dialect]},r.updated,r.refers"

    def _part(
        self,
        edge: Cursor | None,
        tables: str,
        where: Statement,
        count: int,
        more: str = "",
    ) -> Statement:
        backward = edge is not None and edge.backward
        beyond, at = ("", ()) if edge is None else (f" AND r.rid{'<' if backward else '>'}?", (edge.rid,))
        test, values = self._tests()
        sql = (
            f"SELECT {self._columns}{more} FROM {tables} WHERE {where[0]} AND r.deleted=0{test}{beyond} "
            f"ORDER BY r.rid{' DESC' if backward else ''} LIMIT 0+?"
        )
        return sql, (*where[1], *values, *at, count)

    def _tests(self) -> Statement:
        clause, patients = self.access.clause("r")
        sql, params = clause, list[Any](patients)
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

    def referred(self, names: Iterable[tuple[str, str]], *, shared: bool = True) -> Statement:
        """Of these resources (type, id) those outside the compartment; MAX_INCLUDED + 1 if there are more.
        `shared`: the Patient may share resources with another."""
        some = padded(list(names), _FEWEST)
        clause, patients = self.access.clause("r")
        inside: tuple[Any, ...] = ()
        if self.id is None:
            outside = "r.patient IS NULL"
        elif self.type == "Patient":
            outside, inside = "(r.patient IS NULL OR r.patient<>?)", (self.id,)
            if shared:
                outside += " AND r.rid NOT IN (SELECT k.rid FROM in_compartment k WHERE k.patient=?)"
                inside = (self.id, self.id)
        else:
            sql, inside = _referring(self.type, self.id)
            outside = f"NOT EXISTS (SELECT 1 {sql} AND i.rid=r.rid) AND NOT (r.type=? AND r.id=?)"
            inside = (*inside, self.type, self.id)
        sql = (
            f"SELECT {COLUMNS[self.dialect]} FROM resource r WHERE (r.type,r.id) IN "
            f"(VALUES {','.join(['(?,?)'] * len(some))}) AND r.deleted=0 AND {outside}{clause} LIMIT 0+?"
        )
        return sql, (*(text for name in some for text in name), *inside, *patients, MAX_INCLUDED + 1)


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
    found: list[int] = []
    for one, codes in definitions.compartment(type).items():
        known = definitions.search_parameters(one)
        found += numbers_of_all(known[code] for code in codes if code in known)
    return ",".join(map(str, found))


def _marks(values: Iterable[Any]) -> str:
    return ",".join("?" for _ in values)


_NAME = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?", re.ASCII)


def referred_names(
    refers: Iterable[str | None], own: Collection[bytes], base_url: str
) -> list[tuple[str, str]]:
    """Type and id of what is referred to here, but for those (`Type/id`) who refer."""
    found = {line for lines in refers if lines is not None for line in lines.split("\n")}
    here, base = set(own), base_url.rstrip("/") + "/"
    found = {one for one in found if one.encode() not in here}
    return sorted({name for one in found if (name := _name(one.removeprefix(base))) is not None})


@lru_cache(8192)
def _name(reference: str) -> tuple[str, str] | None:
    match = _NAME.fullmatch(reference)
    return (match[1], match[2]) if match is not None and match[1] in definitions.resource_types() else None
