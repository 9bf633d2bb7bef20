"""Whether a coded value is of the value set it is bound to.

https://hl7.org/fhir/R4/terminologies.html#strength
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from facade.validation.issue import Issue, Severity
from facade.validation.nodes import Node
from facade.validation.valuesets import ValueSets, any_of

Json = dict[str, Any]
MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
_SEVERITY: dict[str, Severity] = {
    "required": "error",
    "extensible": "warning",
    "preferred": "information",
}
_CODED = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri"})
_WORDS = {"required": "must", "extensible": "should", "preferred": "would best"}


def check_binding(node: Node, binding: Json, value_sets: ValueSets, of: str) -> Iterator[Issue]:
    """What is wrong with a code, Coding, CodeableConcept or Quantity; `of` names the profile."""
    if node.path not in _CODED:  # of medication[x] the reference is not bound
        return
    bounds = [(binding.get("strength"), binding.get("valueSet"))]
    bounds += [
        ("required", extension.get("valueCanonical"))
        for extension in binding.get("extension", ())
        if extension.get("url") == MAX_VALUE_SET
    ]
    for strength, url in bounds:
        if strength in _SEVERITY and isinstance(url, str):
            yield from _check(node, strength, url, value_sets, of)


def _check(node: Node, strength: str, url: str, value_sets: ValueSets, of: str) -> Iterator[Issue]:
    if node.value is None or (isinstance(node.value, dict) and node.value.keys() <= {"extension", "id"}):
        return  # an extension says why there is none
    known = member_of(node.value, url, value_sets)
    if known is False:
        text = f"a code of {url} {_WORDS[strength]} be here ({strength} binding of {of})"
        yield Issue(_SEVERITY[strength], "code-invalid", node.location, text)
    elif known is None and strength != "preferred":
        text = f"whether the code is of {url} cannot be said here ({strength} binding of {of})"
        yield Issue("information", "not-supported", node.location, text)


def member_of(value: Any, url: str, value_sets: ValueSets) -> bool | None:
    """Whether a coded value is of a value set, of a CodeableConcept any coding; None if it is not known."""
    if isinstance(value, str):
        return value_sets.contains(url, None, value)
    if not isinstance(value, dict):
        return None
    if "coding" in value or "text" in value:
        codings = value.get("coding")
        items = codings if isinstance(codings, list) else []
        return any_of(_coding(one, url, value_sets) for one in items)
    return _coding(value, url, value_sets)


def _coding(coding: Any, url: str, value_sets: ValueSets) -> bool | None:
    if not isinstance(coding, dict):
        return False
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(code, str):
        return False
    return value_sets.contains(url, system if isinstance(system, str) else "", code)
