"""How resources refer to each other.

https://hl7.org/fhir/R4/references.html#literal
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.errors import Failed, NotDeclared
from conformance.model import Level, Requirement
from conformance.session import Session

LITERAL = Requirement(
    "rest.references.form",
    Level.SHALL,
    "A literal reference is absolute, relative to the base (Type/id), or to a contained resource (#id).",
    "https://hl7.org/fhir/R4/references.html#literal",
)
CONTAINED = Requirement(
    "rest.references.contained",
    Level.SHALL,
    "A reference to a contained resource finds it (ref-1).",
    "https://hl7.org/fhir/R4/references.html#contained",
)
REQUIREMENTS = (LITERAL, CONTAINED)
_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?(#.*)?")
_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:\S+")
_REFERENCE = frozenset({
    "id", "extension", "reference", "_reference", "type", "_type", "identifier", "display", "_display",
})  # fmt: skip
_LOOKED_AT = 100  # resources of a type


async def judge(session: Session, type: str) -> None:
    """All references of the type's first resources."""
    resources = (await session.harvest.of(type)).resources[:_LOOKED_AT]
    found = [(one, reference) for one in resources for reference in references(one)]
    async with session.check(LITERAL, type) as check:
        if not found:
            raise NotDeclared("no reference is among the resources")
        for resource, reference in found:
            _check_form(session, f"{type}/{resource.get('id')}", reference)
    async with session.check(CONTAINED, type) as check:
        inner = [(one, reference) for one, reference in found if reference.startswith("#")]
        if not inner:
            raise NotDeclared("no reference to a contained resource is among the resources")
        for resource, reference in inner:
            contained = resource.get("contained")
            ids = {one.get("id") for one in contained or [] if isinstance(one, dict)}
            holds = reference == "#" or reference[1:] in ids
            check.that(
                holds, f"{type}/{resource.get('id')} refers to {reference!r}, which it does not contain"
            )


def references(value: Any) -> Iterator[str]:
    """The `reference` of every Reference below, not of other elements that have one (a uri)."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str) and set(value) <= _REFERENCE:
            yield value["reference"]
        for name, item in value.items():
            if name != "education":  # Immunization's, which has a uri of this name
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def _check_form(session: Session, holder: str, reference: str) -> None:
    if reference.startswith("#") or _ABSOLUTE.fullmatch(reference):
        return
    found = _RELATIVE.fullmatch(reference)
    if not found:
        raise Failed(f"{holder} refers to {reference[:100]!r}, which is neither absolute nor Type/id")
    if found[1] not in session.definitions.resource_types:
        raise Failed(f"{holder} refers to {reference[:100]!r}; {found[1]} is no resource type of R4")
