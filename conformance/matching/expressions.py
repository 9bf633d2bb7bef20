"""The values of an official search expression, by fhirpathpy, each with its FHIR type.

https://hl7.org/fhirpath/N1/ · https://hl7.org/fhir/R4/searchparameter.html

fhirpathpy loses the type of what a union or a cast gives, so the branches of a union are evaluated one by
one and a cast says its own type. It has no `resolve()`: here that is a resource of the type that the
reference names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import fhirpathpy
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from conformance.matching import bindings
from conformance.matching.parameters import branches_of


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


class Seen(NamedTuple):
    """`bare`: there is an element too that has no value but extensions."""

    found: list[Found]
    bare: bool = False


class _Branch(NamedTuple):
    """`first` is the element that a branch begins at; empty where there is a value without it."""

    evaluate: Callable[[Any, dict[str, Any]], list[Any]]
    cast: str | None
    first: str


def values(expression: str, resource: Any, root: dict[str, Any] | None = None) -> list[Found]:
    """What the expression finds in a resource, or in a node of the resource `root`."""
    return look(expression, resource, root).found


def look(expression: str, resource: Any, root: dict[str, Any] | None = None) -> Seen:
    """The same, and whether there are elements without a value."""
    found: list[Found] = []
    bare = False
    for branch in _branches(expression):
        if root is None and branch.first and not _has(resource, branch.first):
            continue
        for node in branch.evaluate(resource, {"resource": root or resource}):
            one = _typed(node, branch.cast)
            if one is None:
                bare = True
            elif one.type:
                found.append(one)
    return Seen(found, bare)


def _has(resource: dict[str, Any], element: str) -> bool:
    """Whether a resource has the element, under any of the names that a choice or an extension gives it."""
    if element in resource:
        return True
    return any(name.startswith(element) or name == f"_{element}" for name in resource)


def _typed(node: Any, cast: str | None) -> Found | None:
    """None for an element without a value; its type is empty if it is not of the type that is meant."""
    if isinstance(node, bool):
        return Found("boolean", node, "")
    value = node.data
    if value is None or value == {} or (isinstance(value, dict) and set(value) <= {"extension", "id"}):
        return None  # "the element is present with extensions but no @value is specified"
    element = re.sub(r"\[\d+\]", "", node.propName or "")
    if cast and node.path and node.path != cast:
        return Found("", None, element)
    type = cast or node.path or ""
    return Found({"System.String": "id"}.get(type, type or "?"), value, element, node)


@cache
def _branches(expression: str) -> list[_Branch]:
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
        begins = re.match(r"\(*[A-Z]\w*\.([a-z]\w*)", text)
        always = re.search(r"exists|empty|not\(|count|all\(|iif|[=<>~]", re.sub(r"where\([^()]*\)", "", text))
        made.append(
            _Branch(
                fhirpathpy.compile(text, model=models["r4"], options=options),
                cast,
                begins[1] if begins and not always else "",
            )
        )
    return made


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
    systems = bindings.systems_of(found.element, code)
    return Implied(systems) if systems else None
