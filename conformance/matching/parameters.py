"""The search parameters of a resource type, each with the part of its expression that is of this type.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.spec.definitions import Definitions, definitions

_ROOT = re.compile(r"\(*([A-Za-z]+)")
_ABSTRACT = re.compile(r"\b(?:Domain)?Resource\.")


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a composite: the code of its parameter, and where it is below the composite's element."""

    code: str
    expression: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` is number, date, string, token, reference, composite, quantity, uri or special; `expression` is
    None where there is none (`_text`); `targets` are the types that a reference may lead to."""

    type: str
    code: str
    kind: str
    expression: str | None = None
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    url: str = ""


@cache
def parameters(type: str) -> Mapping[str, Parameter]:
    """R4's own parameters of a resource type by code, sorted; none for what is no type."""
    known = definitions()
    found = known.search.get(type, {})
    return {code: parameter_of(found[code], type, known) for code in sorted(found)}


def parameter_of(definition: Mapping[str, Any], type: str, known: Definitions) -> Parameter:
    """A SearchParameter as it is for one type; `known` has the parameters that it is composed of."""
    expression = definition.get("expression")
    parts = definition.get("component", ())
    return Parameter(
        type,
        str(definition.get("code")),
        str(definition.get("type")),
        branch(expression, type) if isinstance(expression, str) else None,
        tuple(definition.get("target", ())),
        tuple(
            Component(_code(one["definition"], known), one["expression"])
            for one in parts
            if "definition" in one and "expression" in one
        ),
        str(definition.get("url", "")),
    )


def _code(url: str, known: Definitions) -> str:
    return str(known.parameters.get(url.partition("|")[0], {}).get("code", ""))


def branch(expression: str, type: str) -> str | None:
    """The part of a union that begins at a type: `A.x | (B.y as Z)` gives `(B.y as Z)` for B.

    What begins at Resource or DomainResource is any type's; what begins below the type (InsurancePlan's
    `name | alias`) is taken to. None if there is no such part.
    """
    parts = []
    for part in branches_of(expression):
        root = _ROOT.match(part)
        if root is None:
            continue
        if root[1] == type or root[1] in ("Resource", "DomainResource"):
            parts.append(_ABSTRACT.sub(f"{type}.", part))
        elif root[1][0].islower():
            parts.append(f"{type}.{part}")
    return " | ".join(parts) or None


def branches_of(expression: str) -> list[str]:
    """The branches between `|` outside of parentheses."""
    branches, depth, start = [], 0, 0
    for at, sign in enumerate(expression):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            branches.append(expression[start:at].strip())
            start = at + 1
    return [*branches, expression[start:].strip()]
