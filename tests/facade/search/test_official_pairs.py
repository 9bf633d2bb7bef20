"""Every official pair of resource type and search parameter, asked about the official examples.

https://hl7.org/fhir/R4/searchparameter-registry.html

For each pair, queries that must find an example and queries that must not are derived from the example's
value, and every answer is the oracle's, over all examples at once. Where no example has a value, a resource
is made that has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from conformance.matching import World
from conformance.matching.world import Resource, components
from facade.errors import FacadeError
from facade.search import supported_parameters
from facade.spec import definitions
from facade.spec.definitions import SearchParameter
from facade.store import Store
from tests.facade.search.generated.derive import Queries, queries
from tests.facade.search.generated.examples import example_resources, pairs
from tests.facade.search.generated.product import BASE_URL, FULL_TEXT, INDEXED, SETTING, found, updated
from tests.facade.search.generated.synthesise import synthesise
from tests.facade.search.stocked import stock
from tests.paths import needs_shared

pytestmark = needs_shared
INHERITED = "Basic"
"""The type in which the parameters that all types inherit are asked about when no example has a value."""


class Asked(NamedTuple):
    """What is asked of a pair, about this resource."""

    parameter: SearchParameter
    resource: Resource
    queries: Queries
    by_example: bool


class Official(NamedTuple):
    world: World
    asked: dict[tuple[str, str], Asked]
    unsupported: list[tuple[str, str]]
    without_value: list[tuple[str, str]]


@cache
def official() -> Official:
    """The examples, what is synthesised beside them, and what to ask."""
    examples = list(example_resources())
    first = _world(examples)
    held = {pair: _holder(first, pair) for pair in pairs()}
    unsupported = [pair for pair in pairs() if not _supported(pair)]
    made = {
        pair: synthesise(parameter)
        for pair, holder in held.items()
        if holder is None and (parameter := _parameter(pair)).expression is not None
    }
    world = _world([*examples, *made.values()])
    asked = {}
    for pair in pairs():
        resource = made.get(pair) or held[pair]
        if resource is not None and pair not in unsupported:
            parameter = definitions.search_parameters(resource["resourceType"])[pair[1]]
            asked[pair] = Asked(parameter, resource, queries(world, resource, parameter), pair not in made)
    without = [pair for pair in pairs() if pair not in asked and pair not in unsupported]
    return Official(world, asked, unsupported, without)


def _world(resources: list[Resource]) -> World:
    times = [updated(rid) for rid in range(1, len(resources) + 1)]
    return World(resources, updated=times, base_url=BASE_URL, longest=INDEXED)


def _type(pair: tuple[str, str]) -> str:
    return INHERITED if pair[0] in ("Resource", "DomainResource") else pair[0]


def _parameter(pair: tuple[str, str]) -> SearchParameter:
    return definitions.search_parameters(_type(pair))[pair[1]]


def _supported(pair: tuple[str, str]) -> bool:
    """A composite needs its parts' kinds too."""
    known = {parameter.code for parameter in supported_parameters(_type(pair))}
    return {pair[1], *(code for code, _ in components(_parameter(pair)))} <= known


def _holder(world: World, pair: tuple[str, str]) -> Resource | None:
    """The first example with a value of a pair that can be asked for."""
    type, code = pair
    inherited = type in ("Resource", "DomainResource")
    for resource in world.resources:
        known = definitions.search_parameters(resource["resourceType"])
        if (inherited or resource["resourceType"] == type) and code in known:
            parameter = known[code]
            asked = queries(world, resource, parameter)
            if asked.must and asked.must_not:
                return resource
    return None


@pytest.fixture(scope="module")
def stocked(store: Store) -> Iterator[Store]:
    stock(store, official().world.resources, setting=SETTING)
    yield store


def _wrong(store: Store, asked: Asked) -> Iterator[str]:
    """What the store answers otherwise than the oracle, and the oracle otherwise than was meant."""
    world, type, id = official().world, asked.resource["resourceType"], asked.resource["id"]
    kinds = ((asked.queries.must, True), (asked.queries.must_not, False), (asked.queries.either, None))
    for pairs_, meant in kinds:
        for modifier, value in _some(pairs_, store.dialect):
            name = asked.parameter.code + modifier
            try:
                answer = found(store, type, [(name, value)])
            except FacadeError as error:
                yield f"{type}?{name}={value}: {error.diagnostics}"
                continue
            if name in FULL_TEXT:  # how words are taken apart is the server's own choice
                if (id in answer) != meant:
                    yield f"{type}?{name}={value}: wrong about {id}"
                continue
            expected = world.answer(type, [(name, value)])
            if meant is not None and (id in expected) != meant:
                yield f"{type}?{name}={value}: the oracle itself is wrong about {id}"
            if sorted(answer) != sorted(expected):
                more, less = sorted(set(answer) - set(expected)), sorted(set(expected) - set(answer))
                yield f"{type}?{name}={value}: too many {more[:4]}, too few {less[:4]}"


def _some(asked: list[tuple[str, str]], dialect: str) -> list[tuple[str, str]]:
    """Each once; on PostgreSQL, which takes some milliseconds to plan a statement, only the first of each
    modifier."""
    if dialect == "sqlite":
        return list(dict.fromkeys(asked))
    return list(dict(reversed(asked)).items())


@pytest.mark.parametrize("type", sorted({type for type, _ in pairs()}))
def test_a_types_parameters_find_what_they_should(stocked: Store, type: str) -> None:
    wrong = [
        line
        for pair, asked in official().asked.items()
        if pair[0] == type
        for line in (*_wrong(stocked, asked), *_bare(pair, asked))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def _bare(pair: tuple[str, str], asked: Asked) -> Iterator[str]:
    if not asked.queries.must or not asked.queries.must_not:
        yield f"{pair}: nothing to ask"


def test_how_many_pairs_are_covered(stocked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Said aloud at the end of the suite, and at least as many as when this was written."""
    made = official()
    both = [a for a in made.asked.values() if a.queries.must and a.queries.must_not]
    examples = sum(asked.by_example for asked in both)
    with capsys.disabled():
        print(
            f"\n{stocked.dialect}: {len(both)} of {len(pairs())} official pairs of type and search parameter"
            f" have a positive and a negative test: {examples} by an example's value, {len(both) - examples}"
            f" by a synthesised one; {len(made.unsupported)} are not supported,"
            f" {len(made.without_value)} have no value"
        )
    assert len(pairs()) == 1706
    assert len(both) + len(made.unsupported) + len(made.without_value) == 1706
