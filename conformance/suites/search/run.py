"""The suite's course: type by type, every declared parameter, then what goes beyond one parameter."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.session import Session
from conformance.suites.search import chaining, sorting
from conformance.suites.search.derive import queries
from conformance.suites.search.derive.plain import plain
from conformance.suites.search.including import Including
from conformance.suites.search.judge import EXERCISED, MODIFIERS, NEGATIVE, Judge
from conformance.suites.search.query import Query
from conformance.suites.search.results import Results
from conformance.suites.search.scope import Scope, read_scope
from conformance.suites.search.shape import Shapes

TOGETHER = 3  # parameters of one query


async def run(session: Session) -> None:
    """Harvest, then judge each type that can be searched and has resources."""
    scope = await read_scope(session)
    shapes = Shapes(session)
    judge = Judge(scope, shapes)
    for type in sorted(scope.pools):
        asked = _asked(scope, type)
        if not scope.resources(type):
            continue
        sample = next((one for one in asked if one.positive and not one.optional), None)
        beyond = [*_together(scope, type), *chaining.chains(scope, type), *chaining.reversed_(scope, type)]
        await session.gather(
            (
                *(judge.try_(query) for query in (*asked, *beyond)),
                *Including(scope, type).jobs(),
                *sorting.jobs(scope, type),
                *Results(scope, type, sample, shapes).jobs(),
            )
        )
        await shapes.book(type)


def _asked(scope: Scope, type: str) -> list[Query]:
    """The queries about each declared parameter; those without any are told why in the tallies."""
    session = scope.session
    made: list[Query] = []
    pool = scope.pools[type]
    nothing = pool.trouble or f"there is no {type}"
    for code in session.statement.types[type].parameters:
        why = scope.unknown.get((type, code), "")
        found = [] if why or not scope.resources(type) else queries(scope, scope.known[type][code])
        why = why or ("no resource has a value to ask for" if scope.resources(type) else nothing)
        for name in (EXERCISED, NEGATIVE):
            session.tally(name).expect(f"{type}?{code}", why if not found else "no answer could be compared")
        for query in found:
            if ":" in query.name:
                session.tally(MODIFIERS).expect(f"{type}?{query.name}", "the server does not answer it")
        made += found
    return made


def _together(scope: Scope, type: str) -> Iterator[Query]:
    """Several parameters of the first resource that has values for them."""
    known = scope.known[type]
    codes = [
        code for code in scope.session.statement.types[type].parameters if (type, code) not in scope.unknown
    ]
    scope.chance("together", type).shuffle(codes)
    for resource in scope.resources(type):
        items = []
        for code in codes:
            found = scope.world.found(resource, known[code]) if not code.startswith("_") else []
            text = next(
                (text for one in found if (text := plain(known[code].kind, one, scope.base_url))), None
            )
            if text:
                items.append((code, text))
        if len(items) > 1:
            yield Query("together", type, tuple(items[:TOGETHER]))
            return
