"""The rows of a match in its index table as SQL, under the numbers that a parameter has there.

https://hl7.org/fhir/R4/search.html · the numbers: see `facade.search.covered`
"""

# ruff: noqa: S608 - the text is made of our own names and `?`

from __future__ import annotations

from collections.abc import Sequence

from facade.search.model import Match, Statement
from facade.search.values import FEW


def of_numbers(numbers: Sequence[int], alias: str = "i") -> str:
    """The test that a row is under one of these numbers; they are its values."""
    return f"{alias}.param=?" if len(numbers) == 1 else f"{alias}.param IN ({','.join('?' * len(numbers))})"


def index_rows(numbers: Sequence[int], found: Match, *, unique: bool = False) -> Statement:
    """The rids of a match's rows under these numbers: in order if the match is, each once if that or if it is
    asked for."""
    split = 1 < len(found.tests) <= FEW
    tests = [(f" AND {sql}", values) for sql, values in found.tests] if split else [found.either()]
    apart = found.ordered and len(tests) * len(numbers) <= 2 * FEW  # for each part comes in order
    within = [(number,) for number in numbers] if apart else [tuple(numbers)]
    parts = [(some, test, values) for some in within for test, values in tests]
    mixed = len(within[0]) > 1 or len(found.tests) > FEW
    sort = found.ordered and (len(parts) > 1 or mixed)
    distinct = "DISTINCT " if len(parts) == 1 and (sort or (unique and not found.ordered)) else ""
    sql = (" UNION " if unique or found.ordered else " UNION ALL ").join(
        f"SELECT {distinct}i.rid AS rid FROM {found.table} i WHERE {of_numbers(some)}{test}"
        for some, test, _ in parts
    )
    params = tuple(value for some, _, values in parts for value in (*some, *values))
    return sql + (" ORDER BY rid" if sort else ""), params


def rows_by_moment(numbers: Sequence[int], found: Match) -> Statement:
    """The rids of a match's rows in the index of references, each once, with their resource's moment `k0`, if
    it has one; tests on `i` may follow."""
    test, values = found.either()
    several = len(numbers) > 1 or len(found.tests) > 1
    sql = (
        f"SELECT {'DISTINCT ' if several else ''}i.rid AS rid,i.low AS k0 FROM index_reference i "
        f"WHERE {of_numbers(numbers)}{test} AND i.low IS NOT NULL"
    )
    return sql, (*numbers, *values)


def index_probe(numbers: Sequence[int], found: Match, rid: str) -> Statement:
    """Whether the resource of this rid has such a row under one of these numbers, or none if the match is
    negated."""
    test, values = found.either()
    negation = "NOT " if found.negated else ""
    sql = (
        f"{negation}EXISTS (SELECT 1 FROM {found.table} i WHERE i.rid={rid} AND {of_numbers(numbers)}{test})"
    )
    return sql, (*numbers, *values)
