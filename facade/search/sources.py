"""Which rows a search is about: the criterion that leads, and how the others are tested.

https://hl7.org/fhir/R4/search.html

The criterion that should have the fewest rows leads; the others are probed by resource in their index
tables. A deleted resource has no index rows, so a search that leads with an index may count and sort without
touching the resources; their bodies are read only where they are not deleted.
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from facade.search import kinds
from facade.search.date import instant_test
from facade.search.kinds import kind_of
from facade.search.model import Criterion, DateValue, Facts, Match, Search, Statement, TokenValue
from facade.search.values import FEW
from facade.spec.definitions import SearchParameter
from facade.store.access import Access

Tables = tuple[str, str, tuple[Any, ...]]
"""FROM, WHERE and their values."""

_SCANS = 95
"""From this cost on, leading with a criterion means to read all of its parameter's rows."""


@dataclass(frozen=True, slots=True)
class Source:
    """A search's rows. `driver` leads, unless it is None: then the type's resources do.

    `matches` are all criteria on index tables; `tests` are on the resource itself, aliased `r`.
    """

    search: Search
    driver: tuple[Criterion, Match] | None
    matches: tuple[tuple[Criterion, Match], ...]
    tests: tuple[Statement, ...]
    by_id: bool

    @property
    def needs_resource(self) -> bool:
        return self.driver is None or bool(self.tests)

    @property
    def rid(self) -> str:
        """The column that `whole` comes ordered by."""
        return "d.rid" if self.driver is not None and self.driver[1].ordered else "r.rid"

    def facts(self, criterion: Criterion) -> Facts:
        return kinds.facts(self.search.type, criterion.parameter.code)

    def of_parameter(self, parameter: SearchParameter) -> list[Match]:
        """What the criteria on this parameter ask of its index rows."""
        return [m for c, m in self.matches if c.parameter is parameter and not m.negated]

    def demands(self, parameter: SearchParameter) -> bool:
        """Whether only resources that have this parameter can match."""
        return bool(self.of_parameter(parameter))

    def whole(self) -> Tables:
        """All matches, with their resource."""
        others = [pair for pair in self.matches if pair is not self.driver]
        if self.driver is None:
            return self._joined("resource r", ["r.type=?"], [self.search.type], others, "r.rid")
        sql, params = _rows(*self.driver)
        if self.driver[1].ordered:
            tables = f"({sql}) d CROSS JOIN resource r"
            where, head = ["r.rid=d.rid"], list(params)
        else:
            tables = "resource r"
            where, head = [f"r.rid IN ({sql})"], list(params)
        return self._joined(tables, where, head, others, self.rid)

    def index_only(self) -> Tables:
        """All matches, each once, without their resource; only if `needs_resource` is not."""
        assert self.driver is not None
        sql, params = _rows(*self.driver, unique=True)
        probes = [_probe(*pair, "d.rid") for pair in self.matches if pair is not self.driver]
        return _filtered(f"({sql}) d", [], list(params), probes)

    def over(
        self, walk: str, params: tuple[Any, ...], parameter: SearchParameter, *, joined: bool = False
    ) -> Tables:
        """The matches among the rows of a walk along a parameter's index, which has obeyed its criteria
        if it has only one row for a resource; `joined` if their resource is needed as `r`."""
        single = kinds.facts(self.search.type, parameter.code).single
        others = [
            (c, m) for c, m in self.matches if not (single and c.parameter is parameter and not m.negated)
        ]
        if not self.tests and not joined:
            return _filtered(f"({walk}) d", [], list(params), [_probe(c, m, "d.rid") for c, m in others])
        tables = f"({walk}) d CROSS JOIN resource r"
        return self._joined(tables, ["r.rid=d.rid"], list(params), others, "d.rid")

    def without(self, parameter: SearchParameter) -> Tables:
        """The matches that have no value for a parameter."""
        absent = Match(kind_of(parameter).TABLE, (), 0, negated=True)
        others = [*self.matches, (Criterion(parameter, "missing", (), True), absent)]
        return self._joined("resource r", ["r.type=?"], [self.search.type], others, "r.rid")

    def _joined(
        self,
        tables: str,
        where: list[str],
        params: list[Any],
        others: Iterable[tuple[Criterion, Match]],
        rid: str,
    ) -> Tables:
        tests = [*self.tests, *(_probe(criterion, found, rid) for criterion, found in others)]
        return _filtered(tables, [*where, "r.deleted=0"], params, tests)


def read_source(search: Search, access: Access) -> Source:
    """The source of a search for this caller."""
    matches: list[tuple[Criterion, Match]] = []
    tests: list[Statement] = []
    for criterion in search.criteria:
        if criterion.parameter.code in kinds.ON_RESOURCE:
            tests.append(_on_resource(criterion))
        else:
            matches.append((criterion, _match(search.type, criterion)))
    by_id = any(criterion.parameter.code == "_id" for criterion in search.criteria)
    leading = [pair for pair in matches if not pair[1].negated and pair[1].cost < _SCANS]
    driver = None if by_id else min(leading, key=lambda pair: pair[1].cost, default=None)
    allowed, patients = access.clause("r")
    if allowed:
        tests.append((allowed.removeprefix(" AND "), patients))
    return Source(search, driver, tuple(matches), tuple(tests), by_id)


def _match(type: str, criterion: Criterion) -> Match:
    kind = kind_of(criterion.parameter)
    if criterion.missing is not None:
        return Match(kind.TABLE, (), _SCANS, negated=criterion.missing)
    return kind.match(criterion, kinds.facts(type, criterion.parameter.code))


def _on_resource(criterion: Criterion) -> Statement:
    """`_id` and `_lastUpdated` as tests of the resource's own columns."""
    if criterion.parameter.code == "_id":
        ids = [v.code if isinstance(v, TokenValue) and not v.system else None for v in criterion.values]
        return f"r.id IN ({','.join('?' * len(ids))})", tuple(ids)
    parts = [instant_test(value, "r.updated") for value in criterion.values if isinstance(value, DateValue)]
    return "(" + " OR ".join(sql for sql, _ in parts) + ")", tuple(p for _, ps in parts for p in ps)


def _rows(criterion: Criterion, found: Match, *, unique: bool = False) -> Statement:
    """The rids of a criterion's rows: in order if the match is, each once if that or if it is asked for."""
    number = criterion.parameter.number
    if not 1 < len(found.tests) <= FEW:
        test, values = found.either()
        distinct = "DISTINCT " if unique and not found.ordered else ""
        return (
            f"SELECT {distinct}i.rid AS rid FROM {found.table} i WHERE i.param=?{test}",
            (number, *values),
        )
    parts = [f"SELECT i.rid AS rid FROM {found.table} i WHERE i.param=? AND {sql}" for sql, _ in found.tests]
    order = " ORDER BY rid" if found.ordered else ""
    params = tuple(value for _, values in found.tests for value in (number, *values))
    return (" UNION " if unique or found.ordered else " UNION ALL ").join(parts) + order, params


def _probe(criterion: Criterion, found: Match, rid: str) -> Statement:
    test, values = found.either()
    negation = "NOT " if found.negated else ""
    sql = f"{negation}EXISTS (SELECT 1 FROM {found.table} i WHERE i.rid={rid} AND i.param=?{test})"
    return sql, (criterion.parameter.number, *values)


def _filtered(tables: str, where: list[str], params: list[Any], tests: Iterable[Statement]) -> Tables:
    for sql, values in tests:
        where.append(sql)
        params += values
    return tables, " AND ".join(where) or "1=1", tuple(params)
