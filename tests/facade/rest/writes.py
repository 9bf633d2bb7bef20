"""A server of local Patients beside Observations that a source owns, and what clients send it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

import httpx

from facade.rest.routes import ROUTES
from facade.rest.service import Service
from facade.store import Store
from tests.facade.rest import support
from tests.facade.rest.support import BASE

JSON = "application/fhir+json"
PATIENT = {"resourceType": "Patient", "identifier": [{"system": "urn:mrn", "value": "1"}], "active": True}


def service(store: Store, **more: Any) -> Service:
    """New resources are new-1, new-2 and so on."""
    numbers = count(1)
    settings: dict[str, Any] = {
        "local": frozenset({"Patient", "Binary"}),
        "owners": {"Observation": ("openemr", "lab")},
        "new_resource_id": lambda: f"new-{next(numbers)}",
    }
    return support.service(store, **{**settings, **more})


def writing_client(store: Store, **more: Any) -> httpx.AsyncClient:
    return support.client(ROUTES, service(store, **more))


async def send(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    resource: Mapping[str, Any] | None = None,
    **headers: str,
) -> httpx.Response:
    """Headers by their names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if resource is None:
        return await client.request(method, path, headers=named)
    return await client.request(
        method, path, content=json.dumps(resource), headers={"content-type": JSON, **named}
    )


def shown(resource: Mapping[str, Any], id: str, version: int, second: float = 0) -> dict[str, Any]:
    """The resource as it is answered, so long after the clock's beginning."""
    meta = {**resource.get("meta", {}), "versionId": str(version)}
    meta["lastUpdated"] = f"2024-01-31T12:00:{second:06.3f}Z"
    return {**resource, "id": id, "meta": meta}


def at(id: str, version: int, type: str = "Patient") -> str:
    """The Location of a version."""
    return f"{BASE}/{type}/{id}/_history/{version}"
