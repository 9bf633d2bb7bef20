"""How the operations of R4 are called with the least input that is valid, made of what the server holds.

https://hl7.org/fhir/R4/operationslist.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.exchange import write_json
from conformance.statement import dicts
from conformance.suites.capability.holdings import Holdings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: GET, or POST where it has a body. `gives` are the types of resource that can come back."""

    path: str
    gives: tuple[str, ...]
    params: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Make = Callable[[str, Holdings], list[Call]]
"""The calls of an operation at a type (empty: the whole system), the likeliest first; any of them will do.
None at all: the server holds nothing that the operation can be tried on."""


def _at(type: str, held: Holdings, code: str) -> list[str]:
    """`Patient/1/$code` where there is one."""
    return [f"{type}/{held.ids[type]}/${code}"] if type in held.ids else []


def _everything(type: str, held: Holdings) -> list[Call]:
    return [Call(path, ("Bundle",), (("_count", "1"),)) for path in _at(type, held, "everything")]


def _meta(type: str, held: Holdings) -> list[Call]:
    paths = [*_at(type, held, "meta"), f"{type}/$meta" if type else "$meta"]
    return [Call(path, ("Parameters",)) for path in paths]


def _validate(type: str, held: Holdings) -> list[Call]:
    resource: Json = held.of[type][0] if type in held.of else {"resourceType": type}
    given = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}]}
    return [Call(f"{type}/$validate", ("OperationOutcome", "Parameters"), body=write_json(given))]


def _lastn(_: str, held: Holdings) -> list[Call]:
    found = [
        (str(subject["reference"]), str(coding["code"]))
        for one in held.of.get("Observation", ())
        for subject in dicts([one.get("subject")])
        for category in dicts(one.get("category"))
        for coding in dicts(category.get("coding"))
        if str(subject.get("reference")).startswith("Patient/") and coding.get("code")
    ]
    if not found:
        return []
    patient, category = found[0]
    params = (("patient", patient), ("category", category), ("max", "1"))
    return [Call("Observation/$lastn", ("Bundle",), params)]


def _document(_: str, held: Holdings) -> list[Call]:
    return [Call(path, ("Bundle",)) for path in _at("Composition", held, "document")]


def _expand(_: str, held: Holdings) -> list[Call]:
    return [Call(path, ("ValueSet",), (("count", "1"),)) for path in _at("ValueSet", held, "expand")]


def _lookup(_: str, held: Holdings) -> list[Call]:
    return [
        Call("CodeSystem/$lookup", ("Parameters",), (("system", system), ("code", code)))
        for system, code in _concepts(held)[:1]
    ]


def _subsumes(_: str, held: Holdings) -> list[Call]:
    return [
        Call("CodeSystem/$subsumes", ("Parameters",), (("system", system), ("codeA", code), ("codeB", code)))
        for system, code in _concepts(held)[:1]
    ]


def _validate_code(_: str, held: Holdings) -> list[Call]:
    return [
        Call("CodeSystem/$validate-code", ("Parameters",), (("url", system), ("code", code)))
        for system, code in _concepts(held)[:1]
    ]


def _in_value_set(_: str, held: Holdings) -> list[Call]:
    params = (("system", "http://hl7.org/fhir/administrative-gender"), ("code", "male"))
    return [Call(path, ("Parameters",), params) for path in _at("ValueSet", held, "validate-code")]


def _match(_: str, held: Holdings) -> list[Call]:
    if "Patient" not in held.of:
        return []
    parameter = [{"name": "resource", "resource": held.of["Patient"][0]}]
    body = write_json({"resourceType": "Parameters", "parameter": parameter})
    return [Call("Patient/$match", ("Bundle",), body=body)]


def _versions(type: str, _: Holdings) -> list[Call]:
    return [Call("$versions", ("Parameters",))]


def _concepts(held: Holdings) -> list[tuple[str, str]]:
    """The first code of each code system that the server holds with a URL."""
    return [
        (str(system["url"]), str(concepts[0]["code"]))
        for system in held.of.get("CodeSystem", ())
        if (concepts := dicts(system.get("concept"))) and concepts[0].get("code") and system.get("url")
    ]


_BASE = "http://hl7.org/fhir/OperationDefinition/"
CALLS: dict[str, Make] = {
    f"{_BASE}Patient-everything": _everything,
    f"{_BASE}Encounter-everything": _everything,
    f"{_BASE}Group-everything": _everything,
    f"{_BASE}Resource-meta": _meta,
    f"{_BASE}Resource-validate": _validate,
    f"{_BASE}Observation-lastn": _lastn,
    f"{_BASE}Composition-document": _document,
    f"{_BASE}ValueSet-expand": _expand,
    f"{_BASE}ValueSet-validate-code": _in_value_set,
    f"{_BASE}CodeSystem-lookup": _lookup,
    f"{_BASE}CodeSystem-subsumes": _subsumes,
    f"{_BASE}CodeSystem-validate-code": _validate_code,
    f"{_BASE}Patient-match": _match,
    f"{_BASE}CapabilityStatement-versions": _versions,
}
"""By the URL of the definition. What is not here needs input that the kit cannot make up, or writes."""
