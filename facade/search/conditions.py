"""What each clause of a search is as SQL: the rows that satisfy it, and the test of one resource.

https://hl7.org/fhir/R4/search.html
"""

# ruff: noqa: S608 - the text is made of our own names and `?`; a test proves that no value gets into it

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from facade.search import fulltext, kinds
from facade.search.covered import numbers_of, numbers_of_all
from facade.search.date import instant_test
from facade.search.index_sql import index_probe, index_rows, of_numbers
from facade.search.kinds import kind_of
from facade.search.model import (
    Chain,
    Clause,
    Composite,
    Criterion,
    DateValue,
    Has,
    Junction,
    Listed,
    Match,
    Near,
    Statement,
    Together,
    TokenValue,
    Within,
    Words,
)
from facade.search.near import near_test
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store.access import Access
from facade.store.index import GROUP_BITS, PRESENT

SCANS = 95
"""From this cost on, leading with a condition means to read all of its parameter's rows."""
_CHAIN, _HAS, _LIST, _WITHIN, _WORDS, _NEAR = 5, 8, 25, 30, 45, 70  # costs, or what is added to those within


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose search it is: its type, its caller, its dialect."""

    type: str
    access: Access
    dialect: str

    def of(self, type: str) -> Scope:
        return Scope(type, self.access, self.dialect)


@dataclass(frozen=True, slots=True)
class Condition:
    """A clause as SQL. `probe` tests the resource whose rid an expression gives. `rows` selects rids, each
    once if asked to; None if it cannot lead. `cost` guesses how many (lower is fewer). `ordered`: they come
    in the order of their resources, each once. `match` is a criterion's, on the index of its parameter."""

    clause: Clause
    cost: int
    probe: Callable[[str], Statement]
    rows: Callable[[bool], Statement] | None = None
    ordered: bool = False
    match: Match | None = None

    @property
    def leads(self) -> bool:
        return self.rows is not None and self.cost < SCANS


def read_condition(clause: Clause, scope: Scope) -> Condition:
    """The condition of a clause; one on the resource's own columns wants the rid as `r.rid` or `t.rid`."""
    match clause:
        case Criterion(parameter) if parameter.code in kinds.ON_RESOURCE:
            return Condition(clause, SCANS, lambda rid: _on_resource(clause, rid.partition(".")[0]))
        case Criterion() if clause.missing is not None:
            return _missing(clause)
        case Criterion():
            return _on_index(clause, match_of(clause))
        case Composite():
            return _composite(clause)
        case Chain():
            return _chain(clause, scope)
        case Has():
            return _has(clause, scope)
        case Within():
            return _within(clause, scope)
        case Listed():
            return _listed(clause, scope)
        case Near():
            test, values = near_test(clause.points)
            sql = f"SELECT i.rid AS rid FROM index_position i WHERE i.param=? AND {test}"
            return _as_set(clause, _NEAR, (sql, (clause.parameter.number, *values)))
        case Words():
            return _as_set(clause, _WORDS, fulltext.rows(clause, scope.dialect))
        case Junction():
            return _junction(clause, scope)


def match_of(criterion: Criterion) -> Match:
    """How a criterion is looked up in the index of its parameter."""
    kind = kind_of(criterion.parameter)
    return kind.match(criterion, kinds.facts(criterion.parameter))


def _missing(criterion: Criterion) -> Condition:
    """`:missing` asks for the element: there is a row of it, in whichever table."""
    return Condition(criterion, SCANS, lambda rid: element_test(criterion, 0, rid))


def element_test(criterion: Criterion, raised: int, rid: str) -> Statement:
    """A criterion as the test of an element (or resource) whose rows are under raised numbers."""
    if criterion.missing is None:
        found = match_of(criterion)
        return index_probe(_raised(criterion.parameter, raised + found.offset), found, rid)
    table = kind_of(criterion.parameter).TABLE
    beside = ["index_token"] if table == "index_reference" else []
    places = [(raised, one) for one in (table, *beside)] + [(raised + PRESENT, "index_token")]
    negated = criterion.missing
    tests = [
        index_probe(_raised(criterion.parameter, by), Match(one, (), SCANS, negated=negated), rid)
        for by, one in places
    ]
    return _joined(" AND " if negated else " OR ", tests)


def _raised(parameter: SearchParameter, by: int) -> tuple[int, ...]:
    return tuple(number + by for number in numbers_of(parameter))


def _on_index(criterion: Criterion, found: Match) -> Condition:
    numbers = _raised(criterion.parameter, found.offset)

    def rows(unique: bool) -> Statement:
        return index_rows(numbers, found, unique=unique)

    return Condition(
        criterion,
        found.cost,
        lambda rid: index_probe(numbers, found, rid),
        None if found.negated else rows,
        found.ordered,
        found,
    )


def _on_resource(criterion: Criterion, alias: str) -> Statement:
    """`_id` and `_lastUpdated` as tests of the resource's own columns."""
    if criterion.parameter.code == "_id":
        ids = [v.code if isinstance(v, TokenValue) and not v.system else None for v in criterion.values]
        test = f"{alias}.id IN ({','.join('?' * len(ids))})"
        return (f"NOT {test}" if criterion.modifier == "not" else test), tuple(ids)
    if criterion.missing is not None:
        return ("1=0" if criterion.missing else "1=1"), ()
    parts = [
        instant_test(value, f"{alias}.updated") for value in criterion.values if isinstance(value, DateValue)
    ]
    return "(" + " OR ".join(sql for sql, _ in parts) + ")", tuple(p for _, ps in parts for p in ps)


def _as_set(clause: Clause, cost: int, rows: Statement, *, unique: bool = False) -> Condition:
    """A condition that is looked up whole, and then tested by membership."""
    sql, values = rows

    def lead(once: bool) -> Statement:
        return (sql if unique or not once else f"SELECT DISTINCT u.rid AS rid FROM ({sql}) u"), values

    return Condition(clause, cost, lambda rid: (f"{rid} IN ({sql})", values), lead)


def _matching(scope: Scope, clause: Clause, column: str) -> Statement:
    """`column` (of the resource `t`) of every resource of the scope's type that satisfies a clause and that
    the caller may see."""
    condition = read_condition(clause, scope)
    allowed, patients = scope.access.clause("t")
    if condition.leads:
        assert condition.rows is not None
        sql, values = condition.rows(False)
        if column == "t.rid" and not allowed:
            return sql, values
        where = f"t.rid IN ({sql}) AND t.deleted=0"
    else:
        sql, values = condition.probe("t.rid")
        where, values = f"t.type=? AND t.deleted=0 AND {sql}", (scope.type, *values)
    return f"SELECT {column} AS rid FROM resource t WHERE {where}{allowed}", (*values, *patients)


def _chain(clause: Chain, scope: Scope) -> Condition:
    tests: list[Statement] = []
    costs = [SCANS - 1]
    canonical = "canonical" in kinds.facts(clause.parameter).types
    for type, inner in clause.inner:
        below = scope.of(type)
        sql, values = _matching(below, inner, f"'{type}/'||t.id")
        tests.append((f"i.target IN ({sql})", values))
        url = definitions.search_parameters(type).get("url") if canonical else None
        if url is not None:
            rids, values = _matching(below, inner, "t.rid")
            urls = numbers_of(url)
            sql = f"SELECT u.value FROM index_uri u WHERE {of_numbers(urls, 'u')} AND u.rid IN ({rids})"
            tests.append((f"i.target IN ({sql})", (*urls, *values)))
        costs.append(read_condition(inner, below).cost)
    found = Match("index_reference", tuple(tests), min(costs) + _CHAIN)
    numbers = numbers_of(clause.parameter)
    return Condition(
        clause,
        found.cost,
        lambda rid: index_probe(numbers, found, rid),
        lambda unique: index_rows(numbers, found, unique=unique),
    )


def _has(clause: Has, scope: Scope) -> Condition:
    there = scope.of(clause.parameter.type)
    cost = read_condition(clause.inner, there).cost + _HAS
    sql, values = _matching(there, clause.inner, "t.rid")
    rows = _referred(scope.type, (clause.parameter,), f"i.rid IN ({sql})", values)
    return _as_set(clause, min(cost, SCANS - 1), rows, unique=True)


def _referred(
    type: str, parameters: Iterable[SearchParameter], test: str, values: Sequence[object]
) -> Statement:
    """Resources of a type that index rows of these references name; `test` is on the row `i`."""
    numbers = numbers_of_all(parameters)
    start = len(type) + 2
    inner = (
        f"SELECT substr(i.target,{start}) FROM index_reference i WHERE i.param IN "
        f"({','.join('?' * len(numbers))}) AND i.target>=? AND i.target<? AND {test}"
    )
    sql = f"SELECT h.rid AS rid FROM resource h WHERE h.type=? AND h.deleted=0 AND h.id IN ({inner})"
    return sql, (type, *numbers, f"{type}/", f"{type}0", *values)  # "0" is the character after "/"


def _within(clause: Within, scope: Scope) -> Condition:
    """Rows of the compartment's parameters, and the resource whose compartment it is."""
    type, _, id = clause.target.partition("/")
    parts: list[str] = []
    values: list[object] = []
    for number in numbers_of_all(clause.parameters):
        parts.append("SELECT i.rid AS rid FROM index_reference i WHERE i.param=? AND i.target=?")
        values += [number, clause.target]
    if type == scope.type:
        parts.append("SELECT h.rid AS rid FROM resource h WHERE h.type=? AND h.id=? AND h.deleted=0")
        values += [type, id]
    if not parts:
        parts, values = ["SELECT h.rid AS rid FROM resource h WHERE 1=0"], []
    return _as_set(clause, _WITHIN, (" UNION ".join(parts), tuple(values)), unique=True)


def _listed(clause: Listed, scope: Scope) -> Condition:
    item = definitions.search_parameters("List")["item"]
    allowed, patients = scope.access.clause("t")
    lists = (
        f"SELECT t.rid FROM resource t WHERE t.type='List' AND t.id IN ({','.join('?' * len(clause.ids))})"
        f" AND t.deleted=0{allowed}"
    )
    rows = _referred(scope.type, (item,), f"i.rid IN ({lists})", (*clause.ids, *patients))
    return _as_set(clause, _LIST, rows, unique=True)


def _composite(clause: Composite) -> Condition:
    """Each alternative at each place; an element's rows are numbered below zero: see `store.index`."""
    parts = [_together(one, clause) for alternative in clause.alternatives for one in alternative]
    return _any(clause, parts)


def _together(one: Together, clause: Composite) -> Condition:
    whole = [_on_index(criterion, match_of(criterion)) for criterion in one.whole]
    if one.grouped:
        whole.insert(0, _in_element(one.grouped, clause))
    return _all(clause, whole)


def _in_element(criteria: Sequence[Criterion], clause: Composite) -> Condition:
    found = [(criterion.parameter.number, match_of(criterion)) for criterion in criteria]
    found.sort(key=lambda pair: pair[1].cost)

    def elements(within: str) -> Statement:
        (number, match), *others = found
        test, values = match.either()
        number += match.offset
        sql = f"SELECT i.rid AS g FROM {match.table} i WHERE i.param=?{within}{test}"
        tests = [index_probe((other + more.offset,), more, "o.g") for other, more in others]
        where = " AND ".join(text for text, _ in tests)
        sql = f"SELECT o.g AS g FROM ({sql}) o" + (f" WHERE {where}" if where else "")
        return sql, (number, *values, *(value for _, more in tests for value in more))

    def rows(unique: bool) -> Statement:
        sql, values = elements("")
        distinct = "DISTINCT " if unique else ""
        return f"SELECT {distinct}(-e.g)>>{GROUP_BITS} AS rid FROM ({sql}) e", values

    def probe(rid: str) -> Statement:
        last, first = f"-(({rid}+1)<<{GROUP_BITS})", f"-({rid}<<{GROUP_BITS})"
        sql, values = elements(f" AND i.rid>{last} AND i.rid<={first}")
        return f"EXISTS ({sql})", values

    return Condition(clause, found[0][1].cost, probe, rows)


def _junction(clause: Junction, scope: Scope) -> Condition:
    parts = [read_condition(part, scope) for part in clause.parts]
    if clause.op == "and":
        return _all(clause, parts)
    if clause.op == "or":
        return _any(clause, parts)

    def neither(rid: str) -> Statement:
        sql, values = parts[0].probe(rid)
        return f"NOT ({sql})", values

    return Condition(clause, SCANS, neither)


def _all(clause: Clause, parts: Sequence[Condition]) -> Condition:
    """All of these: the one with the fewest rows leads."""

    def probe(rid: str) -> Statement:
        return _joined(" AND ", [part.probe(rid) for part in parts])

    leader = min((part for part in parts if part.leads), key=lambda part: part.cost, default=None)
    if leader is None:
        return Condition(clause, SCANS, probe)
    if len(parts) == 1:
        return Condition(clause, leader.cost, leader.probe, leader.rows, leader.ordered)
    on_index = all(part.rows is not None or part.match is not None for part in parts)

    def rows(unique: bool) -> Statement:
        assert leader.rows is not None
        sql, values = leader.rows(unique)
        test, more = _joined(" AND ", [part.probe("a.rid") for part in parts if part is not leader])
        return f"SELECT a.rid AS rid FROM ({sql}) a WHERE {test}", (*values, *more)

    return Condition(clause, leader.cost, probe, rows if on_index else None)


def _any(clause: Clause, parts: Sequence[Condition]) -> Condition:
    """Any of these."""
    if len(parts) == 1:
        one = parts[0]
        return Condition(clause, one.cost, one.probe, one.rows, one.ordered)

    def probe(rid: str) -> Statement:
        return _joined(" OR ", [part.probe(rid) for part in parts])

    def rows(unique: bool) -> Statement:
        found = [part.rows(False) for part in parts if part.rows is not None]
        sql = (" UNION " if unique else " UNION ALL ").join(f"SELECT * FROM ({sql}) v" for sql, _ in found)
        return sql, tuple(value for _, values in found for value in values)

    leads = all(part.leads for part in parts)
    return Condition(clause, max(part.cost for part in parts), probe, rows if leads else None)


def _joined(word: str, tests: Sequence[Statement]) -> Statement:
    """Halved again and again: SQLite bears an expression only a thousand levels deep."""
    if len(tests) == 1:
        return tests[0]
    middle = len(tests) // 2
    (first, before), (second, after) = _joined(word, tests[:middle]), _joined(word, tests[middle:])
    return f"(({first}){word}({second}))", (*before, *after)
