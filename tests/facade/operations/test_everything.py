"""$everything against another reading of the same resources; its pages, its filters, who may see what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from facade.operations import everything
from facade.operations.routes import OPERATION_ROUTES
from facade.rest import read
from facade.rest.routes import ROUTES
from facade.spec.check import check
from facade.store import Store
from facade.store.access import Access
from facade.store.serialise import to_json
from tests.facade.operations.record import Clinic, Resource, belongs, expected, name_of, ref
from tests.facade.rest import support
from tests.facade.rest.support import BASE, delete, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

CLINICAL = ("AllergyIntolerance", "Appointment", "Condition", "Coverage", "DocumentReference", "Encounter")
OTHERS = ("Binary", "Group", "Location", "Medication", "Organization", "Patient", "Practitioner")
SERVED = (*CLINICAL, *OTHERS, "MedicationRequest", "Observation")


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    routes = (*ROUTES, *OPERATION_ROUTES)
    async with support.client(routes, support.service(store, SERVED)) as client:
        yield client


def stock(store: Store, seed: int = 1, patients: int = 3, size: int = 60) -> dict[str, Resource]:
    """Everything that is stored now, in the order in which it came."""
    clinic = Clinic(seed, patients)
    rows = [clinic.one() for _ in range(size // 2)]
    rows += [*(clinic.patient(at) for at in range(patients)), *clinic.directory()]
    rows += [clinic.one() for _ in range(size // 2)]
    put(store, *rows)
    found: dict[str, Resource] = {}
    for row in rows:
        found[name_of(row)] = row
    return found


def of(stored: dict[str, Resource], holder: str) -> list[Resource]:
    """The record in its order: the one whose it is, then its compartment as it came."""
    rest = [one for name, one in stored.items() if name != holder and belongs(one, holder)]
    return [stored[holder], *rest]


def names(bundle: Any, mode: str) -> list[str]:
    return [
        entry["fullUrl"].removeprefix(f"{BASE}/")
        for entry in bundle.get("entry", ())
        if entry["search"]["mode"] == mode
    ]


async def bundle_of(client: httpx.AsyncClient, url: str) -> Any:
    response = await client.get(url)
    assert response.status_code == 200, response.text
    return response.json()


async def pages(client: httpx.AsyncClient, url: str) -> list[Any]:
    found = [await bundle_of(client, url)]
    while after := link(found[-1], "next"):
        found.append(await bundle_of(client, after.removeprefix(BASE)))
    return found


def link(bundle: Any, relation: str) -> str | None:
    return next((one["url"] for one in bundle["link"] if one["relation"] == relation), None)


@pytest.mark.parametrize("seed", range(4))
async def test_a_record_is_the_compartment_and_what_it_refers_to(
    client: httpx.AsyncClient, store: Store, seed: int
) -> None:
    stored = stock(store, seed)
    holders = [name for name in stored if name.startswith(("Patient/", "Encounter/"))]
    assert len(holders) > 3
    for holder in holders:
        bundle = await bundle_of(client, f"/{holder}/$everything")
        matches, included = expected(stored, holder, of(stored, holder))
        assert names(bundle, "match") == matches
        assert sorted(names(bundle, "include")) == sorted(included)
        assert bundle["total"] == len(matches)
        assert check(bundle) == []


async def test_every_page_brings_what_it_refers_to(client: httpx.AsyncClient, store: Store) -> None:
    stored = stock(store, 7)
    for count in (1, 2, 5):
        found = await pages(client, f"/Patient/p0/$everything?_count={count}")
        assert [name for page in found for name in names(page, "match")] == [
            name_of(one) for one in of(stored, "Patient/p0")
        ]
        for at, page in enumerate(found):
            shown = names(page, "match")
            _, included = expected(stored, "Patient/p0", [stored[name] for name in shown])
            assert 0 < len(shown) <= count
            assert sorted(names(page, "include")) == sorted(included)
            before = link(page, "previous")
            assert (before is None) is (at == 0)
            if before is not None:
                again = await bundle_of(client, before.removeprefix(BASE))
                assert names(again, "match") == names(found[at - 1], "match")
            assert link(page, "first") == f"{BASE}/Patient/p0/$everything?_count={count}"
            assert "total" not in page


async def test_pages_of_a_store_that_changes(client: httpx.AsyncClient, store: Store) -> None:
    stored = stock(store, 3)
    record = [name_of(one) for one in of(stored, "Patient/p1")]
    first = await bundle_of(client, "/Patient/p1/$everything?_count=4")
    gone = record[6]
    delete(store, *gone.split("/"))
    put(store, {**stored[record[5]], "language": "de"}, {**stored[record[2]], "language": "de"})
    put(
        store, {"resourceType": "Coverage", "id": "new", "status": "active", "beneficiary": ref("Patient/p1")}
    )
    shown = names(first, "match")
    after = link(first, "next")
    assert after is not None
    for page in await pages(client, after.removeprefix(BASE)):
        shown += names(page, "match")
    assert shown == [*(name for name in record if name != gone), "Coverage/new"]


async def test_since(client: httpx.AsyncClient, store: Store, clock: support.Clock) -> None:
    stored = stock(store, 5)
    clock.pass_seconds(60)
    changed = [one for one in of(stored, "Patient/p0") if one["resourceType"] == "Observation"][:2]
    put(store, *({**one, "language": "fr"} for one in changed))
    url = f"/Patient/p0/$everything?_since={clock().isoformat().replace('+00:00', 'Z')}"
    bundle = await bundle_of(client, url)
    assert names(bundle, "match") == [name_of(one) for one in changed]
    put(store, {**stored["Patient/p0"], "language": "fr"})
    assert names(await bundle_of(client, url), "match")[0] == "Patient/p0"


@pytest.mark.parametrize(
    "types", ["Observation", "Observation,Patient", "Practitioner", "Condition,Practitioner,Location"]
)
async def test_types(client: httpx.AsyncClient, store: Store, types: str) -> None:
    stored = stock(store, 6)
    record = of(stored, "Patient/p0")
    some = types.split(",")
    matches = [name_of(one) for one in record if one["resourceType"] in some]
    walked = record if "Practitioner" in some else [one for one in record if one["resourceType"] in some]
    _, outside = expected(stored, "Patient/p0", walked)
    included = [name for name in outside if name.partition("/")[0] in some]
    bundle = await bundle_of(client, f"/Patient/p0/$everything?_type={types}")
    assert names(bundle, "match") == matches
    assert sorted(names(bundle, "include")) == sorted(included)
    assert matches or included
    repeated = "&_type=".join(some)
    again = await bundle_of(client, f"/Patient/p0/$everything?_type={repeated}")
    assert names(again, "match") == matches


CARE = {"Observation": "effectiveDateTime", "MedicationRequest": "authoredOn", "Condition": "onsetDateTime"}


def in_care(one: Resource, start: str | None, end: str | None) -> bool:
    """Whether it is about care from one month to another, as `record` writes its months."""
    kind = one["resourceType"]
    if kind == "Appointment":
        first = last = one["start"][:7]
    elif kind == "Encounter":
        first, last = "2021-03", "2021-03"
    elif kind in CARE and CARE[kind] in one:
        first = last = one[CARE[kind]]
        last = "9999-12" if kind == "Condition" else last  # which lasts until it is known to have ended
    else:
        return True
    return (end is None or first <= end) and (start is None or last >= start)


@pytest.mark.parametrize(("start", "end"), [("2021-03", "2022-01"), ("2022-06", None), (None, "2020-12")])
async def test_care_dates(
    client: httpx.AsyncClient, store: Store, start: str | None, end: str | None
) -> None:
    stored = stock(store, 8, size=200)
    record = of(stored, "Patient/p2")
    wanted = [one for one in record if one is record[0] or in_care(one, start, end)]
    assert 1 < len(wanted) < len(record)
    query = "&".join(f"{name}={value}" for name, value in (("start", start), ("end", end)) if value)
    bundle = await bundle_of(client, f"/Patient/p2/$everything?{query}")
    assert names(bundle, "match") == [name_of(one) for one in wanted]


async def test_what_ended_before_the_start_is_left_out(client: httpx.AsyncClient, store: Store) -> None:
    condition = {"resourceType": "Condition", "subject": ref("Patient/1"), "onsetDateTime": "2019"}
    put(
        store,
        {"resourceType": "Patient", "id": "1"},
        {**condition, "id": "over", "abatementDateTime": "2020-05"},
        {**condition, "id": "on"},
    )
    bundle = await bundle_of(client, f"/Patient/1/$everything?start={date(2020, 6, 1)}")
    assert names(bundle, "match") == ["Patient/1", "Condition/on"]


async def test_all_patients(client: httpx.AsyncClient, store: Store) -> None:
    stored = stock(store, 9)
    some = [
        name
        for name, one in stored.items()
        if any(belongs(one, holder) for holder in stored if holder.startswith("Patient/"))
    ]
    found = await pages(client, "/Patient/$everything?_count=7")
    assert [name for page in found for name in names(page, "match")] == some
    assert {name.partition("/")[0] for page in found for name in names(page, "include")} == {
        *("Practitioner", "Organization", "Location", "Medication", "Binary")
    }


async def test_a_shared_appointment_is_in_both_records_and_within_both_reaches(
    client: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [{"actor": ref(f"Patient/{id}"), "status": "accepted"} for id in (1, 2)]
    put(
        store,
        {"resourceType": "Patient", "id": "1"},
        {"resourceType": "Patient", "id": "2"},
        {"resourceType": "Patient", "id": "3"},
        {"resourceType": "Practitioner", "id": "d"},
        {"resourceType": "Appointment", "id": "a", "status": "booked", "participant": both},
    )
    for id, other in (("1", "2"), ("2", "1")):
        bundle = await bundle_of(client, f"/Patient/{id}/$everything")
        assert names(bundle, "match") == [f"Patient/{id}", "Appointment/a"]
        assert names(bundle, "include") == [f"Patient/{other}"]
    seen: dict[str, Any] = {}
    for id in "123":
        for module in (everything, read):
            monkeypatch.setattr(module, "access_of", lambda call, id=id: Access(frozenset({id})))
        response = await client.get("/Patient/2/$everything")
        seen[id] = names(response.json(), "match") if response.status_code == 200 else outcome(response)[0]
        assert not response.json().get("entry") or not names(response.json(), "include")
    assert seen == {"1": 404, "2": ["Patient/2", "Appointment/a"], "3": 404}
    monkeypatch.setattr(everything, "access_of", lambda call: Access(frozenset({"2"})))
    assert names(await bundle_of(client, "/Patient/$everything"), "match") == ["Patient/2", "Appointment/a"]
    one = {"resourceType": "Appointment", "id": "a", "status": "booked", "participant": both[:1]}
    put(store, one)
    assert names(await bundle_of(client, "/Patient/2/$everything"), "match") == ["Patient/2"]


async def test_who_is_not_there(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"}, {"resourceType": "Patient", "id": "2"})
    delete(store, "Patient", "1")
    assert outcome(await client.get("/Patient/1/$everything"))[:2] == (410, "deleted")
    assert outcome(await client.get("/Patient/9/$everything"))[:2] == (404, "not-found")
    assert outcome(await client.get("/Encounter/9/$everything"))[:2] == (404, "not-found")


async def test_by_post(client: httpx.AsyncClient, store: Store) -> None:
    stored = stock(store, 2)
    rows = [{"name": "_type", "valueCode": "Condition"}, {"name": "_count", "valueInteger": 1}]
    body = to_json({"resourceType": "Parameters", "parameter": rows})
    response = await client.post(
        "/Patient/p0/$everything", content=body, headers={"content-type": "application/fhir+json"}
    )
    bundle = response.json()
    conditions = [name_of(one) for one in of(stored, "Patient/p0") if one["resourceType"] == "Condition"]
    assert names(bundle, "match") == conditions[:1]
    assert link(bundle, "self") == f"{BASE}/Patient/p0/$everything?_type=Condition&_count=1"
    after = link(bundle, "next")
    assert after is not None
    assert names(await bundle_of(client, after.removeprefix(BASE)), "match") == conditions[1:2]
    elements = await bundle_of(client, "/Patient/p0/$everything?_elements=id&_type=Condition")
    assert (
        "subject" in elements["entry"][0]["resource"]
        and "onsetDateTime" not in elements["entry"][0]["resource"]
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "/Patient/1/$everything?_count=0",
            (400, "invalid", "_count is one whole number, 1 or more.", ["_count"]),
        ),
        (
            "/Patient/1/$everything?_type=Nothing",
            (400, "invalid", "_type names Nothing, which is not served here.", ["_type"]),
        ),
        (
            "/Patient/1/$everything?start=soon",
            (400, "invalid", "start is a date, such as 2024-01-31, or a time of one.", ["start"]),
        ),
        (
            "/Patient/1/$everything?start=2020&start=2021",
            (400, "invalid", "start is given more than once.", ["start"]),
        ),
        (
            "/Encounter/1/$everything?start=2020",
            (
                *(400, "not-supported"),
                "start is not supported with $everything of Encounter; there are _since, _type, _count.",
                ["http.start"],
            ),
        ),
        (
            "/Encounter/$everything",
            (404, "not-supported", "$everything is not supported for Encounter.", None),
        ),
        (
            "/Practitioner/1/$everything",
            (404, "not-supported", "$everything is not supported for Practitioner.", None),
        ),
    ],
)
async def test_what_is_refused(client: httpx.AsyncClient, store: Store, url: str, expected: Any) -> None:
    put(store, {"resourceType": "Patient", "id": "1"}, {"resourceType": "Patient", "id": "2"})
    assert outcome(await client.get(url)) == expected
    foreign = await client.get("/Patient/1/$everything?_count=1")
    assert foreign.status_code == 200


async def test_a_cursor_is_good_for_its_own_record_alone(client: httpx.AsyncClient, store: Store) -> None:
    stock(store, 2)
    after = link(await bundle_of(client, "/Patient/p0/$everything?_count=1"), "next")
    assert after is not None
    wrong = after.removeprefix(BASE).replace("/p0/", "/p1/")
    assert outcome(await client.get(wrong))[0] == 400


async def test_what_is_not_understood_is_named_to_the_lenient(
    client: httpx.AsyncClient, store: Store
) -> None:
    put(store, {"resourceType": "Patient", "id": "1"})
    response = await client.get("/Patient/1/$everything?colour=red", headers={"prefer": "handling=lenient"})
    (entry,) = [one for one in response.json()["entry"] if one["search"]["mode"] == "outcome"]
    assert entry["resource"]["issue"][0]["diagnostics"] == "The parameter colour was ignored."
