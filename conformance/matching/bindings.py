"""The code systems that an element of type code implies, by the value set it is bound to.

https://hl7.org/fhir/R4/terminologies.html#code · https://hl7.org/fhir/R4/valueset.html#compose
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from conformance.spec.definitions import definitions

_BACKBONE = ("BackboneElement", "Element")


def systems_of(element: str, code: str) -> tuple[str, ...]:
    """The code systems of the element's required value set that define the code.

    `element` is a path in a resource type (`Patient.contact.gender`).
    """
    url = binding(element)
    known = codes_by_system(url) if url else {}
    return tuple(system for system, codes in known.items() if not codes or code in codes)


@cache
def binding(element: str) -> str | None:
    """The value set of a required binding."""
    at, *names = element.split(".")
    found: dict[str, Any] = {}
    for name in names:
        below = _elements(at.partition(".")[0]).get(f"{at}.{name}")
        if below is None:
            return None
        if "contentReference" in below:
            at = below["contentReference"].partition("#")[2]
            continue
        found, types = below, [one["code"] for one in below.get("type", ())]
        at = f"{at}.{name}" if not types or types[0] in _BACKBONE else types[0]
    bound = found.get("binding", {})
    return str(bound["valueSet"]).partition("|")[0] if bound.get("strength") == "required" else None


@cache
def _elements(type: str) -> Mapping[str, dict[str, Any]]:
    structure = definitions().structure(type) or {}
    return {one["path"]: one for one in structure.get("element", ())}


@cache
def codes_by_system(url: str) -> Mapping[str, frozenset[str]]:
    """A value set's codes; none for a system that R4 does not enumerate. Empty for a set that is composed in
    other ways than by systems and their codes."""
    known = definitions()
    compose = known.value_sets.get(url, {}).get("compose", {})
    found: dict[str, set[str]] = {}
    for one in compose.get("include", ()):
        if "exclude" in compose or "system" not in one or "filter" in one or "valueSet" in one:
            return {}
        codes = one.get("codes") or [
            concept[0] for concept in known.code_systems.get(one["system"], {}).get("concept", ())
        ]
        found.setdefault(one["system"], set()).update(codes)
    return {system: frozenset(codes) for system, codes in found.items()}
