"""Queries for composite parameters.

https://hl7.org/fhir/R4/search.html#composite
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.matching import expressions
from conformance.matching.expressions import Found
from conformance.matching.parameters import Parameter
from conformance.matching.world import Resource, components
from conformance.suites.search.derive.plain import plain
from conformance.suites.search.query import ABSENT, Query, one
from conformance.suites.search.scope import Scope

WRONG = {
    "token": ABSENT,
    "string": "zqxjkv",
    "date": "1601-01-01",
    "number": "987654321",
    "quantity": "987654321",
}
LOOKED_AT = 100  # elements, at most, in search of one that has all parts


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """All parts right, then the first and the last of them wrong."""
    type, code = parameter.type, parameter.code
    of_type = scope.parameters(type)
    kinds = [of_type[part].kind for part, _ in components(parameter) if part in of_type]
    if not kinds or len(kinds) < len(parameter.components):
        return
    for resource, place in scope.values(parameter)[:LOOKED_AT]:
        parts = _parts(scope, parameter, kinds, resource, place)
        if parts is None:
            continue
        yield one("composite.both", type, code, "$".join(parts))
        for at in (0, len(parts) - 1):
            wrong = WRONG.get(kinds[at])
            if wrong:
                changed = [wrong if here == at else part for here, part in enumerate(parts)]
                yield one("composite.one", type, code, "$".join(changed), positive=False)
        return


def _parts(
    scope: Scope, parameter: Parameter, kinds: list[str], resource: Resource, place: Found
) -> list[str] | None:
    parts = []
    for kind, (_, expression) in zip(kinds, components(parameter), strict=True):
        found = expressions.values(expression, place.node, resource)
        text = next((text for one in found if (text := plain(kind, one, scope.base_url))), None)
        if text is None:
            return None
        parts.append(text)
    return parts
