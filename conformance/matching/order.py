"""The order of an answer.

https://hl7.org/fhir/R4/search.html#sort

"The sort is based on the item in the set of multiple parameters that comes earliest in the specified sort
order": the least going up, the greatest going down. Resources without a value come last, both ways; equals
stay as they were stored. Taken here: ranges are ordered by where they begin, tokens by their code, texts
without case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from conformance.matching import dates, numbers, references, strings, tokens
from conformance.matching.expressions import Found
from conformance.matching.parameters import Parameter

if TYPE_CHECKING:
    from conformance.matching.world import World


def in_order(world: World, resources: list[dict[str, Any]], sort: Sequence[str]) -> list[dict[str, Any]]:
    for key in reversed(sort):
        code = key.removeprefix("-")
        keyed: list[tuple[Any, dict[str, Any]]] = []
        absent = []
        for resource in resources:
            values = _values(world, resource, code)
            if values:
                keyed.append((max(values) if key[0] == "-" else min(values), resource))
            else:
                absent.append(resource)
        keyed.sort(key=lambda pair: pair[0])
        if key[0] == "-":  # equal ones keep their order
            groups = {value: [r for v, r in keyed if v == value] for value, _ in keyed}
            resources = [r for value in sorted(groups, reverse=True) for r in groups[value]] + absent
        else:
            resources = [resource for _, resource in keyed] + absent
    return resources


def _values(world: World, resource: dict[str, Any], code: str) -> list[Any]:
    if code == "_id":
        return [resource["id"]]
    if code == "_lastUpdated":
        return [world.instant(resource)]
    parameter = world.parameters(resource["resourceType"])[code]
    return [key for found in world.found(resource, parameter) for key in _keys(world, parameter, found)]


def _keys(world: World, parameter: Parameter, found: Found) -> list[Any]:
    match parameter.kind:
        case "string":
            return [strings.normal(text) for text in strings.texts(found.type, found.value)]
        case "token":
            return [pair.code.casefold() if pair.any_case else pair.code for pair in tokens.pairs(found)]
        case "date":
            span = dates.stored(found)
            return [span[0]] if span else []
        case "number" | "quantity":
            return [target.low for target in numbers.targets(found) if target.low is not None]
        case "reference":
            url = references.literal(found, world.base_url)
            return [url] if url else []
    return [str(found.value)]
