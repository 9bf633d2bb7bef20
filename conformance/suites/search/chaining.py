"""Queries that go along references: chains, and `_has` the other way.

https://hl7.org/fhir/R4/search.html#chaining · https://hl7.org/fhir/R4/search.html#has
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.matching.parameters import Parameter
from conformance.suites.search.derive.plain import plain
from conformance.suites.search.query import Query, one
from conformance.suites.search.scope import Scope

Json = dict[str, Any]
EACH = 3  # chains of a type, and as many `_has`
_KINDS = ("string", "token", "date")


def chains(scope: Scope, type: str) -> Iterator[Query]:
    """One for each of the first references that lead to what was read, the last through two references."""
    made = 0
    for parameter in _references(scope, type):
        step = _step(scope, parameter)
        if step is None:
            continue
        name, target = step
        inner = _value(scope, target)
        if inner is not None:
            yield one("chain", type, f"{name}.{inner[0]}", inner[1], optional="chained parameters")
            made += 1
        if made == EACH:
            break
    yield from _long(scope, type)


def _long(scope: Scope, type: str) -> Iterator[Query]:
    for parameter in _references(scope, type):
        first = _step(scope, parameter)
        if first is None:
            continue
        for following in _references(scope, first[1]["resourceType"]):
            second = _step(scope, following, [first[1]])
            inner = second and _value(scope, second[1])
            if second and inner:
                name = f"{first[0]}.{second[0]}.{inner[0]}"
                yield one("chain", type, name, inner[1], optional="chained parameters")
                return


def reversed_(scope: Scope, type: str) -> Iterator[Query]:
    """`_has` by each of the first parameters of other types that refer to resources of this one."""
    made = 0
    for source in sorted(scope.pools):
        for parameter in _references(scope, source):
            if parameter.targets and type not in parameter.targets:
                continue
            for resource in scope.resources(type):
                referring = scope.world.referring(resource, parameter)
                inner = _value(scope, referring[0]) if referring else None
                if inner is not None:
                    name = f"_has:{source}:{parameter.code}:{inner[0]}"
                    yield one("has", type, name, inner[1], optional="_has")
                    made += 1
                    break
            if made == EACH:
                return


def _references(scope: Scope, type: str) -> list[Parameter]:
    """The declared reference parameters of a type; none for a type that cannot be searched."""
    if type not in scope.pools:
        return []
    declared = scope.session.statement.types[type].parameters
    known = scope.parameters(type)
    return [known[code] for code in declared if code in known and known[code].kind == "reference"]


def _step(scope: Scope, parameter: Parameter, among: list[Json] | None = None) -> tuple[str, Json] | None:
    """The name to chain by, and a resource that it leads to."""
    resources = scope.resources(parameter.type) if among is None else among
    for resource in resources:
        for target in scope.world.targets(resource, parameter):
            type = target["resourceType"]
            if type in scope.pools and (not parameter.targets or type in parameter.targets):
                one_type = parameter.targets == (type,)
                return parameter.code if one_type else f"{parameter.code}:{type}", target
    return None


def _value(scope: Scope, resource: Json) -> tuple[str, str] | None:
    """A declared parameter of a resource with a value that can be asked for plainly."""
    type = resource["resourceType"]
    known = scope.parameters(type)
    codes = [
        code
        for code in scope.session.statement.types[type].parameters
        if code in known and (type, code) not in scope.unknown and not code.startswith("_")
    ]
    scope.chance("chain", type).shuffle(codes)
    for code in codes:
        if known[code].kind in _KINDS:
            for found in scope.world.found(resource, known[code]):
                text = plain(known[code].kind, found, scope.base_url)
                if text and found.type != "boolean":
                    return code, text
    return None
