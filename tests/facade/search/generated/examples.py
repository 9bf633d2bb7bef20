"""The official examples, and the 1706 official pairs of resource type and parameter.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from conformance.matching.world import Resource
from facade.spec import definitions
from tests.paths import SHARED

SUBSET = SHARED / "fhir" / "hl7.fhir.r4.examples-subset.tgz"
PACKAGES = (
    "hl7.fhir.us.core-7.0.0.tgz",
    "hl7.fhir.us.core-6.1.0.tgz",
    "hl7.fhir.us.core-3.1.1.tgz",
    "hl7.fhir.uv.ips-1.1.0.tgz",
    "hl7.fhir.uv.subscriptions-backport.r4-1.1.0.tgz",
    "hl7.fhir.r4.core-4.0.1.tgz",
)
FEW = 12
"""Of each type so many resources are taken from a package: the definitions there are large and alike."""


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """The 1706 pairs; what all types inherit is counted once, as of Resource or DomainResource."""
    found = [
        (type, code)
        for type in sorted(definitions.resource_types())
        for code in definitions.search_parameters(type)
        if not code.startswith("_")
    ]
    inherited = [code for code in definitions.search_parameters("Patient") if code.startswith("_")]
    return (*found, *((("DomainResource" if c == "_text" else "Resource"), c) for c in inherited))


@cache
def example_resources() -> tuple[Resource, ...]:
    """All examples of HL7's subset, and some of each type of each package; each (type, id) once."""
    kept: dict[tuple[str, str], Resource] = {}
    for number, resource in enumerate(_read(SUBSET)):
        resource.setdefault("id", f"example-{number}")
        kept.setdefault((resource["resourceType"], resource["id"]), resource)
    for package in PACKAGES:
        seen: dict[str, int] = {}
        for resource in _read(SHARED / "fhir" / package, seen):
            if "id" in resource:
                kept.setdefault((resource["resourceType"], resource["id"]), resource)
    return tuple(kept.values())


def _read(file: Path, seen: dict[str, int] | None = None) -> Iterator[dict[str, Any]]:
    with tarfile.open(file) as archive:
        for member in archive:
            if not member.name.endswith(".json") or (seen is not None and member.size > 60_000):
                continue
            kind = Path(member.name).name.partition("-")[0]
            if seen is not None:
                seen[kind] = seen.get(kind, 0) + 1
                if seen[kind] > FEW:
                    continue
            opened = archive.extractfile(member)
            assert opened is not None
            content = json.load(opened, parse_float=Decimal)
            if isinstance(content, dict) and content.get("resourceType") in definitions.resource_types():
                yield content
