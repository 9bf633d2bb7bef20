"""The definitions a server is judged by: those of R4, and those of the guides given.

https://hl7.org/fhir/R4/resourcelist.html · https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path

from conformance.spec.package import Json, read_package

DATA = Path(__file__).with_name("r4.json.gz")
CORE = "http://hl7.org/fhir/StructureDefinition/"
STANDARDS_STATUS = CORE + "structuredefinition-standards-status"


class Definitions:
    """Found by canonical URL (a `|version` in what is asked is ignored); what comes later replaces."""

    def __init__(self, resources: Iterable[Json]) -> None:
        self.structures: dict[str, Json] = {}
        self.parameters: dict[str, Json] = {}
        self.value_sets: dict[str, Json] = {}
        self.code_systems: dict[str, Json] = {}
        self.operations: dict[str, Json] = {}
        self.compartments: dict[str, Json] = {}
        self.statements: dict[str, Json] = {}
        shelves = {
            "StructureDefinition": self.structures,
            "SearchParameter": self.parameters,
            "ValueSet": self.value_sets,
            "CodeSystem": self.code_systems,
            "OperationDefinition": self.operations,
            "CompartmentDefinition": self.compartments,
            "CapabilityStatement": self.statements,
        }
        for one in resources:
            if isinstance(one.get("url"), str):
                shelves[one["resourceType"]][one["url"]] = one

    def structure(self, url: str) -> Json | None:
        """A StructureDefinition by its URL, or by the name of a type."""
        url = url.partition("|")[0]
        return self.structures.get(url) or self.structures.get(CORE + url)

    @cached_property
    def resource_types(self) -> frozenset[str]:
        """The resource types of R4 that there can be instances of."""
        return frozenset(
            one["type"]
            for one in self.structures.values()
            if one["kind"] == "resource" and not one["abstract"] and one.get("derivation") != "constraint"
        )

    @cached_property
    def search(self) -> dict[str, dict[str, Json]]:
        """Of each resource type its parameters by code, those of Resource and DomainResource too.

        Those of R4 are the 1375 with a standards status (the others are examples); a guide's are all its own.
        Where a guide defines a parameter again, R4's stands: a guide may only narrow it.
        """
        found: dict[str, dict[str, Json]] = {type: {} for type in self.resource_types}
        for one in sorted(self.parameters.values(), key=lambda each: not is_official(each)):
            for base in one.get("base", ()):
                for type in self.resource_types if base in ("Resource", "DomainResource") else (base,):
                    if is_official(one) or not one["url"].startswith("http://hl7.org/fhir/SearchParameter/"):
                        found.setdefault(type, {}).setdefault(one["code"], one)
        return found

    def parameter(self, type: str, code: str) -> Json | None:
        """The definition of a type's search parameter."""
        return self.search.get(type, {}).get(code)


def is_official(parameter: Json) -> bool:
    """Whether it is one of R4's own."""
    return any(one["url"] == STANDARDS_STATUS for one in parameter.get("extension", ()))


@cache
def _core() -> tuple[Json, ...]:
    return tuple(json.loads(gzip.decompress(DATA.read_bytes())))


@cache
def definitions(packages: Sequence[Path] = ()) -> Definitions:
    """R4's, with those of these packages. Raises CannotRun for a package that cannot be read."""
    resources = list(_core())
    for path in packages:
        resources += read_package(path)
    return Definitions(resources)
