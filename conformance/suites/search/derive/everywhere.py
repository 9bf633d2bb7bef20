"""Queries that every type of parameter has: several values, a repeated parameter, `:missing`.

https://hl7.org/fhir/R4/search.html#combining · https://hl7.org/fhir/R4/search.html#modifiers
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.matching.parameters import Parameter
from conformance.suites.search.derive.plain import plain
from conformance.suites.search.query import Query, one
from conformance.suites.search.scope import Scope


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """Two values with a comma, two values of one resource; by chance, with a value or without."""
    type, code = parameter.type, parameter.code
    by_resource: dict[str, list[str]] = {}
    for resource, found in scope.values(parameter):
        text = plain(parameter.kind, found, scope.base_url)
        if text and code != "_lastUpdated":
            texts = by_resource.setdefault(resource["id"], [])
            if text not in texts:
                texts.append(text)
    firsts = list(dict.fromkeys(texts[0] for texts in by_resource.values()))
    if len(firsts) > 1:
        yield one("or", type, code, f"{firsts[0]},{firsts[-1]}", optional="several values")
    both = next((texts for texts in by_resource.values() if len(texts) > 1), None)
    if both:
        items = ((code, both[0]), (code, both[1]))
        yield Query("and", type, items, optional="a repeated parameter")
    computed = any(
        found.node is None for _, found in scope.values(parameter)
    )  # true and false, whatever is there
    if (
        by_resource
        and not computed
        and not code.startswith("_")
        and "resolve()" not in (parameter.expression or "")
    ):
        there = scope.chance("missing", type, code).random() < 0.5
        wanted = "false" if there else "true"
        yield one(f"missing.{wanted}", type, f"{code}:missing", wanted, positive=there)
