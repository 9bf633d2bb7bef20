"""Whatever is asked of whatever is stored, the answer is the oracle's: content, order, total and pages.

https://hl7.org/fhir/R4/search.html

The worlds are made by their seed; the queries are hypothesis's, the same in every run (`derandomize`) and
shrunk when one fails.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from conformance.matching import World
from facade.store import Store
from tests.facade.search.generated.asking import ASKED, Item, forms, parameters, query
from tests.facade.search.generated.features import there
from tests.facade.search.generated.product import BASE_URL, INDEXED, SETTING, found, pages, total, updated
from tests.facade.search.generated.stories import story, value_sets
from tests.facade.search.stocked import stock

DELETED = 9
"""Every so many-th resource is deleted, but for value sets: `:in` may name each."""


SEED = 0
CASES = {"sqlite": 1500, "postgresql": 250}
SHARE = {"sqlite": 1, "postgresql": 9}
"""Of so many forms of a value one is asked for: a statement takes PostgreSQL some milliseconds to plan."""


class Told(NamedTuple):
    """A world, and the store that holds it."""

    world: World
    store: Store


@pytest.fixture(scope="module")
def told(store: Store) -> Told:
    resources = story(SEED)
    gone = {
        rid
        for rid, resource in enumerate(resources, 1)
        if rid % DELETED == 0 and resource["resourceType"] != "ValueSet"
    }
    stock(store, resources, gone, SETTING)
    if store.dialect == "postgresql":  # as its own daemon does within a minute
        store.write_sync(lambda transaction: transaction.execute("ANALYZE"))
    alive = [(rid, r) for rid, r in enumerate(resources, 1) if rid not in gone]
    world = World(
        [resource for _, resource in alive],
        updated=[updated(rid) for rid, _ in alive],
        base_url=BASE_URL,
        longest=INDEXED,
        value_sets=value_sets([resource for _, resource in alive]),
    )
    return Told(world, store)


@pytest.mark.parametrize("type", sorted(ASKED))
def test_every_form_of_every_parameter(told: Told, type: str) -> None:
    """Each modifier, prefix, precision, unit and way to write a value, one at a time."""
    wrong = []
    for parameter in parameters(type):
        for modifier, values in forms(parameter).items():
            for value in values[:: SHARE[told.store.dialect]]:
                items = [(f"{parameter.code}{modifier}", value)]
                expected, answer = told.world.answer(type, items), found(told.store, type, items)
                if sorted(answer) != sorted(expected):
                    wrong.append(f"{items[0]}: answered {sorted(answer)}, not {sorted(expected)}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:40])


def test_the_answer_is_the_oracles(told: Told) -> None:
    """Several criteria at once, chains, `_has`, sorts and pages."""

    @settings(
        max_examples=CASES[told.store.dialect],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(asked=query(), size=st.integers(1, 6))
    def holds(asked: tuple[str, list[Item], list[str]], size: int) -> None:
        _compare(told, *asked, size)

    holds()


def _compare(told: Told, type: str, items: list[Item], sort: list[str], size: int) -> None:
    expected = told.world.answer(type, items, sort)
    event("some" if expected else "none")
    full = [*items, ("_sort", ",".join(sort))] if sort else items
    answer = found(told.store, type, full)
    if sort:
        assert answer == expected
    else:  # without a sort the order is the server's own
        assert sorted(answer) == sorted(expected)
    if there("total-of-has") or not any("_has" in name for name, _ in items):
        assert total(told.store, type, full) == len(expected)
    if len(expected) > size or not size % 5:
        walked = pages(told.store, type, full, size)
        assert [id for page in walked for id in page] == answer
        assert all(len(page) == size for page in walked[:-1])
