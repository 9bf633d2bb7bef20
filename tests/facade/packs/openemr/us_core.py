"""What a US Core 6.1.0 profile asks at least: cardinalities, and the slices that are fixed by a pattern.

http://hl7.org/fhir/us/core/STU6.1/

Enough to see that a profile is not claimed in vain; not a validator: no extensible bindings, and only those
invariants that a legacy system's gaps break.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.paths import SHARED

PACKAGE = SHARED / "fhir" / "hl7.fhir.us.core-6.1.0.tgz"
STEM = "http://hl7.org/fhir/us/core/StructureDefinition/"


@cache
def profiles() -> dict[str, list[dict[str, Any]]]:
    """The elements of each profile's snapshot, by canonical URL."""
    found = {}
    with tarfile.open(PACKAGE) as package:
        for member in package.getmembers():
            if member.name.startswith("package/StructureDefinition-"):
                stream = package.extractfile(member)
                assert stream is not None
                definition = json.load(stream)
                found[definition["url"]] = definition["snapshot"]["element"]
    return found


def faults(resource: dict[str, Any]) -> Iterator[str]:
    """Every claimed profile that the resource does not meet, and where."""
    for profile in resource.get("meta", {}).get("profile", []):
        if profile not in profiles():
            yield f"{profile} is no profile of US Core 6.1.0"
            continue
        for element in profiles()[profile][1:]:
            yield from (f"{profile}: {fault}" for fault in _element(resource, element))
        yield from (f"{profile}: {fault}" for fault in _invariants(resource, profile.removeprefix(STEM)))


def _element(resource: dict[str, Any], element: dict[str, Any]) -> Iterator[str]:
    steps = element["id"].split(".")[1:]
    if not element["min"] or any(":" in step for step in steps[:-1]):
        return
    name, _, sliced = steps[-1].partition(":")
    for parent in _reach(resource, steps[:-1]):
        values = _values(parent, name)
        if not sliced and len(values) < element["min"]:
            yield f"{element['id']} is missing"
        pattern = element.get("patternCodeableConcept") or element.get("patternCoding")
        if sliced and pattern and not any(_fits(value, pattern) for value in values):
            yield f"{element['id']} is missing"


def _reach(node: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield node
        return
    for value in _values(node, steps[0]):
        if isinstance(value, dict):
            yield from _reach(value, steps[1:])


def _values(node: dict[str, Any], name: str) -> list[Any]:
    """The values of an element; of a choice in any of its types; an extension in its place counts."""
    names = [name]
    if name.endswith("[x]"):
        names = [key for key in node if key.lstrip("_").startswith(name[:-3])]
    found: list[Any] = []
    for key in names:
        for form in (key, f"_{key}"):
            value = node.get(form)
            found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _fits(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_fits(value.get(key), part) for key, part in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_fits(item, part) for item in value) for part in pattern)
    return bool(value == pattern)


def _invariants(resource: dict[str, Any], profile: str) -> Iterator[str]:
    if profile == "us-core-patient" and not any(
        name.get("family") or name.get("given") for name in resource["name"]
    ):
        yield "us-core-6: a name without a family or given name"
    if (
        profile == "us-core-medicationrequest"
        and resource["intent"] == "order"
        and "requester" not in resource
    ):
        yield "us-core-21: an order without a requester"
    if profile == "us-core-procedure" and not _values(resource, "performed[x]"):
        yield "us-core-7: completed, and not when"
    if profile == "us-core-diagnosticreport-lab" and resource["status"] in (
        "final",
        "preliminary",
        "corrected",
    ):
        for name in ("effective[x]", "issued"):
            if not _values(resource, name):
                yield f"us-core-8, -9: {name} is missing"
    if profile == "us-core-observation-lab" and not _values(resource, "value[x]") + _values(
        resource, "dataAbsentReason"
    ):
        yield "us-core-2: neither a value nor why there is none"
    if profile == "us-core-coverage" and not _values(resource, "identifier") + _values(
        resource, "subscriberId"
    ):
        yield "us-core-15: no member id"
    if profile == "us-core-documentreference":
        for content in resource["content"]:
            if not _values(content["attachment"], "url"):
                yield "us-core-6: an attachment without url or data"
    if profile == "us-core-provenance":
        for agent in resource["agent"]:
            if "Practitioner/" in agent["who"].get("reference", "") and "onBehalfOf" not in agent:
                yield "provenance-1: a person on nobody's behalf"
