"""Bundles to post, and what is said of their entries."""

from __future__ import annotations

from typing import Any

import httpx

from facade.rest.routes import ROUTES
from facade.store import Store
from tests.facade.rest import support

TYPES = frozenset({"Patient", "Observation", "Binary", "DocumentReference", "Encounter", "ValueSet"})


def client(store: Store, **more: Any) -> httpx.AsyncClient:
    """Of a server that keeps these types itself; new resources are called new-1, new-2 …"""
    numbers = iter(range(1, 10**6))
    settings = {"local": TYPES, "new_resource_id": lambda: f"new-{next(numbers)}", **more}
    return support.client(ROUTES, support.service(store, TYPES, **settings))


def entry(method: str, url: str, resource: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An entry; `fullUrl` goes to the entry, what else there is to its request."""
    found: dict[str, Any] = {}
    if "fullUrl" in more:
        found["fullUrl"] = more.pop("fullUrl")
    if resource is not None:
        found["resource"] = resource
    return {**found, "request": {"method": method, "url": url, **more}}


def patient(**elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **elements}


def observation(subject: str, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "weight"},
        "subject": {"reference": subject},
        **elements,
    }


async def post(
    client: httpx.AsyncClient, kind: str, *entries: dict[str, Any], **headers: str
) -> httpx.Response:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": kind}
    if entries:
        bundle["entry"] = list(entries)
    return await client.post("/", json=bundle, headers={"content-type": "application/fhir+json", **headers})


def statuses(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [one["response"]["status"][:3] for one in response.json().get("entry", [])]


def refused(response: httpx.Response) -> tuple[int, str, list[str] | None]:
    """Status, code and expression of the first issue."""
    issue = response.json()["issue"][0]
    return response.status_code, issue["code"], issue.get("expression")
