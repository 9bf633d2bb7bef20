"""Reads a FHIR package, and keeps of its definitions what the kit uses.

https://hl7.org/fhir/R4/downloads.html · https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

from __future__ import annotations

import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.errors import CannotRun

Json = dict[str, Any]

KEPT: Mapping[str, tuple[str, ...]] = {
    "StructureDefinition": (
        "id", "url", "version", "name", "kind", "abstract", "type", "baseDefinition", "derivation",
    ),
    "SearchParameter": (
        "id", "url", "name", "code", "base", "type", "expression", "target", "comparator", "modifier",
        "chain", "multipleOr", "multipleAnd", "component", "extension", "_comparator", "_modifier", "_chain",
        "_multipleOr", "_multipleAnd",
    ),
    "ValueSet": ("url", "version", "name", "compose", "expansion"),
    "CodeSystem": ("url", "version", "content", "caseSensitive"),
    "OperationDefinition": (
        "url", "name", "code", "kind", "resource", "system", "type", "instance", "affectsState",
    ),
    "CompartmentDefinition": ("url", "code", "resource"),
    "CapabilityStatement": ("id", "url", "version", "name", "title", "rest", "extension"),
}  # fmt: skip
"""The members kept of each type; other types are left out."""

_ELEMENT = (
    "id", "path", "sliceName", "slicing", "min", "max", "type", "binding", "constraint", "contentReference",
    "mustSupport", "isModifier", "isSummary", "maxLength",
)  # fmt: skip
_EVERYWHERE = ("ele-1", "ext-1")  # constraints that every element repeats; the validator knows them
_TYPE_MUST_SUPPORT = "http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support"
TYPE_EXTENSION = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


def read_package(path: Path) -> list[Json]:
    """The definitions in a package (.tgz), slimmed, in order of their file names. Raises CannotRun."""
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            texts = {
                one.name: file.read()
                for one in archive
                if _wanted(one.name) and (file := archive.extractfile(one))
            }
        resources = [json.loads(texts[name]) for name in sorted(texts)]
        found = [slim(one) for one in resources if isinstance(one, dict) and one.get("resourceType") in KEPT]
    except OSError as error:
        raise CannotRun(f"--ig: {path} cannot be read: {error.strerror or error}.") from None
    except (
        tarfile.TarError,
        zlib.error,
        ValueError,
        EOFError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise CannotRun(f"--ig: {path} is not a FHIR package that can be read: {error}.") from None
    if not found:
        raise CannotRun(f"--ig: {path} holds no definitions; give the guide's package.tgz.")
    return found


def _wanted(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return folder == "package" and file.endswith(".json") and file.partition("-")[0] in KEPT


def slim(resource: Json) -> Json:
    """A definition without prose. Of a structure the snapshot's elements are kept, as `element`."""
    type = resource["resourceType"]
    kept: Json = {"resourceType": type}
    kept |= {name: resource[name] for name in KEPT[type] if name in resource}
    if type == "StructureDefinition":
        kept["element"] = [_element(one) for one in resource.get("snapshot", {}).get("element", ())]
    elif type == "CodeSystem" and resource.get("content") == "complete":
        kept["concept"] = list(_concepts(resource))
    elif type == "ValueSet":
        kept |= _value_set(resource)
    elif type in ("SearchParameter", "CapabilityStatement"):
        extensions = [one for one in resource.get("extension", ()) if "valueCode" in one]
        kept.pop("extension", None)
        if extensions:
            kept["extension"] = extensions
    return kept


def _element(one: Json) -> Json:
    kept = {name: one[name] for name in _ELEMENT if name in one}
    kept |= {name: one[name] for name in one if name.startswith(("fixed", "pattern", "minValue", "maxValue"))}
    constraints = [
        {name: each[name] for name in ("key", "severity", "human", "expression") if name in each}
        for each in one.get("constraint", ())
        if each["key"] not in _EVERYWHERE
    ]
    kept.pop("constraint", None)
    if constraints:
        kept["constraint"] = constraints
    if "type" in one:
        kept["type"] = [_type(each) for each in one["type"]]
    if "binding" in one:
        kept["binding"] = {
            name: one["binding"][name] for name in ("strength", "valueSet") if name in one["binding"]
        }
    if "slicing" in one:
        kept["slicing"] = {
            name: one["slicing"][name]
            for name in ("discriminator", "ordered", "rules")
            if name in one["slicing"]
        }
    extensions = [each for each in one.get("extension", ()) if any(name.startswith("value") for name in each)]
    if extensions and not one["path"].endswith(".value"):
        kept["extension"] = extensions
    return kept


def _type(one: Json) -> Json:
    """The package names the types of ids, urls and primitive values with an extension beside the code."""
    kept: Json = {name: one[name] for name in ("code", "profile", "targetProfile") if name in one}
    for each in one.get("extension", ()):
        if each["url"] == TYPE_EXTENSION:
            kept["code"] = each.get("valueUrl") or each.get("valueUri")
        elif each["url"].endswith("/regex"):
            kept["regex"] = each["valueString"]
        elif each["url"] == _TYPE_MUST_SUPPORT and each.get("valueBoolean"):
            kept["mustSupport"] = True
    beside = zip(one.get("targetProfile", ()), one.get("_targetProfile", ()), strict=False)
    targets = [url for url, said in beside if _is_must_support(said)]
    if targets:
        kept["mustSupportTargets"] = targets
    return kept


def _is_must_support(beside: Json | None) -> bool:
    said = beside.get("extension", ()) if beside else ()
    return any(each["url"] == _TYPE_MUST_SUPPORT and each.get("valueBoolean") for each in said)


def _concepts(node: Json, parent: str | None = None) -> Iterator[list[str | None]]:
    """`[code, code of its parent]`, the parent first."""
    for one in node.get("concept", ()):
        yield [one["code"], parent]
        yield from _concepts(one, one["code"])


def _value_set(resource: Json) -> Json:
    """`compose` with codes in place of concepts; an expansion as its codings."""
    kept: Json = {}
    if "compose" in resource:
        kept["compose"] = {
            part: [_include(one) for one in resource["compose"][part]]
            for part in ("include", "exclude")
            if part in resource["compose"]
        }
    if "expansion" in resource:
        kept["expansion"] = [
            [one.get("system"), one["code"]] for one in _contained(resource["expansion"]) if "code" in one
        ]
    return kept


def _include(one: Json) -> Json:
    kept: Json = {name: one[name] for name in ("system", "valueSet", "filter") if name in one}
    if "concept" in one:
        kept["codes"] = [each["code"] for each in one["concept"]]
    return kept


def _contained(node: Json) -> Iterator[Json]:
    for one in node.get("contains", ()):
        yield one
        yield from _contained(one)
