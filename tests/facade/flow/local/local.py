"""Local writes as tests make them: short, and on a store of any dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from facade.flow.draft import Draft
from facade.flow.local import Changes, as_criteria, change, draft_resource
from facade.search import Search, Setting, parse_search
from facade.store import Store
from facade.store.access import EVERYTHING

T = TypeVar("T")


def patient(id: str, **elements: Any) -> Draft:
    """A Patient as a client sends it."""
    return draft_resource({"resourceType": "Patient", **elements}, Setting(), id)


def numbered(id: str, number: str, **elements: Any) -> Draft:
    """A Patient with an identifier."""
    return patient(id, identifier=[{"system": "urn:mrn", "value": number}], **elements)


def criteria(**parameters: str) -> Search:
    """Criteria on Patients."""
    return as_criteria(parse_search("Patient", list(parameters.items())))


async def run(store: Store, work: Callable[[Changes], T]) -> T:
    """In a transaction, with everything in reach."""
    return await change(store, EVERYTHING, work)


def versions(store: Store) -> list[tuple[str, int, int, int]]:
    """(id, version, updated, deleted) of every version, former ones too, in order."""
    former = (
        "SELECT r.id, v.version, v.updated, v.deleted FROM resource_version v JOIN resource r ON r.rid=v.rid"
    )
    rows = store.query(f"{former} UNION ALL SELECT id, version, updated, deleted FROM resource")
    return sorted((id, version, updated, deleted) for id, version, updated, deleted in rows)
