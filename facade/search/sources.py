"""Which rows a search is about: the condition that leads, and how the others are tested.

https://hl7.org/fhir/R4/search.html

The condition that should have the fewest rows leads; the others are probed by resource. A deleted resource
has no index rows, so a search that leads with an index may count and sort without touching the resources;
their bodies are read only where they are not deleted.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from facade.search import kinds
from facade.search.conditions import Condition, Scope, read_condition
from facade.search.covered import numbers_of, one_row
from facade.search.index_sql import index_probe, of_numbers, rows_by_moment
from facade.search.kinds import kind_of
from facade.search.model import Clause, Criterion, Junction, Match, Search, Statement
from facade.search.moment import moment_parameter
from facade.spec.definitions import SearchParameter
from facade.store.access import Access

Tables = tuple[str, str, tuple[Any, ...]]
"""FROM, WHERE and their values."""


@dataclass(frozen=True, slots=True)
class Source:
    """A search's rows. `driver` leads, unless it is None: then the type's resources do.

    `conditions` are all of them but the `tests`, which are on the resource itself, aliased `r`.
    """

    search: Search
    driver: Condition | None
    conditions: tuple[Condition, ...]
    tests: tuple[Statement, ...]
    by_id: bool
    dialect: str = "sqlite"

    @property
    def needs_resource(self) -> bool:
        return self.driver is None or bool(self.tests)

    @property
    def rid(self) -> str:
        """The column that `whole` comes ordered by."""
        return "d.rid" if self.driver is not None and self.driver.ordered else "r.rid"

    def of_parameter(self, parameter: SearchParameter) -> list[Match]:
        """What the criteria on this parameter ask of its own index rows."""
        table = kind_of(parameter).TABLE
        return [
            one.match
            for one in self.conditions
            if one.match is not None
            and isinstance(one.clause, Criterion)
            and one.clause.parameter is parameter
            and not one.match.negated
            and not one.match.offset
            and one.match.table == table
        ]

    def demands(self, parameter: SearchParameter) -> bool:
        """Whether only resources that have this parameter can match."""
        return bool(self.of_parameter(parameter))

    def since(self, snapshot: int, sign: str) -> Source:
        """What of it has (`>`), or has not (`<=`), changed since a time."""
        return replace(self, tests=(*self.tests, (f"r.updated{sign}?", (snapshot,))))

    def whole(self) -> Tables:
        """All matches, with their resource."""
        others = [one for one in self.conditions if one is not self.driver]
        if self.driver is None:
            return self._joined("resource r", ["r.type=?"], [self.search.type], others, "r.rid")
        assert self.driver.rows is not None
        sql, params = self.driver.rows(False)
        if self.driver.ordered:
            return self._joined(
                f"({sql}) d CROSS JOIN resource r", ["r.rid=d.rid"], list(params), others, "d.rid"
            )
        return self._joined("resource r", [f"r.rid IN ({sql})"], list(params), others, "r.rid")

    def index_only(self) -> Tables:
        """All matches, each once, without their resource; only if `needs_resource` is not."""
        assert self.driver is not None and self.driver.rows is not None
        sql, params = self.driver.rows(True)
        probes = [one.probe("d.rid") for one in self.conditions if one is not self.driver]
        return _filtered(f"({sql}) d", [], list(params), probes)

    def beside(self, parameter: SearchParameter) -> Tables | None:
        """As `index_only`, with a parameter's value as `k0`: where criteria look at its one row of each
        resource anyway, so that it is found once; None where they do not."""
        obeyed = self.of_parameter(parameter)
        driver = self.driver
        if not obeyed or not one_row(parameter) or driver is None or driver.rows is None:
            return None
        if any(driver.match is one for one in obeyed):
            return None
        rows, params = self._moments(parameter) or _looked_up(driver.rows(True), parameter)
        bound = list(params)
        for one in obeyed:
            test, values = one.either()
            rows += test
            bound += values
        others = [one for one in self.conditions if one is not driver]
        probes = [one.probe("d.rid") for one in others if not any(one.match is match for match in obeyed)]
        return _filtered(f"({rows}) d", [], bound, probes)

    def _moments(self, parameter: SearchParameter) -> Statement | None:
        """The rows that lead, with this date, if they are references, which tell it themselves."""
        match self.driver:
            case Condition(
                clause=Criterion() as clause, match=Match(table="index_reference", offset=0) as found
            ):
                if parameter is moment_parameter(self.search.type):
                    return rows_by_moment(numbers_of(clause.parameter), found)
        return None

    def over(
        self, walk: str, params: tuple[Any, ...], parameter: SearchParameter, *, joined: bool = False
    ) -> Tables:
        """The matches among the rows of a walk along a parameter's index, which has obeyed its criteria
        if it has only one row for a resource; `joined` if their resource is needed as `r`."""
        obeyed = self.of_parameter(parameter) if one_row(parameter) else []
        others = [one for one in self.conditions if not any(one.match is match for match in obeyed)]
        if not self.tests and not joined:
            return _filtered(f"({walk}) d", [], list(params), [one.probe("d.rid") for one in others])
        tables = f"({walk}) d CROSS JOIN resource r"
        return self._joined(tables, ["r.rid=d.rid"], list(params), others, "d.rid")

    def without(self, parameter: SearchParameter) -> Tables:
        """The matches that have no value for a parameter."""
        absent = Match(kind_of(parameter).TABLE, (), 0, negated=True)
        tables, where, params = self._joined(
            "resource r", ["r.type=?"], [self.search.type], self.conditions, "r.rid"
        )
        sql, values = index_probe(numbers_of(parameter), absent, "r.rid")
        return tables, f"{where} AND {sql}", (*params, *values)

    def _joined(
        self, tables: str, where: list[str], params: list[Any], others: Iterable[Condition], rid: str
    ) -> Tables:
        tests = [*self.tests, *(one.probe(rid) for one in others)]
        return _filtered(tables, [*where, "r.deleted=0"], params, tests)


def _looked_up(rids: Statement, parameter: SearchParameter) -> Statement:
    """Resources with a parameter's value, from its index: rows `i` to be tested."""
    kind, numbers = kind_of(parameter), numbers_of(parameter)
    sql = (
        f"SELECT i.rid AS rid,i.{kind.KEY[0]} AS k0 FROM ({rids[0]}) x CROSS JOIN {kind.TABLE} i "
        f"WHERE i.rid=x.rid AND {of_numbers(numbers)}"
    )
    return sql, (*rids[1], *numbers)


def read_source(search: Search, access: Access, dialect: str = "sqlite") -> Source:
    """The source of a search for this caller."""
    scope = Scope(search.type, access, dialect)
    conditions: list[Condition] = []
    tests: list[Statement] = []
    for clause in (*search.criteria, *search.clauses):
        condition = read_condition(clause, scope)
        if on_resource(clause):
            tests.append(condition.probe("r.rid"))
        else:
            conditions.append(condition)
    by_id = any(one.parameter.code == "_id" and one.modifier is None for one in search.criteria)
    leading = [one for one in conditions if one.leads]
    driver = None if by_id else min(leading, key=lambda one: one.cost, default=None)
    allowed, patients = access.clause("r")
    if allowed:
        tests.append((allowed.removeprefix(" AND "), patients))
    return Source(search, driver, tuple(conditions), tuple(tests), by_id, dialect)


def on_resource(clause: Clause) -> bool:
    """Whether a clause tests the resource's own columns."""
    match clause:
        case Criterion(parameter):
            return parameter.code in kinds.ON_RESOURCE
        case Junction(_, parts):
            return any(on_resource(part) for part in parts)
        case _:
            return False


def _filtered(tables: str, where: list[str], params: list[Any], tests: Iterable[Statement]) -> Tables:
    for sql, values in tests:
        where.append(sql)
        params += values
    return tables, " AND ".join(where) or "1=1", tuple(params)
