"""Small valid resources of a few types, made so that they can be told from all others and found again."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from conformance.session import Session

SYSTEM = "urn:facade-conformance"  # of the identifiers and the tag by which own resources are known
NOTE = "urn:facade-conformance:note"  # of the identifier that the checks change
TAG = {"system": SYSTEM, "code": "own-data", "display": "Made by facade-conformance"}
_TEXT = {"text": "A resource of facade-conformance; it may be removed"}
# What each needs beside identifiers, in the order of FHIR's elements (which XML wants).
_BODIES: dict[str, dict[str, Any]] = {
    "Patient": {"active": False},
    "Organization": {"active": False, "name": _TEXT["text"]},
    "Observation": {"status": "registered", "code": _TEXT},
    "Basic": {"code": _TEXT},
    "Practitioner": {"active": False},
    "Location": {"status": "inactive", "name": _TEXT["text"]},
    "Device": {"status": "inactive"},
    "Substance": {"status": "inactive", "code": _TEXT},
    "HealthcareService": {"active": False},
    "Questionnaire": {"status": "draft"},
    "List": {"status": "retired", "mode": "working"},
    "Group": {"active": False, "type": "person", "actual": False},
    "Task": {"status": "draft", "intent": "option"},
    "Library": {"status": "draft", "type": _TEXT},
}
# Where a decimal goes whose digits must stay.
_DECIMALS: dict[str, dict[str, Any]] = {
    "Observation": {"valueQuantity": {"value": None, "unit": "1"}},
    "Location": {"position": {"longitude": None, "latitude": Decimal("2.50")}},
}
# A type, the element by which it refers to another, and that other: for transactions.
LINKS = (
    ("Observation", "subject", "Patient"),
    ("Basic", "subject", "Patient"),
    ("Patient", "managingOrganization", "Organization"),
    ("Basic", "subject", "Organization"),
    ("Organization", "partOf", "Organization"),
    ("Location", "managingOrganization", "Organization"),
    ("List", "subject", "Patient"),
    ("Task", "for", "Patient"),
)
_ORDER = ("identifier", "status", "mode", "type", "intent")  # what stands before a link in FHIR's order


def sample(type: str, token: str, note: str = "first") -> dict[str, Any]:
    """A resource of this type, found by `identifier=SYSTEM|token`; `note` is what an update changes."""
    identifiers = [{"system": SYSTEM, "value": token}, {"system": NOTE, "value": note}]
    body = deepcopy(_BODIES[type])
    return {"resourceType": type, "meta": {"tag": [dict(TAG)]}, "identifier": identifiers, **body}


def with_decimal(type: str, token: str, decimal: Decimal) -> dict[str, Any] | None:
    """The same with this decimal in it; None for a type that has no place for one."""
    if type not in _DECIMALS:
        return None
    found = sample(type, token)
    for name, value in _DECIMALS[type].items():
        found[name] = {key: decimal if item is None else item for key, item in value.items()}
    return found


def decimal_of(resource: dict[str, Any]) -> Any:
    """The decimal that `with_decimal` put in; None where it is gone."""
    quantity, position = resource.get("valueQuantity"), resource.get("position")
    if isinstance(quantity, dict):
        return quantity.get("value")
    return position.get("longitude") if isinstance(position, dict) else None


def note_of(resource: Any) -> str:
    """What the resource's note says; empty where it has none."""
    identifiers = resource.get("identifier") if isinstance(resource, dict) else None
    for one in identifiers if isinstance(identifiers, list) else []:
        if isinstance(one, dict) and one.get("system") == NOTE:
            return str(one.get("value"))
    return ""


def writable(session: Session, *interactions: str) -> str:
    """The first type a sample can be made of for which all of these are declared; empty if there is none."""
    return next(iter(all_writable(session, *interactions)), "")


def all_writable(session: Session, *interactions: str) -> list[str]:
    """All such types, preferred first."""
    return [
        type
        for type in _BODIES
        if all(session.statement.does(type, each) for each in ("read", *interactions))
    ]


def findable(session: Session, type: str) -> bool:
    """Whether own resources of this type can be found by their identifier."""
    declared = session.statement.types.get(type)
    return (
        declared is not None
        and "search-type" in declared.interactions
        and "identifier" in declared.parameters
    )
