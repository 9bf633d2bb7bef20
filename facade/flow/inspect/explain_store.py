"""How the store answers a search: each clause in the query's words, where it is looked up, its SQL, its rows.

https://hl7.org/fhir/R4/search.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from facade.errors import TooCostly
from facade.search import Search, parse_search
from facade.search.conditions import Condition, Scope, read_condition
from facade.search.kinds import ON_RESOURCE, kind_of
from facade.search.model import (
    Chain,
    Clause,
    Composite,
    Criterion,
    Has,
    Junction,
    Listed,
    Near,
    Statement,
    Terms,
    Within,
    Words,
)
from facade.search.sources import Source, on_resource
from facade.store.access import EVERYTHING
from facade.store.store import Store

Timer = Callable[[], float]
"""Seconds of a clock that only goes forward; injected."""
Items = Sequence[tuple[str, str]]
Role = Literal["leads", "tested", "on the resource"]

_HOW = {
    "index_token": "codes",
    "index_string": "texts",
    "index_date": "dates",
    "index_reference": "references",
    "index_number": "numbers",
    "index_quantity": "quantities",
    "index_uri": "URIs",
}
_NOTHING: Terms = {}


@dataclass
class Measured:
    """A statement, what it is for, and what became of it; `rows` is None if it took too long or was not
    asked."""

    purpose: str
    sql: str
    values: tuple[Any, ...]
    rows: int | None = None
    seconds: float = 0.0


@dataclass
class ClauseTold:
    """One clause: `words` of the query, what it is looked up in, and the statement of its rows or its test of
    one resource."""

    words: str
    place: str
    role: Role
    statement: Measured

    @property
    def step(self) -> str:
        """In one line."""
        if self.role == "on the resource":
            return "tested on the resource itself"
        if self.role == "leads":
            return f"leads: its rows are read from the {self.place}"
        return f"tested for each row, in the {self.place}"


def words_of(search: Search, items: Items, terms: Terms = _NOTHING) -> list[tuple[str, Clause]]:
    """Every clause of a search with the words it was made of: first the criteria, then the others, in their
    order; `items` are those that were accepted."""
    criteria: list[str] = []
    others: list[str] = []
    for name, value in items:
        one = parse_search(
            search.type,
            [(name, value)],
            lenient=True,
            tz=search.setting.tz,
            base_url=search.setting.base_url,
            now=search.setting.now,
            custom=search.setting.custom,
            terms=terms,
        )
        criteria += [f"{name}={value}"] * len(one.criteria)
        others += [f"{name}={value}"] * len(one.clauses)
    before = len(search.clauses) - len(others)  # those of the place, that the query does not say
    others = [describe(clause, search.type) for clause in search.clauses[: max(before, 0)]] + others
    return [
        *zip(criteria, search.criteria, strict=True),
        *zip(others, search.clauses, strict=True),
    ]


def explain_clauses(source: Source, told: Sequence[tuple[str, Clause]], dialect: str) -> list[ClauseTold]:
    """Each clause; the one that leads comes first."""
    found: list[ClauseTold] = []
    by_clause = {id(one.clause): one for one in source.conditions}
    for words, clause in told:
        condition = by_clause.get(id(clause))
        if condition is None or on_resource(clause):
            scope = Scope(source.search.type, EVERYTHING, dialect)
            sql, values = read_condition(clause, scope).probe("r.rid")
            found.append(ClauseTold(words, "resource", "on the resource", Measured("test", sql, values)))
        elif condition is source.driver:
            found.insert(0, ClauseTold(words, _place(clause, source), "leads", _rows(condition)))
        else:
            found.append(ClauseTold(words, _place(clause, source), "tested", _rows(condition)))
    return found


def _rows(condition: Condition) -> Measured:
    if condition.rows is None:
        sql, values = condition.probe("r.rid")
        return Measured("test", sql, values)
    sql, values = condition.rows(True)
    return Measured("rows", sql, values)


async def measure(told: Measured, store: Store, timer: Timer, *, counting: bool = True) -> list[Any]:
    """Ask a statement, or (`counting`) for the number of its rows; the figures go into `told`."""
    sql = f"SELECT count(*) FROM ({told.sql}) n" if counting else told.sql
    began = timer()
    try:
        rows = await store.search(sql, told.values)
    except TooCostly:
        rows = []
    else:
        told.rows = int(rows[0][0]) if counting else len(rows)
    told.seconds = timer() - began
    return list(rows)


def of_statement(purpose: str, statement: Statement) -> Measured:
    """Before it is measured."""
    return Measured(purpose, *statement)


def describe(clause: Clause, type: str) -> str:
    """What a clause demands, where no words of the query say it."""
    match clause:
        case Within(_, target):
            return f"in the compartment of {target}"
        case Criterion(parameter, modifier):
            return f"{parameter.code}{f':{modifier}' if modifier else ''}"
        case _:
            return f"a condition on {type}"


def _place(clause: Clause, source: Source) -> str:
    """The index that a clause is looked up in."""
    match clause:
        case Criterion(parameter) if parameter.code in ON_RESOURCE:
            return "resource"
        case Criterion(parameter):
            return f"index of {_HOW.get(kind_of(parameter).TABLE, 'values')}, parameter {parameter.code}"
        case Composite(parameter):
            parts = ", ".join(one.code for one in parameter.components)
            return f"indexes of the parts of {parameter.code} ({parts}), an element at a time"
        case Chain(parameter, inner):
            ways = "; ".join(f"{type}: {_place(one, source)}" for type, one in inner)
            return f"index of references, parameter {parameter.code}, and there in the {ways}"
        case Has(parameter, inner):
            of = f"{parameter.type}:{parameter.code}"
            return f"index of references, parameter {of}, from what is found in the {_place(inner, source)}"
        case Within(parameters, target):
            codes = ", ".join(dict.fromkeys(one.code for one in parameters)) or "none"
            return f"index of references, parameters {codes}, to {target}"
        case Listed():
            return "index of references, parameter List:item"
        case Near(parameter):
            return f"index of positions, parameter {parameter.code}"
        case Words():
            return "full-text index"
        case Junction(op, parts):
            return f"{_JOINED[op]} of: {'; '.join(_place(part, source) for part in parts)}"


_JOINED = {"and": "all", "or": "any", "not": "none"}
