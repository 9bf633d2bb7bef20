"""Which parameters find all that another one finds, so that each value of a resource is indexed once.

https://hl7.org/fhir/R4/searchparameter-registry.html

The rule: within one resource type, a parameter *covers* another if it looks at every place where the other
looks, under the other's restrictions or without them, and makes the same rows of what is there. `subject`
covers `patient`, which is `subject.where(resolve() is Patient)`; `combo-code` covers `code`. What both find
is indexed under the number of the covered one only, and who asks for a parameter reads the rows of
`numbers_of`: its own, unless all of it is covered, and those of all that it covers. Of parameters that cover
each other the one with the least number has the rows.

Two that overlap, and of which none covers the other, keep their rows apart: one that covers both then has a
value twice. Parts that must meet in one element, and a site's own parameters, neither cover nor are covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations, product
from types import MappingProxyType

from facade.search.composite import whole_parts
from facade.search.expressions import Node
from facade.search.kinds import KINDS, ON_RESOURCE, facts, indexed, kind_of, leaf_paths, parameter_paths
from facade.search.model import LeafMaker
from facade.search.paths import Step, Unless, Where, demanded_type
from facade.spec import definitions
from facade.spec.definitions import SearchParameter

Steps = tuple[Step, ...]
End = tuple[Steps, LeafMaker]
"""A place where a parameter makes rows, and what makes them."""


def numbers_of(parameter: SearchParameter) -> tuple[int, ...]:
    """The numbers under which the index rows of a parameter are, at least one."""
    if parameter.type not in definitions.resource_types():  # a part that is looked for in one element
        return (parameter.number,)
    return _numbers(parameter.type).get(parameter.number, (parameter.number,))


def numbers_of_all(parameters: Iterable[SearchParameter]) -> tuple[int, ...]:
    """The same of several parameters, each number once."""
    return tuple(dict.fromkeys(number for one in parameters for number in numbers_of(one)))


@cache
def one_row(parameter: SearchParameter) -> bool:
    """Whether a resource has at most one row of a parameter, whichever its number."""
    if not facts(parameter).single:
        return False
    numbers = numbers_of(parameter)
    stored = indexed_ends(parameter.type) if len(numbers) > 1 else {}
    return all(
        _apart(one, other)
        for first, second in combinations(numbers, 2)
        for one, _ in stored[first]
        for other, _ in stored[second]
    )


@cache
def indexed_ends(type: str) -> Mapping[int, tuple[End, ...]]:
    """Where the official parameters of a type make their rows, by number: each without what it covers, and
    none if nothing is left."""
    ends, covered = _ends(type), _covered(type)
    found = {}
    for number, own in ends.items():
        below = covered[number]
        if any(other < number and number in covered[other] for other in below):
            continue  # the same parameter once more
        others = [end for other in below if number not in covered[other] for end in ends[other]]
        found[number] = tuple(rest for end in own if (rest := _without(end, others)) is not None)
    return MappingProxyType(found)


@cache
def _numbers(type: str) -> Mapping[int, tuple[int, ...]]:
    stored, covered = indexed_ends(type), _covered(type)
    return MappingProxyType(
        {
            number: tuple(one for one in (number, *sorted(covered[number])) if stored.get(one))
            for number in _ends(type)
        }
    )


@cache
def _ends(type: str) -> Mapping[int, tuple[End, ...]]:
    """Where each parameter looks; only those that look anywhere."""
    found: dict[int, tuple[End, ...]] = {}
    for one in (*indexed(type).values(), *whole_parts(type)):
        if one.kind in KINDS and one.code not in ON_RESOURCE and parameter_paths(one):
            drawn = [end for path in parameter_paths(one) for end in leaf_paths(path, kind_of(one))]
            found[one.number] = tuple(dict.fromkeys((path.steps, maker) for path, maker in drawn))
    return MappingProxyType(found)


@cache
def _covered(type: str) -> Mapping[int, frozenset[int]]:
    """What each parameter covers, itself left out."""
    ends = _ends(type)
    found = {
        one: {
            other
            for other in ends
            if all(any(_holds(end, wide) for wide in ends[one]) for end in ends[other])
        }
        for one in ends
    }
    for between, one in product(ends, ends):  # what is covered by what is covered
        if between in found[one]:
            found[one] |= found[between]
    return MappingProxyType({one: frozenset(others - {one}) for one, others in found.items()})


def _holds(end: End, wide: End) -> bool:
    """Whether all that is found at one end is found at another."""
    return end == wide or _restriction(end, wide) is not None


def _restriction(end: End, wide: End) -> tuple[int, Where] | None:
    """The one condition that an end has more than another, and where in the other's steps it would be."""
    (steps, maker), (fewer, other) = end, wide
    if maker is not other or len(steps) != len(fewer) + 1:
        return None
    for place, step in enumerate(steps):
        if steps[:place] + steps[place + 1 :] == fewer and isinstance(step, Where):
            return place, step
    return None


def _without(end: End, others: Iterable[End]) -> End | None:
    """An end without what is found at others; None if nothing is left."""
    conditions: dict[int, dict[Node, str]] = {}
    for other in others:
        if other == end:
            return None
        found = _restriction(other, end)
        if found is not None:
            place, where = found
            conditions.setdefault(place, {})[where.condition] = where.type
    steps = list(end[0])
    for place in sorted(conditions, reverse=True):
        (type, *_) = conditions[place].values()
        steps.insert(place, Unless(tuple(conditions[place]), type))
    return tuple(steps), end[1]


def _apart(one: Steps, other: Steps) -> bool:
    """Whether, of at most one value at all, not both can find it."""
    if _plain(one) != _plain(other):
        return True  # of a choice
    types = demanded_type(one), demanded_type(other)
    if None not in types and types[0] != types[1]:
        return True
    return _excluded(one, other) or _excluded(other, one)


def _plain(steps: Steps) -> list[Step]:
    return [step for step in steps if not isinstance(step, Where | Unless)]


def _excluded(one: Steps, other: Steps) -> bool:
    """Whether one has a condition that the other, at the same place, must not have."""
    demanded = set(_conditions(one))
    return any(
        (before, condition) in demanded
        for before, step in _placed(other)
        if isinstance(step, Unless)
        for condition in step.conditions
    )


def _conditions(steps: Steps) -> Iterator[tuple[int, Node]]:
    for before, step in _placed(steps):
        if isinstance(step, Where):
            yield before, step.condition


def _placed(steps: Steps) -> Iterator[tuple[int, Step]]:
    """Each step with the number of those before it that are no conditions."""
    before = 0
    for step in steps:
        yield before, step
        before += not isinstance(step, Where | Unless)
