"""batch: each entry for itself, and one commit for those that stand together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from facade.rest.answer import Answer
from facade.rest.bundle_post import entries
from facade.rest.dispatch import Route
from facade.rest.request.call import Call
from facade.rest.routes import ROUTES
from facade.rest.service import Service
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.bundle_post import bundles
from tests.facade.rest.bundle_post.bundles import TYPES, entry, observation, patient, post, refused, statuses

both = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with bundles.client(store) as client:
        yield client


@both
async def test_each_entry_has_its_outcome(client: httpx.AsyncClient) -> None:
    answer = await post(
        client,
        "batch",
        entry("PUT", "Patient/1", patient(id="1", active=True)),
        entry("POST", "Observation", observation("Patient/1", status="odd")),
        entry("POST", "Observation", observation("Patient/1")),
        entry("GET", "Observation?subject=Patient/1"),
        entry("GET", "Patient/none"),
        entry("GET", "http://other.example/Patient/1"),
        entry("POST", "/", patient()),
        entry("PUT", "Patient/1", patient(id="1", active=False), ifMatch='W/"1"'),
        entry("PUT", "Patient/1", patient(id="1"), ifMatch='W/"1"'),
        entry("GET", "Patient/1", ifNoneMatch='W/"2"'),
        entry("DELETE", "Patient/1"),
        entry("POST", "Medication", {"resourceType": "Medication"}),
        entry("GET", "metadata"),
    )
    expected = ["201", "422", "201", "200", "404", "400", "400", "200", "412", "304", "204", "404", "200"]
    assert statuses(answer) == expected
    found = answer.json()["entry"]
    assert found[3]["resource"]["total"] == 1
    for at in (1, 4, 5, 6, 8, 11):
        (issue,) = found[at]["response"]["outcome"]["issue"]
        assert issue["expression"][0].startswith(f"Bundle.entry[{at}]")
        assert list(found[at]) == ["response"]
    assert found[8]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[8].request.ifMatch"]
    assert "resource" not in found[9]


@both
async def test_an_entry_that_the_store_cannot_bear(
    client: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands beside it is written all the same."""
    from facade.flow.local import Changes

    create = Changes.create

    def breaks(changes: Changes, draft: Any, criteria: Any = None) -> Any:
        if draft.id == "new-2":
            raise ZeroDivisionError
        return create(changes, draft, criteria)

    monkeypatch.setattr(Changes, "create", breaks)
    answer = await post(client, "batch", *(entry("POST", "Patient", patient()) for _ in range(3)))
    assert statuses(answer) == ["201", "500", "201"]
    assert (await client.get("/Patient/new-3")).status_code == 200
    assert answer.json()["entry"][1]["response"]["outcome"]["issue"][0]["code"] == "exception"


async def test_neighbouring_writes_share_a_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = 0
    write = store.write

    async def counted(work: Any) -> Any:
        nonlocal commits
        commits += 1
        return await write(work)

    monkeypatch.setattr(store, "write", counted)
    async with bundles.client(store) as client:
        answer = await post(client, "batch", *(entry("POST", "Patient", patient()) for _ in range(100)))
    assert statuses(answer) == ["201"] * 100
    assert commits == 1


async def test_limits(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    assert statuses(await post(client, "batch", *[entry("GET", "Patient")] * 3)) == ["200"] * 3
    answer = await post(client, "batch", *[entry("GET", "Patient")] * 4)
    assert refused(answer) == (413, "too-costly", ["Bundle.entry"])


async def test_other_requests_inside_are_the_callers(store: Store) -> None:
    """An entry brings the headers by which a caller is known."""
    seen: list[str] = []

    async def whoami(service: Service, call: Call) -> Answer:
        seen.append(call.header(b"authorization"))
        return Answer(200, b"application/fhir+json", b'{"resourceType":"Basic"}')

    service = replace(support.service(store, TYPES), local=TYPES)
    async with support.client([*ROUTES, Route("GET", "whoami", "x", whoami)], service) as client:
        answer = await post(client, "batch", entry("GET", "whoami"), Authorization="Bearer abc")
    assert statuses(answer) == ["200"]
    assert seen == ["Bearer abc"]
