"""A server over a real store with a few resources, and a client that speaks to it without a socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from facade.flow.draft import Draft
from facade.flow.versions import CURRENT, Current, next_version, remove, write_next
from facade.rest.dispatch import Dispatch, Route
from facade.rest.service import Service
from facade.search import extract, patient_of
from facade.store import Store, Transaction
from facade.store.serialise import freeze

BASE = "http://facade.test/fhir"
T0 = int(datetime(2024, 1, 31, 12, tzinfo=UTC).timestamp()) * 1_000_000


class Clock:
    """Stands still, unless it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def open_store(folder: Path, clock: Clock | None = None) -> Store:
    return Store.open(f"sqlite:///{(folder / 'facade.db').as_posix()}", clock=clock or Clock())


def put(store: Store, *resources: Mapping[str, Any]) -> None:
    """Write resources as a sync would: the next version of each, with its index."""

    def work(transaction: Transaction) -> None:
        for resource in resources:
            _write(transaction, resource, store.now(), deleted=False)

    store.write_sync(work)


def delete(store: Store, type: str, id: str) -> None:
    """Mark a resource as deleted."""
    gone = {"resourceType": type, "id": id}
    store.write_sync(lambda transaction: _write(transaction, gone, store.now(), deleted=True))


def _write(transaction: Transaction, resource: Mapping[str, Any], now: int, *, deleted: bool) -> None:
    type, id = resource["resourceType"], resource["id"]
    rows = transaction.execute(f"{CURRENT}type=? AND id=?", (type, id))
    current = Current(*rows[0]) if rows else None
    index = extract(dict(resource))
    draft = Draft(None, type, id, freeze(resource), index, patient_of(dict(resource), index))
    if not deleted:
        write_next(transaction, [next_version(draft, current, now)])
    elif current is not None:
        remove(transaction, [current], now)


def service(
    store: Store, served: Iterable[str] = ("Patient", "Binary", "Observation"), **more: Any
) -> Service:
    ids = count(1)
    settings: dict[str, Any] = {
        "base_url": BASE,
        "served": frozenset(served),
        "statement": b"{}",
        "cursor_key": b"a key for tests",
        "default_count": 50,
        "max_count": 500,
        "zone": UTC,
        "new_id": lambda: f"failure-{next(ids)}",
    }
    return Service(store=store, **{**settings, **more})


def client(routes: Iterable[Route], service: Service) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Dispatch(tuple(routes), service))
    return httpx.AsyncClient(transport=transport, base_url="http://facade.test")


def outcome(response: httpx.Response) -> tuple[int, str, str, list[str] | None]:
    """(status, code, diagnostics, expression) of an answer that is a whole OperationOutcome of one issue."""
    body = response.json()
    (issue,) = body["issue"]
    text, code = issue["diagnostics"], issue["code"]
    assert response.headers["content-type"].startswith("application/fhir+json")
    severity = "fatal" if response.status_code == 500 else "error"
    whole = {"severity": severity, "code": code, "diagnostics": text}
    if "expression" in issue:
        whole["expression"] = issue["expression"]
    assert body == {"resourceType": "OperationOutcome", "issue": [whole]}
    return response.status_code, code, text, issue.get("expression")
