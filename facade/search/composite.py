"""Composite search: several values of one element, `code-value-quantity=8480-6$gt140`.

https://hl7.org/fhir/R4/search.html#composite

Where the parts are looked for in the resource as a whole, they are criteria like any others. Where they must
meet in one element (`Observation.component`), that element has index rows of its own: see `store.index`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from facade.errors import BadRequest
from facade.search.kinds import KINDS, facts, kind_of, parameter_paths
from facade.search.model import Composite, Criterion, Setting, Together
from facade.search.paths import Path, resolve_paths
from facade.search.values import alternatives, split_unescaped
from facade.spec import definitions
from facade.spec.definitions import STRIDE, SearchParameter

FIRST = 100
"""From here on a type's numbers are for parts of composites; the first that is a site's own is 150."""
_RESOURCE = "%resource."


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a composite's expression. Each part is a parameter of its own, seen from that place;
    `grouped` tells whether it is looked for in one element of it, or in the resource."""

    path: Path
    parts: tuple[SearchParameter, ...]
    grouped: tuple[bool, ...]


@cache
def places(parameter: SearchParameter) -> tuple[Place, ...]:
    """Where the parts of a composite are looked for together."""
    assert parameter.expression is not None
    found = []
    for path in resolve_paths(parameter.expression, parameter.type):
        parts, grouped = [], []
        for code, expression in _components(parameter, path.type):
            part, own = _part(parameter.type, path.type, code, expression)
            parts.append(part)
            grouped.append(own)
        found.append(Place(path, tuple(parts), tuple(grouped)))
    return tuple(found)


def grouped_parts(type: str) -> dict[Path, list[SearchParameter]]:
    """The elements of a resource type that have index rows of their own, each with what is indexed of it."""
    found: dict[Path, list[SearchParameter]] = {}
    for parameter in _composites(type):
        for place in places(parameter):
            for part, own in zip(place.parts, place.grouped, strict=True):
                known = found.setdefault(place.path, []) if own else []
                if own and part not in known:
                    known.append(part)
    return {path: parts for path, parts in found.items() if parts}


def whole_parts(type: str) -> list[SearchParameter]:
    """Parts looked for in the resource as a whole that no other parameter finds."""
    parts = {
        part: None
        for parameter in _composites(type)
        for place in places(parameter)
        for part, own in zip(place.parts, place.grouped, strict=True)
        if not own and part.number % STRIDE >= FIRST
    }
    return list(parts)


def _composites(type: str) -> list[SearchParameter]:
    return [one for one in definitions.search_parameters(type).values() if one.kind == "composite"]


def _part(type: str, base: str, code: str, expression: str) -> tuple[SearchParameter, bool]:
    """A part as a parameter, and whether it is looked for in one element."""
    if expression.startswith(_RESOURCE):
        base, expression = type, expression.removeprefix(_RESOURCE)
    kind = definitions.search_parameters(type)[code].kind
    wanted = _paths(expression, base, kind)
    if base == type:
        for known in definitions.search_parameters(type).values():
            if known.kind == kind and parameter_paths(known) == wanted:
                return known, False
    return _numbered(type)[(base, expression, kind)], base != type


def _components(parameter: SearchParameter, base: str) -> list[tuple[str, str]]:
    """(code, expression) of each part. R4 names the two expressions of DocumentReference's `relationship` in
    the wrong order: what cannot be of its kind is exchanged."""
    known = definitions.search_parameters(parameter.type)
    parts = [(one.code, one.expression) for one in parameter.components]
    if len(parts) == 2 and not parts[0][1].startswith(_RESOURCE):
        (first, here), (second, there) = parts
        if not _paths(here, base, known[first].kind) and _paths(there, base, known[first].kind):
            return [(first, there), (second, here)]
    return parts


def _paths(expression: str, base: str, kind: str) -> tuple[Path, ...]:
    leaves = KINDS[kind].LEAVES
    return tuple(path for path in resolve_paths(expression, base) if path.type in leaves)


@cache
def _numbered(type: str) -> dict[tuple[str, str, str], SearchParameter]:
    """Every part of the type's composites with a number that it always has, by place, expression and kind."""
    known = definitions.search_parameters(type)
    found: dict[tuple[str, str, str], SearchParameter] = {}
    for parameter in _composites(type):
        assert parameter.expression is not None
        for path in resolve_paths(parameter.expression, type):
            for code, expression in _components(parameter, path.type):
                base = type if expression.startswith(_RESOURCE) else path.type
                key = (base, expression.removeprefix(_RESOURCE), known[code].kind)
                found[key] = known[code]
    first = STRIDE * sorted(definitions.resource_types()).index(type) + FIRST
    return {
        key: replace(found[key], number=first + place, type=key[0], expression=key[1])
        for place, key in enumerate(sorted(found))
    }


def parse_composite(parameter: SearchParameter, text: str, setting: Setting) -> Composite:
    """A composite from the text of its value; raises BadRequest."""
    found = []
    for alternative in alternatives(parameter.code, text):
        values = split_unescaped(alternative, "$")
        if len(values) != len(parameter.components) or not all(value.strip() for value in values):
            names = "$".join(component.code for component in parameter.components)
            raise BadRequest(
                f"Search parameter `{parameter.code}` takes `{names}`", expression=f"http.{parameter.code}"
            )
        found.append(tuple(_together(place, values, setting) for place in places(parameter)))
    return Composite(parameter, tuple(found))


def _together(place: Place, values: list[str], setting: Setting) -> Together:
    criteria = [_criterion(part, text, setting) for part, text in zip(place.parts, values, strict=True)]
    pairs = list(zip(criteria, place.grouped, strict=True))
    return Together(tuple(c for c, own in pairs if own), tuple(c for c, own in pairs if not own))


def _criterion(part: SearchParameter, text: str, setting: Setting) -> Criterion:
    value = kind_of(part).parse_value(text, None, part, facts(part), setting)
    return Criterion(part, None, (value,))
