"""`_contained`: resources that are kept inside others, found by their own values.

https://hl7.org/fhir/R4/search.html#contained

A contained resource's rows are those of an element (see `store.index`), under its parameters' numbers raised
by CONTAINED; a token row under its type's `_id` names it. What is given is what holds it, or it alone, named
`Type/id#contained-id`. Matches come in the order of what holds them.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from facade.errors import UnknownParameter
from facade.search.conditions import element_test
from facade.search.includes import plan_include
from facade.search.keyset import Cursor, read_cursor
from facade.search.model import Clause, Criterion, Include, Junction, Search, SortKey, Statement
from facade.search.plan import COLUMNS, MAX_TOTAL
from facade.search.sources import Source, read_source
from facade.spec import definitions
from facade.store.access import Access
from facade.store.index import CONTAINED, GROUP_BITS
from facade.store.serialise import from_json, to_json

_NAMED = {
    "sqlite": "CAST(r.type||'/'||r.id||'#'||o.code AS BLOB)",
    "postgresql": "convert_to(r.type||'/'||r.id||'#'||o.code,'UTF8')",
}
_LAST = (1 << GROUP_BITS) - 1


class PlanOfContained(NamedTuple):
    """What `Plan` is for a search without `_contained`; rows are of COLUMNS. Where contained resources are
    given, a row's number is its element's, turned positive."""

    search: Search
    access: Access
    dialect: str
    source: Source
    cursor: Cursor | None
    order: tuple[SortKey, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def page(self) -> Statement:
        sql, values = self._matches(self.search.container)
        backward = self.cursor is not None and self.cursor.backward
        if self.cursor is not None:
            sql = f"SELECT * FROM ({sql}) m WHERE m.rid{'<' if backward else '>'}?"
            values = (*values, self.cursor.rid)
        return f"{sql} ORDER BY rid{' DESC' if backward else ''} LIMIT 0+?", (*values, self.search.count + 1)

    @property
    def rids(self) -> None:
        """What is searched so is not looked for at hand."""

    @property
    def total(self) -> Statement:
        sql, values = self._matches(self.search.container)
        if self.search.total == "accurate":
            return f"SELECT count(*) FROM ({sql}) c", values
        return f"SELECT count(*) FROM (SELECT 1 FROM ({sql}) m LIMIT 0+?) c", (*values, MAX_TOTAL + 1)

    def settled(self, snapshot: int) -> Statement:
        raise AssertionError("the order of rid does not change")

    def moved(self, snapshot: int) -> Statement:
        raise AssertionError("the order of rid does not change")

    def included_rids(self, rids: Sequence[int], includes: Sequence[Include] | None = None) -> None:
        """As `rids`."""

    def includes(self, rids: Sequence[int], includes: Sequence[Include] | None = None) -> list[Statement]:
        return plan_include((), rids, columns="", access=self.access, dialect=self.dialect)

    def _matches(self, container: bool) -> Statement:
        columns = COLUMNS[self.dialect]
        inside, values = self._inside()
        both = self.search.contained == "both"
        tables, where, params = self.source.whole() if both else ("", "", ())
        allowed, patients = self.access.clause("r")
        if container:
            held = f"SELECT (-o.rid)>>{GROUP_BITS} FROM {inside}"
            if both:
                held, values = f"{held} UNION SELECT r.rid FROM {tables} WHERE {where}", (*values, *params)
            sql = f"SELECT {columns} FROM resource r WHERE r.rid IN ({held}) AND r.deleted=0{allowed}"
            return sql, (*values, *patients)
        join = f" AND r.rid=(-o.rid)>>{GROUP_BITS} AND r.deleted=0{allowed}"
        head, _, test = inside.partition(" WHERE ")
        sql = (
            f"SELECT -o.rid AS rid,{_NAMED[self.dialect]} AS name,r.body FROM {head} CROSS JOIN resource r "
            f"WHERE {test}{join}"
        )
        values = (*values, *patients)
        if both:
            own = columns.replace("r.rid,", f"(r.rid<<{GROUP_BITS}|{_LAST}) AS rid,", 1)
            sql, values = f"{sql} UNION ALL SELECT {own} FROM {tables} WHERE {where}", (*values, *params)
        return sql, values

    def _inside(self) -> Statement:
        """FROM and WHERE of the elements that are matches."""
        number = definitions.search_parameters(self.search.type)["_id"].number
        tests = [_test(clause) for clause in (*self.search.criteria, *self.search.clauses)]
        where = "".join(f" AND {sql}" for sql, _ in tests)
        found = [value for _, values in tests for value in values]
        return f"index_token o WHERE o.param=?{where}", (number + CONTAINED, *found)


def plan_contained(
    search: Search, access: Access, dialect: str, *, cursor: str | None = None
) -> PlanOfContained:
    """The plan of a search with `_contained`; raises BadRequest, and UnknownParameter for what does not go
    with it."""
    if search.sort or search.includes:
        name = "_sort" if search.sort else "_include"
        raise UnknownParameter(
            f"`{name}` is not supported together with `_contained`", expression=f"http.{name}"
        )
    for clause in (*search.criteria, *search.clauses):
        _test(clause)
    edge = None if cursor is None else read_cursor(cursor, 0)
    return PlanOfContained(search, access, dialect, read_source(search, access, dialect), edge)


def _test(clause: Clause) -> Statement:
    """A clause as the test of an element `o`."""
    match clause:
        case Criterion(parameter) if parameter.code != "_lastUpdated":
            return element_test(clause, CONTAINED, "o.rid")
        case Junction("not", (part,)):
            sql, values = _test(part)
            return f"NOT ({sql})", values
        case Junction(op, parts):
            tests = [_test(part) for part in parts]
            joined = f" {op.upper()} ".join(f"({sql})" for sql, _ in tests)
            return f"({joined})", tuple(value for _, values in tests for value in values)
    raise UnknownParameter(
        "`_contained` looks at a contained resource's own plain parameters: no chains, `_has`, composites, "
        "compartments, lists, distances, full text or `_lastUpdated`",
        expression="http._contained",
    )


def contained_body(name: bytes, body: bytes) -> bytes:
    """Of a match named `Type/id#contained-id` the contained resource's own body; else the whole."""
    _, inside, id = name.partition(b"#")
    if not inside:
        return body
    for one in from_json(body).get("contained", ()):
        if one.get("id") == id.decode():
            return to_json(one)
    return body
