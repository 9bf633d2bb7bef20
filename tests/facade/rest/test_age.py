"""Age, warnings and outcomes of answers over a live source."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.errors import Unreachable
from facade.flow.sync import sync_stream
from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.flow.live.diary import Practice
from tests.facade.rest import support

DOWN = Unreachable('source desk: it is "down"')
TOLD = 'desk.booking is as it was 60 seconds ago: source desk: it is "down".'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = support.open_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
async def practice(store: Store) -> Practice:
    practice = Practice(store)
    practice.desk.book(1, "1", room="4")
    practice.desk.book(2, "2")
    practice.desk.tables["person"]["1"] = {"no": "1", "name": "Doe"}
    for one in practice.fresh.known.values():
        assert (await sync_stream(store, practice.pack, practice.desk, one.stream)).error is None
        practice.fresh.succeeded(one, practice.clock.now)
    practice.fresh.read_book(store)
    practice.clock.now += 60
    practice.desk.asked.clear()
    return practice


@pytest.fixture
async def client(practice: Practice, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    service = support.service(store, ("Appointment", "Slot", "Patient"), refresher=practice.refresher)
    async with support.client(ROUTES, service) as client:
        yield client


def outcome(response: httpx.Response) -> list[dict[str, Any]]:
    entries = response.json().get("entry", [])
    return [one["resource"]["issue"] for one in entries if one["search"]["mode"] == "outcome"]


async def test_what_is_not_live_is_as_old_as_its_last_read(client: httpx.AsyncClient) -> None:
    for path in ("Patient/1", "Patient?name=doe", "Patient/1/_history/1"):
        response = await client.get(f"/{path}")
        assert (response.status_code, response.headers["age"]) == (200, "60"), path
        assert "warning" not in response.headers


async def test_what_is_live_is_asked_with_the_values_of_each_request(
    client: httpx.AsyncClient, practice: Practice
) -> None:
    """Searches of one shape are planned once; their slices are their own."""
    for patient in ("1", "2", "1"):
        response = await client.get(f"/Appointment?patient={patient}")
        assert (response.headers["age"], outcome(response)) == ("0", [])
    posted = await client.post("/Appointment/_search", data={"patient": "2"})
    assert posted.headers["age"] == "0"
    values = [where[0].value for where in practice.desk.slices()]
    assert values == ["1", "2", "1", "2"]


async def test_a_read_is_refreshed_and_conditional(client: httpx.AsyncClient, practice: Practice) -> None:
    first = await client.get("/Appointment/1")
    assert (first.headers["age"], first.json()["status"]) == ("0", "booked")
    same = await client.get("/Appointment/1", headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.headers["age"], same.content) == (304, "0", b"")
    practice.desk.book(1, "1", state="X")
    other = await client.get("/Appointment/1", headers={"if-none-match": first.headers["etag"]})
    assert (other.status_code, other.json()["status"]) == (200, "cancelled")
    practice.desk.cancel(1)
    gone = await client.head("/Appointment/1")
    assert (gone.status_code, gone.headers["age"]) == (410, "0")
    missing = await client.get("/Appointment/77")
    assert (missing.status_code, missing.headers["age"]) == (404, "0")


async def test_an_answer_is_as_old_as_the_oldest_of_what_it_holds(client: httpx.AsyncClient) -> None:
    alone = await client.get("/Appointment?patient=1")
    both = await client.get("/Appointment?patient=1&_include=Appointment:patient")
    assert [entry["search"]["mode"] for entry in both.json()["entry"]] == ["match", "include"]
    assert (alone.headers["age"], both.headers["age"]) == ("0", "60")
    reverse = await client.get("/Patient?name=doe&_revinclude=Appointment:patient")
    assert reverse.headers["age"] == "60"


async def test_a_stale_search_says_so(client: httpx.AsyncClient, practice: Practice) -> None:
    practice.desk.failure = DOWN
    response = await client.get("/Appointment?patient=1")
    assert (response.status_code, response.headers["age"]) == (200, "60")
    assert outcome(response) == [[{"severity": "warning", "code": "transient", "diagnostics": TOLD}]]
    assert response.json()["total"] == 1


async def test_a_stale_read_says_so(client: httpx.AsyncClient, practice: Practice) -> None:
    practice.desk.failure = DOWN
    quoted = TOLD.replace('"', '\\"')
    for path, status in (("Appointment/1", 200), ("Appointment/77", 404)):
        response = await client.get(f"/{path}")
        assert (response.status_code, response.headers["age"]) == (status, "60")
        assert response.headers["warning"] == f'110 - "{quoted}"'


async def test_a_stale_part_says_so(client: httpx.AsyncClient, practice: Practice) -> None:
    """What comes along with a search that is itself well."""
    practice.desk.failure = DOWN
    await client.get("/Appointment?patient=1")
    response = await client.get("/Patient?name=doe&_revinclude=Appointment:patient")
    (issues,) = outcome(response)
    assert [issue["diagnostics"] for issue in issues if "booking" in issue["diagnostics"]] == [TOLD]


async def test_remarks_come_together(client: httpx.AsyncClient, practice: Practice) -> None:
    practice.desk.failure = DOWN
    response = await client.get("/Appointment?patient=1&foo=1", headers={"prefer": "handling=lenient"})
    assert [[issue["code"] for issue in issues] for issues in outcome(response)] == [
        ["transient", "not-supported"]
    ]


async def test_only_if_cached(client: httpx.AsyncClient, practice: Practice) -> None:
    cached = {"cache-control": "only-if-cached"}
    response = await client.get("/Appointment?patient=1", headers=cached)
    assert (response.status_code, response.headers["age"]) == (200, "60")
    cached["cache-control"] += ", max-age=59"
    for path in ("/Appointment?patient=1", "/Appointment/1", "/Patient/1"):
        response = await client.get(path, headers=cached)
        stream = "person" if "Patient" in path else "booking"
        assert support.outcome(response) == (
            504,
            "transient",
            f"desk.{stream} is as it was 60 seconds ago, older than was asked for, and only-if-cached forbids"
            " to ask its source.",
            None,
        )
    assert practice.desk.asked == []


async def test_what_was_never_read_is_not_said_to_be_missing(store: Store) -> None:
    practice = Practice(store)
    service = support.service(store, ("Appointment", "Patient"), refresher=practice.refresher)
    async with support.client(ROUTES, service) as client:
        incomplete = "desk.person has not been read whole yet: what is missing will come."
        assert support.outcome(await client.get("/Patient/1")) == (
            503,
            "transient",
            f"Patient/1 is not known yet. {incomplete}",
            None,
        )
        response = await client.get("/Patient?name=doe")
        assert "age" not in response.headers
        assert outcome(response) == [
            [{"severity": "warning", "code": "incomplete", "diagnostics": incomplete}]
        ]
        practice.desk.failure = DOWN
        assert support.outcome(await client.get("/Appointment?patient=1")) == (
            503,
            "transient",
            'desk.booking has never been read whole: source desk: it is "down".',
            None,
        )


async def test_without_sources_nothing_is_said(store: Store) -> None:
    support.put(store, {"resourceType": "Patient", "id": "1"})
    async with support.client(ROUTES, support.service(store)) as client:
        for path in ("/Patient/1", "/Patient", "/Patient/1/_history/1"):
            response = await client.get(path, headers={"cache-control": "no-cache"})
            assert (response.status_code, "age" in response.headers) == (200, False)
