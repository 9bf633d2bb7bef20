"""Pages: forward and backward, over every kind of key, and over a store that changes meanwhile."""

from __future__ import annotations

from random import Random
from typing import Any

import httpx
import pytest

from facade.store import Store
from facade.store.index import TABLES
from tests.facade.rest import support
from tests.facade.rest.support import BASE, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

Bundle = dict[str, Any]


def patient(id: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, **elements}


def ids(bundle: Bundle) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


def links(bundle: Bundle) -> dict[str, str]:
    return {link["relation"]: link["url"].removeprefix(BASE) for link in bundle["link"]}


async def page(client: httpx.AsyncClient, url: str) -> Bundle:
    response = await client.get(url)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def forward(client: httpx.AsyncClient, url: str) -> list[Bundle]:
    """Every page from a URL on."""
    found = [await page(client, url)]
    while "next" in links(found[-1]):
        found.append(await page(client, links(found[-1])["next"]))
    return found


async def backward(client: httpx.AsyncClient, last: Bundle) -> list[Bundle]:
    """A page and every one before it, in the order of the walk forward."""
    found = [last]
    while "previous" in links(found[-1]):
        found.append(await page(client, links(found[-1])["previous"]))
    return found[::-1]


OBSERVATIONS = [
    {
        "resourceType": "Observation",
        "id": f"o{place}",
        **({} if value is None else {"valueQuantity": {"value": value, "code": "mg"}}),
        **({} if date is None else {"effectiveDateTime": date}),
        "status": status,
    }
    for place, (value, date, status) in enumerate(
        [
            (5, "2020", "final"),
            (None, "2020-05", "amended"),
            (0.5, None, "final"),
            (-3, "2019-12-31T23:00:00Z", "final"),
            (5, "2020", "final"),
            (None, None, "amended"),
            (12.25, "2021-01-01", "final"),
        ]
    )
]
PATIENTS = [
    patient("a", name=[{"family": "Zorn"}, {"family": "Abel"}], birthDate="1980-01-01", gender="male"),
    patient("b", name=[{"family": "Müller"}], birthDate="1970"),
    patient("c", gender="female"),
    patient("d", birthDate="1980-01-01", gender="male"),
    patient("e", name=[{"family": "abel"}], birthDate="1970"),
    patient("f"),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Observation?", "o0 o1 o2 o3 o4 o5 o6"),
        ("Observation?_sort=value-quantity", "o3 o2 o0 o4 o6 o1 o5"),
        ("Observation?_sort=-value-quantity", "o6 o0 o4 o2 o3 o1 o5"),
        ("Observation?_sort=date", "o3 o0 o4 o1 o6 o2 o5"),
        ("Observation?_sort=-date,value-quantity", "o6 o1 o0 o4 o3 o2 o5"),
        ("Observation?_sort=-status,-value-quantity,-_id", "o6 o4 o0 o2 o3 o5 o1"),
        ("Observation?status=final&_sort=-date", "o6 o0 o4 o3 o2"),
        ("Observation?value-quantity=gt0&_sort=value-quantity", "o2 o0 o4 o6"),
        ("Observation?value-quantity=5&_sort=-_id", "o4 o0"),
        ("Observation?value-quantity:missing=true&_sort=value-quantity,-_id", "o5 o1"),
        ("Patient?", "a b c d e f"),
        ("Patient?_sort=family", "a e b c d f"),
        ("Patient?_sort=-family", "a b e c d f"),
        ("Patient?_sort=gender,-birthdate,-_id", "c d a e b f"),
        ("Patient?_sort=-birthdate,family", "a d e b c f"),
        ("Patient?_sort=-_id", "f e d c b a"),
        ("Patient?_id=a,c,e&_sort=-family", "a e c"),
        ("Patient?birthdate=1970,1980&_sort=birthdate,-family", "b e a d"),
    ],
)
async def test_pages_lead_forward_and_back(
    client: httpx.AsyncClient, store: Store, query: str, expected: str
) -> None:
    put(store, *PATIENTS, *OBSERVATIONS)
    wanted = expected.split()
    for size in (1, 2, 3, 6, 7):
        walk = await forward(client, f"/{query}&_count={size}")
        assert [id for one in walk for id in ids(one)] == wanted
        assert all(len(ids(one)) == size for one in walk[:-1])
        back = await backward(client, walk[-1])
        assert [ids(one) for one in back] == [ids(one) for one in walk]
        assert "previous" not in links(walk[0]) and "previous" not in links(back[0])
        if len(walk) > 1:
            assert ids(await page(client, links(walk[-1])["first"])) == ids(walk[0])
            again = await forward(client, links(back[0])["next"])
            assert [ids(one) for one in again] == [ids(one) for one in walk[1:]]


async def test_self_is_the_page_itself(client: httpx.AsyncClient, store: Store) -> None:
    put(store, *PATIENTS)
    second = await page(client, links(await page(client, "/Patient?_count=2&_sort=_id"))["next"])
    assert ids(await page(client, links(second)["self"])) == ids(second) == ["c", "d"]


async def test_at_most_so_many_results(client: httpx.AsyncClient, store: Store) -> None:
    put(store, *PATIENTS)
    for sort in ("", "&_sort=_id"):
        walk = await forward(client, f"/Patient?_maxresults=5&_count=2{sort}")
        assert [ids(one) for one in walk] == [["a", "b"], ["c", "d"], ["e"]]
        back = await backward(client, walk[-1])
        assert [ids(one) for one in back] == [["a", "b"], ["c", "d"], ["e"]]
        assert [ids(one) for one in await forward(client, links(back[0])["next"])] == [["c", "d"], ["e"]]
        exact = await forward(client, f"/Patient?_maxresults=4&_count=2{sort}")
        assert [ids(one) for one in exact] == [["a", "b"], ["c", "d"]]
        assert (await page(client, f"/Patient?_maxresults=4&_total=accurate{sort}"))["total"] == 4
        none = await page(client, f"/Patient?_maxresults=0{sort}")
        assert (ids(none), none["total"]) == ([], 0)


async def test_no_page_but_a_total(client: httpx.AsyncClient, store: Store) -> None:
    put(store, *PATIENTS)
    for query in ("_count=0", "_count=0&_total=estimate", "_summary=count"):
        bundle = await page(client, f"/Patient?gender=male&{query}")
        assert (bundle["total"], ids(bundle), list(links(bundle))) == (2, [], ["self"])
    assert "total" not in await page(client, "/Patient?_count=0&_total=none")


class Changing:
    """A store, and what was done to it since a walk began."""

    def __init__(self, store: Store, clock: support.Clock, dice: Random) -> None:
        self.store, self.clock, self.dice = store, clock, dice
        self.made = 0
        self.alive: list[str] = []
        self.dead: list[str] = []
        self.created: set[str] = set()  # or brought back
        self.lost: set[str] = set()

    def resource(self, id: str) -> dict[str, Any]:
        one = self.dice.choice
        made = patient(id, active=True)
        if one([True, True, False]):
            made["birthDate"] = one(["1970", "1980-01", "1980-01-01", "1990"])
        if one([True, True, False]):
            made["name"] = [{"family": one(["Abel", "Baum", "abel", "Zorn"])} for _ in range(one([1, 2]))]
        return made

    def begin(self) -> None:
        def wipe(transaction: Any) -> None:
            for table in ("resource", "resource_version", *TABLES):
                transaction.execute(f"DELETE FROM {table}")

        self.store.write_sync(wipe)
        for _ in range(self.dice.randint(3, 9)):
            self.create()
        for _ in range(self.dice.randint(0, 2)):
            self.delete()
        self.created, self.lost = set(), set()

    def put(self, id: str) -> None:
        self.clock.pass_seconds(0.001)
        put(self.store, self.resource(id))

    def create(self) -> None:
        self.made += 1
        id = f"p{self.made:02}"
        self.put(id)
        self.alive.append(id)
        self.created.add(id)

    def update(self) -> None:
        if self.alive:
            self.put(self.dice.choice(self.alive))

    def delete(self) -> None:
        if self.alive:
            self.clock.pass_seconds(0.001)
            id = self.alive.pop(self.dice.randrange(len(self.alive)))
            support.delete(self.store, "Patient", id)
            self.dead.append(id)
            self.lost.add(id)

    def revive(self) -> None:
        if self.dead:
            id = self.dead.pop(self.dice.randrange(len(self.dead)))
            self.put(id)
            self.alive.append(id)
            self.created.add(id)

    def change(self) -> None:
        for _ in range(self.dice.randint(0, 2)):
            self.dice.choice([self.update, self.update, self.update, self.create, self.delete, self.revive])()


SORTS = [
    "_sort=birthdate",
    "_sort=-birthdate",
    "_sort=family,-birthdate",
    "_sort=-family,_id",
    "_sort=_lastUpdated",
    "_sort=-_lastUpdated",
    "active=true&_sort=birthdate,-family",
    "active=true&_sort=-_lastUpdated",
    "birthdate=ge1960",  # a wide range of dates is a walk along its index
]


async def test_a_walk_over_a_changing_store_sees_each_once_and_none_twice(
    client: httpx.AsyncClient, store: Store, clock: support.Clock
) -> None:
    for seed in range(150 if store.dialect == "sqlite" else 20):
        dice = Random(seed)
        world = Changing(store, clock, dice)
        world.begin()
        query = f"{dice.choice(SORTS)}&_count={dice.randint(1, 4)}"
        whole = ids(await page(client, f"/Patient?{query}&_count=100"))
        seen: list[str] = []
        bundle = await page(client, f"/Patient?{query}")
        seen += ids(bundle)
        while "next" in links(bundle):
            world.change()
            bundle = await page(client, links(bundle)["next"])
            seen += ids(bundle)
        _told(world, whole, seen, (seed, query))
        seen = ids(bundle)
        while "previous" in links(bundle):
            world.change()
            bundle = await page(client, links(bundle)["previous"])
            seen = ids(bundle) + seen
        _told(world, whole, seen, (seed, query, "backward"))


def _told(world: Changing, whole: list[str], seen: list[str], case: tuple[Any, ...]) -> None:
    """Each of what was there is seen in its old place; but what was deleted need not be."""
    assert len(seen) == len(set(seen)), case
    assert not set(seen) & world.created - set(whole), case
    assert [id for id in whole if id in seen] == [id for id in seen if id in whole], case
    if "birthdate=" not in case[1]:  # all match, whatever is done to them
        assert set(seen) <= set(whole), case
        assert set(whole) - set(seen) <= world.lost, case


async def test_without_an_order_each_is_seen_once_too(
    client: httpx.AsyncClient, store: Store, clock: support.Clock
) -> None:
    for seed in range(30 if store.dialect == "sqlite" else 5):
        world = Changing(store, clock, Random(seed))
        world.begin()
        bundle = await page(client, "/Patient?active=true&_count=2")
        whole, seen = set(world.alive), ids(bundle)
        while "next" in links(bundle) and len(seen) < 100:
            world.change()
            bundle = await page(client, links(bundle)["next"])
            seen += ids(bundle)
        assert len(seen) == len(set(seen)), seed
        assert whole - set(seen) <= world.lost, seed


async def test_a_walk_ends_when_too_much_has_changed(
    client: httpx.AsyncClient, store: Store, clock: support.Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facade.rest.searching.page.MAX_MOVED", 2)
    put(store, *PATIENTS)
    following = links(await page(client, "/Patient?_sort=birthdate&_count=2"))["next"]
    clock.pass_seconds(1)
    put(store, *PATIENTS[:2])
    assert ids(await page(client, following)) == ["a", "d"]
    clock.pass_seconds(1)
    put(store, PATIENTS[2])
    text = "More than 2 matches have changed since the first page: search again."
    assert outcome(await client.get(following)) == (410, "expired", text, None)


async def test_a_walk_over_several_types(
    client: httpx.AsyncClient, store: Store, clock: support.Clock
) -> None:
    put(store, *PATIENTS[:2], *OBSERVATIONS[:2])
    clock.pass_seconds(1)
    put(store, *PATIENTS[2:4], *OBSERVATIONS[2:4])
    for sort, expected in (
        ("", "a b o0 o1 c d o2 o3"),
        ("&_sort=-_id", "o3 o2 o1 o0 d c b a"),
        ("&_sort=_lastUpdated,-_id", "o1 o0 b a o3 o2 d c"),
    ):
        walk = await forward(client, f"/?_type=Patient,Observation{sort}&_count=3")
        assert [id for one in walk for id in ids(one)] == expected.split()
        assert [ids(one) for one in await backward(client, walk[-1])] == [ids(one) for one in walk]
    first = await page(client, "/?_type=Patient,Observation&_sort=-_lastUpdated,_id&_count=3")
    assert ids(first) == ["c", "d", "o2"]
    clock.pass_seconds(1)
    put(store, PATIENTS[1], OBSERVATIONS[0], PATIENTS[4])
    rest = await forward(client, links(first)["next"])
    assert [id for one in rest for id in ids(one)] == ["o3", "a", "b", "o0", "o1"]
