"""The elements that a search parameter looks at, from its official expression.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from facade.spec import definitions

_WHERE = re.compile(r"\.where\((?:[^()]|\(\))*\)")
_AS = re.compile(r"\(?([\w.]+)(?: as |\.as\()(\w+)\)")
_PLAIN = re.compile(r"[A-Z]\w*(?:\.\w+)+")


@dataclass(frozen=True, slots=True)
class Place:
    """JSON names from the resource down, and the FHIR type found there."""

    path: tuple[str, ...]
    type: str


@cache
def places(type: str, code: str) -> tuple[Place, ...] | None:
    """Where the parameter's values lie, perhaps with more than that; None if its expression does more than
    point to elements."""
    expression = definitions.search_parameters(type)[code].expression
    if expression is None:
        return None
    found: list[Place] = []
    for branch in expression.split(" | "):
        plain, cast = _WHERE.sub("", branch.strip()), None
        if shaped := _AS.fullmatch(plain):
            plain, cast = shaped[1], shaped[2]
        plain = plain.strip("()") if plain.startswith("(") and plain.endswith(")") else plain
        if not _PLAIN.fullmatch(plain):
            return None
        root, *names = plain.split(".")
        if root == type:
            found += _below(type, tuple(names), cast)
    return tuple(dict.fromkeys(found)) or None


def _below(at: str, names: tuple[str, ...], cast: str | None) -> list[Place]:
    """The element of this name, or each of a choice."""
    known = definitions.elements(at)
    name, rest = names[0], names[1:]
    found: list[Place] = []
    for element in known.values():
        if name not in (element.name, element.choice):
            continue
        if not rest:
            if cast is None or element.path == cast:
                found.append(Place((element.name,), element.path))
        elif definitions.has_elements(element.path):
            below = _below(element.path, rest, cast)
            found += [Place((element.name, *place.path), place.type) for place in below]
    return found
