"""The values of an official search expression, by fhirpathpy, each with its FHIR type.

https://hl7.org/fhirpath/N1/ · https://hl7.org/fhir/R4/searchparameter.html

fhirpathpy loses the type of what a union or a cast gives, so the branches of a union are evaluated one by
one and a cast says its own type. It has no `resolve()`: here that is a resource of the type that the
reference names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import fhirpathpy
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from facade.spec import definitions


@dataclass(frozen=True)
class Found:
    """One value: its FHIR type, what it is, and the element that holds it (`Patient.contact.gender`)."""

    type: str
    value: Any
    element: str
    node: Any = None


class Implied(tuple[str, ...]):
    """Code systems that an element's value set implies."""

    __slots__ = ()


def values(expression: str, resource: Any, root: dict[str, Any] | None = None) -> list[Found]:
    """What the expression finds in a resource, or in a node of the resource `root`."""
    found: list[Found] = []
    for branch, cast in _branches(expression):
        for node in branch(resource, {"resource": root or resource}):
            one = _typed(node, cast)
            if one is not None:
                found.append(one)
    return found


def _typed(node: Any, cast: str | None) -> Found | None:
    if isinstance(node, bool):
        return Found("boolean", node, "")
    value = node.data
    if value is None or value == {} or (isinstance(value, dict) and set(value) <= {"extension", "id"}):
        return None  # "the element is present with extensions but no @value is specified"
    element = re.sub(r"\[\d+\]", "", node.propName or "")
    if cast and node.path and node.path != cast:
        return None
    type = cast or node.path or ""
    return Found({"System.String": "id"}.get(type, type), value, element, node)


@cache
def _branches(expression: str) -> list[tuple[Any, str | None]]:
    table = {"resolve": {"fn": _resolve, "arity": {0: []}}}
    options = {"userInvocationTable": table, "returnRawData": True}
    made = []
    for branch in branches_of(expression):
        # FHIRPath's `as` takes one item only; HL7's search expressions mean it for each of several
        text = re.sub(r"([\w.]+) as (\w+)", r"\1.ofType(\2)", branch).replace(".as(", ".ofType(")
        # R4's own slip: `value.as(DateTime)` where the type is dateTime
        text = text.replace("ofType(DateTime)", "ofType(dateTime)")
        # FHIRPath takes a canonical for a uri; R4 has `source` for the one and `source-uri` for the other, so
        # a cast at the end is taken to mean this very type
        last = re.fullmatch(r"\(?([\w.]+)\.ofType\((\w+)\)\)?", text)
        if last:
            text, cast = last[1], last[2]
        else:
            then_where = re.fullmatch(r"\(?[\w.]+\.ofType\((\w+)\)\)?\.where\(.*\)", text)
            cast = then_where[1] if then_where else None
        made.append((fhirpathpy.compile(text, model=models["r4"], options=options), cast))
    return made


def branches_of(expression: str) -> list[str]:
    """The branches between `|` outside of parentheses."""
    branches, depth, start = [], 0, 0
    for at, sign in enumerate(expression):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            branches.append(expression[start:at].strip())
            start = at + 1
    return [*branches, expression[start:].strip()]


def _resolve(references: list[Any]) -> list[Any]:
    found = []
    for reference in references:
        data = reference.data if isinstance(reference, ResourceNode) else reference
        type = target_type(data)
        if type:
            found.append(ResourceNode.create_node({"resourceType": type}))
    return found


def target_type(reference: Any) -> str | None:
    """The type of resource that a Reference names, in its URL or in so many words."""
    if not isinstance(reference, dict):
        return None
    url = re.sub(r"/_history/.*", "", reference.get("reference", ""))
    named = re.search(r"(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9.-]+$", url)
    return named[1] if named else reference.get("type")


def systems_of(found: Found, code: str) -> Implied | None:
    """The code systems of the element's required value set that define the code."""
    binding = _binding(found.element)
    known = (definitions.value_set(binding) if binding else None) or {}
    systems = [system for system, codes in known.items() if not codes or code in codes]
    return Implied(systems) if systems else None


@cache
def _binding(element: str) -> str | None:
    at, *names = element.split(".")
    binding = None
    for name in names:
        if not definitions.has_elements(at):
            return None
        below = definitions.elements(at).get(name)
        if below is None:
            return None
        at, binding = below.path, below.binding
    return binding
