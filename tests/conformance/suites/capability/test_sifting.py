"""Groups are halved until what fails is alone."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.errors import Failed, Skipped
from conformance.exchange import Exchange
from conformance.suites.capability.sifting import Purse, grouped, sift

ITEMS = [f"p{number}" for number in range(40)]


class Server:
    def __init__(self, *bad: str, error: type[Failed | Skipped] = Failed) -> None:
        self.bad, self.error, self.asked = set(bad), error, 0

    async def ask(self, items: Sequence[str], log: list[Exchange]) -> None:
        self.asked += 1
        if self.bad & set(items):
            raise self.error("no")


async def test_what_works_takes_one_request() -> None:
    server = Server()
    (trial,) = await sift(ITEMS, server.ask, Purse())
    assert (trial.error, list(trial.items), server.asked) == (None, ITEMS, 1)


async def test_what_fails_is_found_alone_and_the_others_pass() -> None:
    server = Server("p3", "p31")
    trials = await sift(ITEMS, server.ask, Purse())
    assert [list(one.items) for one in trials if one.error] == [["p3"], ["p31"]]
    assert sorted(item for one in trials for item in one.items) == sorted(ITEMS)
    assert server.asked < 25


async def test_an_empty_purse_accuses_nobody() -> None:
    server = Server(*ITEMS)
    purse = Purse(10)
    trials = await sift(ITEMS, server.ask, purse)
    assert server.asked <= 11
    assert all(isinstance(one.error, Skipped) for one in trials if len(one.items) > 1)


async def test_no_permission_is_none_for_all() -> None:
    server = Server("p3", error=Skipped)
    assert len(await sift(ITEMS, server.ask, Purse())) == 1


def test_groups_fit_into_a_url() -> None:
    groups = grouped(["x" * 85] * 100, longest=1000)
    assert sum(map(len, groups)) == 100
    assert {len(one) for one in groups} == {10}
