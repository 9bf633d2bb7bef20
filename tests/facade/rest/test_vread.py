"""vread: each version as it was."""

from __future__ import annotations

import httpx
import pytest

from facade.store import Store
from tests.facade.rest.support import Clock, delete, outcome, put

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


async def test_versions(client: httpx.AsyncClient, store: Store, clock: Clock) -> None:
    put(store, {"resourceType": "Patient", "id": "1", "active": False})
    clock.pass_seconds(1)
    put(store, {"resourceType": "Patient", "id": "1", "active": True})
    delete(store, "Patient", "1")
    first = await client.get("/Patient/1/_history/1")
    assert (first.status_code, first.json()["active"], first.headers["etag"]) == (200, False, 'W/"1"')
    assert first.headers["last-modified"] == "Wed, 31 Jan 2024 12:00:00 GMT"
    assert (await client.get("/Patient/1/_history/2")).json()["active"] is True
    gone = await client.get("/Patient/1/_history/3")
    assert outcome(gone) == (410, "deleted", "Patient/1 was deleted in version 3.", None)
    known = await client.get("/Patient/1/_history/1", headers={"If-None-Match": 'W/"1"'})
    assert known.status_code == 304


async def test_no_such_version(client: httpx.AsyncClient, store: Store) -> None:
    put(store, {"resourceType": "Patient", "id": "1"})
    for version in ("2", "0", "-1", "1.0", "x", "9" * 30, "%D9%A1"):
        status, code, text, _ = outcome(await client.get(f"/Patient/1/_history/{version}"))
        assert (status, code) == (404, "not-found")
        assert text == "There is no such version of Patient/1."
