"""Queries for reference parameters.

https://hl7.org/fhir/R4/search.html#reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.matching.asked import escaped
from conformance.matching.parameters import Parameter
from conformance.suites.search.derive.plain import plain
from conformance.suites.search.query import ABSENT, Query, one
from conformance.suites.search.scope import Scope

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")


def queries(scope: Scope, parameter: Parameter) -> Iterator[Query]:
    """Type/id, the id alone, the whole URL, the type as a modifier, `:identifier`; nothing."""
    type, code = parameter.type, parameter.code
    found = [
        text for _, value in scope.values(parameter) if (text := plain("reference", value, scope.base_url))
    ]
    local = next((named for text in found if (named := _LOCAL.fullmatch(text))), None)
    if local is not None:
        target, id = local.groups()
        yield one("reference.type-id", type, code, local[0])
        if len(parameter.targets) == 1:
            yield one("reference.id", type, code, id)
        else:
            yield one("reference.id-of-many", type, code, id, optional="an id without a type")
        yield one("reference.url", type, code, f"{scope.base_url}/{local[0]}")
        yield one("reference.modifier", type, f"{code}:{target}", id)
        yield one("reference.none", type, code, f"{target}/{ABSENT}", positive=False)
    other = next((text for text in found if ":" in text), None)
    if other is not None:
        yield one("reference.url", type, code, other)
        yield one("reference.none", type, code, f"{other}-{ABSENT}", positive=False)
    for _, value in scope.values(parameter):
        inner = value.value.get("identifier") if isinstance(value.value, dict) else None
        if value.type == "Reference" and isinstance(inner, dict) and isinstance(inner.get("value"), str):
            system = inner.get("system")
            pair = (
                f"{escaped(system)}|{escaped(inner['value'])}" if isinstance(system, str) else inner["value"]
            )
            yield one("reference.identifier", type, f"{code}:identifier", pair)
            return
