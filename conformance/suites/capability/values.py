"""Values to search by, made from a parameter's type: one that may match, and one that nothing can match.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.spec.definitions import Definitions
from conformance.statement import DeclaredParameter

Json = dict[str, Any]
_PLAUSIBLE = {
    "string": "a",
    "token": "a",
    "date": "2020-01-01",
    "number": "1",
    "quantity": "1",
    "uri": "http://example.org/a",
}
_IMPOSSIBLE = {
    "string": "zzznosuchvalue",
    "token": "zzz-no-such-code",
    "date": "1066-10-14",
    "number": "-987654321",
    "quantity": "-987654321",
    "uri": "urn:zzz:no-such-uri",
}
_NEAR = "0|0|1|km"
RESULT_PARAMETERS = frozenset(
    {
        *("_sort", "_count", "_include", "_revinclude", "_summary", "_total", "_elements", "_contained"),
        *("_containedType", "_format", "_pretty", "_has", "_list", "_type", "_filter", "_query"),
    }
)
"""Names that some servers list among the search parameters, though none of them looks at one element."""


def plausible(
    definitions: Definitions, type: str, declared: DeclaredParameter, ids: Mapping[str, str]
) -> str | None:
    """A value that fits the parameter's type; `ids` has an id of each type that the server holds.

    None if one cannot be made up: the parameter is special, or nothing is known of its components.
    """
    definition = definitions.parameter(type, declared.name) or {}
    if declared.name == "_id":
        return ids.get(type, "a")
    if declared.type == "token":
        return _code(definitions, type, definition) or _PLAUSIBLE["token"]
    if declared.type == "reference":
        target = next((one for one in definition.get("target", ()) if one in ids), None)
        target = target or next(iter(definition.get("target", ())), "Patient")
        return f"{target}/{ids.get(target, 'a')}"
    if declared.type == "composite":
        return _composite(definitions, definition, _PLAUSIBLE)
    if declared.type == "special":
        return _NEAR if declared.name == "near" else None
    return _PLAUSIBLE.get(declared.type)


def impossible(definitions: Definitions, type: str, declared: DeclaredParameter) -> str | None:
    """A well-formed value that no resource has; None if one cannot be made up."""
    definition = definitions.parameter(type, declared.name) or {}
    if declared.type == "reference":
        return f"{next(iter(definition.get('target', ())), 'Patient')}/zzz-no-such-resource"
    if declared.type == "composite":
        return _composite(definitions, definition, _IMPOSSIBLE)
    return _IMPOSSIBLE.get(declared.type)


def _composite(definitions: Definitions, definition: Json, values: Mapping[str, str]) -> str | None:
    parts = []
    for component in definition.get("component", ()):
        part = definitions.parameters.get(component["definition"].partition("|")[0], {})
        if part.get("type") == "reference":
            parts.append("Patient/a" if values is _PLAUSIBLE else "Patient/zzz-no-such-resource")
        elif part.get("type") in values:
            parts.append(values[part["type"]])
        else:
            return None
    return "$".join(parts) or None


def _code(definitions: Definitions, type: str, definition: Json) -> str | None:
    """A code that the parameter's element may have, where only certain codes are allowed."""
    elements = {one["path"]: one for one in (definitions.structure(type) or {}).get("element", ())}
    for part in definition.get("expression", "").split("|"):
        element = elements.get(part.strip().strip("()"))
        if element is None:
            continue
        codes = [one["code"] for one in element.get("type", ())]
        if codes == ["boolean"]:
            return "true"
        binding = element.get("binding", {})
        if binding.get("strength") == "required":
            return next(_codes(definitions, binding.get("valueSet", "")), None)
    return None


def _codes(definitions: Definitions, value_set: str) -> Iterator[str]:
    found = definitions.value_sets.get(value_set.partition("|")[0], {})
    for include in found.get("compose", {}).get("include", ()):
        yield from include.get("codes", ())
        if "codes" not in include and "filter" not in include:
            system = definitions.code_systems.get(include.get("system", ""), {})
            yield from (one[0] for one in system.get("concept", ()))
