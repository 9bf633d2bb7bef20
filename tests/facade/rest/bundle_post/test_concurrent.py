"""Transactions at the same time, and what comes between a rehearsal and its commit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from facade.store import Store
from tests.facade.rest.bundle_post import bundles
from tests.facade.rest.bundle_post.bundles import entry, observation, patient, post, refused, statuses

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
UUID = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
JSON = {"content-type": "application/fhir+json"}


async def test_one_of_many_creates_it(store: Store) -> None:
    """All observe the one patient that one of them has made."""
    async with bundles.client(store) as client:
        both = (
            entry(
                "POST",
                "Patient",
                patient(identifier=[{"value": "7"}]),
                fullUrl=UUID,
                ifNoneExist="identifier=7",
            ),
            entry("POST", "Observation", observation(UUID)),
        )
        answers = await asyncio.gather(*(post(client, "transaction", *both) for _ in range(16)))
        kinds = sorted(statuses(answer)[0] for answer in answers)
        assert kinds == ["200"] * 15 + ["201"]
        (one,) = (await client.get("/Patient")).json()["entry"]
        held = (await client.get("/Observation?_count=50")).json()["entry"]
    assert {each["resource"]["subject"]["reference"] for each in held} == {f"Patient/{one['resource']['id']}"}
    assert len(held) == 16


async def between(store: Store, monkeypatch: pytest.MonkeyPatch, writes: Any, times: int) -> None:
    """Before each of the first commits after a rehearsal, somebody else writes."""
    write = store.write
    calls = 0

    async def interrupted(work: Any) -> Any:
        nonlocal calls
        calls += 1
        if 1 < calls <= times + 1:
            monkeypatch.setattr(store, "write", write)
            await writes(calls)
            monkeypatch.setattr(store, "write", interrupted)
        return await write(work)

    monkeypatch.setattr(store, "write", interrupted)


async def test_somebody_writes_after_the_rehearsal(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the conditional reference matched is gone, and another is there: the second attempt has it."""
    mark = [{"value": "7"}]
    async with bundles.client(store) as client:
        await client.put("/Patient/1", json=patient(id="1", identifier=mark), headers=JSON)

        async def writes(_: int) -> None:
            await client.delete("/Patient/1")
            await client.put("/Patient/2", json=patient(id="2", identifier=mark), headers=JSON)

        await between(store, monkeypatch, writes, 1)
        sent = entry("POST", "Observation", observation("Patient?identifier=7"))
        answer = await post(client, "transaction", sent)
        assert statuses(answer) == ["201"]
        (held,) = (await client.get("/Observation")).json()["entry"]
    assert held["resource"]["subject"]["reference"] == "Patient/2"
    assert held["resource"]["meta"]["versionId"] == "1"


async def test_somebody_always_writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = [{"value": "7"}]
    async with bundles.client(store) as client:
        await client.put("/Patient/0", json=patient(id="0", identifier=mark), headers=JSON)

        async def writes(turn: int) -> None:
            await client.delete(f"/Patient/{turn - 2}")
            await client.put(
                f"/Patient/{turn - 1}", json=patient(id=str(turn - 1), identifier=mark), headers=JSON
            )

        await between(store, monkeypatch, writes, 10)
        sent = entry("POST", "Observation", observation("Patient?identifier=7"))
        assert refused(await post(client, "transaction", sent)) == (409, "conflict", None)
        assert "entry" not in (await client.get("/Observation")).json()
