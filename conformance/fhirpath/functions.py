"""Functions that fhirpathpy lacks, or has otherwise than FHIR's own expressions mean.

https://hl7.org/fhirpath/N1/#functions · https://hl7.org/fhir/R4/fhirpath.html#functions

Each is called with fhirpathpy's context and the items before the point, then its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from conformance.fhirpath.ordering import order

Json = dict[str, Any]
Items = list[Any]
Body = Callable[[Any], Items]
_NAMED = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]+(?:/_history/[A-Za-z0-9\-.]+)?")


class CannotEvaluate(Exception):
    """What an expression says of this value cannot be told here."""


def named_type(text: Any) -> str:
    """The resource type that the text of a reference names; empty where it names none of R4's."""
    match = _NAMED.fullmatch(text) if isinstance(text, str) else None
    parent = model()["type2Parent"].get(match[1]) if match else None
    return match[1] if match and parent in ("Resource", "DomainResource") else ""


def plain(item: Any) -> Any:
    """The JSON value of a node; of a date literal its text."""
    data = getattr(item, "data", item)
    text = getattr(data, "asStr", None)
    return text if isinstance(text, str) else data


@cache
def model() -> Json:
    """What fhirpathpy knows of R4's types."""
    from fhirpathpy.models import models

    return dict(models["r4"])


def _resolve(context: Json, items: Items) -> Items:
    from fhirpathpy.engine.nodes import ResourceNode

    found = []
    for item in items:
        data = plain(item)
        text = data.get("reference") if isinstance(data, dict) else data
        target = context["focus"].find(text) if isinstance(text, str) else None
        if target is None and context["by type"] and (type := named_type(text)):
            target = {"resourceType": type}
        if target is None:
            raise CannotEvaluate("a reference leads out of what is at hand")
        found.append(ResourceNode(target, None))
    return found


def _elsewhere(context: Json, items: Items, url: Any) -> Items:
    raise CannotEvaluate("terminology and profiles are not asked from within an expression")


def _truth(found: Iterable[Any]) -> bool:
    """Whether a condition holds: one `true`, or one value that is no boolean."""
    values = [plain(item) for item in found]
    if len(values) > 1:
        raise CannotEvaluate("a condition gives more than one value")
    return bool(values) and values[0] is not False


def _each(context: Json, items: Items, body: Body) -> Iterable[tuple[Any, Items]]:
    outer = context.get("$this")
    for at, item in enumerate(items):
        context["$index"] = at
        found = body(item)
        context["$this"] = outer
        yield item, found


def _where(context: Json, items: Items, body: Body) -> Items:
    return [item for item, found in _each(context, items, body) if _truth(found)]


def _select(context: Json, items: Items, body: Body) -> Items:
    return [one for _, found in _each(context, items, body) for one in found]


def _all(context: Json, items: Items, body: Body) -> Items:
    return [all(_truth(found) for _, found in _each(context, items, body))]


def _exists(context: Json, items: Items, body: Body | None = None) -> Items:
    return [bool(items if body is None else _where(context, items, body))]


def _as(context: Json, items: Items, type: Any) -> Items:
    """R4's own expressions use it on collections, as a filter."""
    from fhirpathpy.engine.nodes import TypeInfo

    return [item for item in items if (info := TypeInfo.from_value(item)) is not None and info.is_(type)]


def _is(context: Json, items: Items, type: Any) -> Items:
    return [bool(_as(context, items, type))] if len(items) == 1 else []


def _matches(context: Json, items: Items, pattern: Any) -> Items:
    """The whole text, as in the reference implementation."""
    text = plain(items[0]) if len(items) == 1 else None
    if not isinstance(text, str) or not isinstance(pattern, str):
        return []
    return [re.fullmatch(pattern, text, re.DOTALL) is not None]


def _has_value(context: Json, items: Items) -> Items:
    return [len(items) == 1 and not isinstance(plain(items[0]), dict | list)]


def _union(context: Json, left: Items, right: Items) -> Items:
    """Each value once, and with its type, which fhirpathpy forgets."""
    found: Items = []
    for item in (*left, *right):
        if not any(type(plain(item)) is type(plain(one)) and plain(item) == plain(one) for one in found):
            found.append(item)
    return found


def _comparison(test: Callable[[int], bool]) -> Json:
    def compare(context: Json, left: Items, right: Items) -> Items:
        found = order(plain(left[0]), plain(right[0])) if len(left) == 1 and len(right) == 1 else None
        return [] if found is None else [test(found)]

    return {"fn": compare, "arity": {2: ["Any", "Any"]}}


@cache
def functions() -> Json:
    """Name, function and kinds of arguments, as fhirpathpy wants them."""
    each = {1: ["Expr"]}
    of_type = {1: ["TypeSpecifier"]}
    infix = {2: ["Any", "TypeSpecifier"]}
    return {
        "where": {"fn": _where, "arity": each},
        "select": {"fn": _select, "arity": each},
        "all": {"fn": _all, "arity": each},
        "exists": {"fn": _exists, "arity": {0: [], **each}},
        "as": {"fn": _as, "arity": of_type},
        "asOp": {"fn": _as, "arity": infix},
        "ofType": {"fn": _as, "arity": of_type},
        "is": {"fn": _is, "arity": of_type},
        "isOp": {"fn": _is, "arity": infix},
        "matches": {"fn": _matches, "arity": {1: ["String"]}},
        "hasValue": {"fn": _has_value, "arity": {0: []}},
        "resolve": {"fn": _resolve, "arity": {0: []}},
        "memberOf": {"fn": _elsewhere, "arity": {1: ["String"]}},
        "conformsTo": {"fn": _elsewhere, "arity": {1: ["String"]}},
        "|": {"fn": _union, "arity": {2: ["Any", "Any"]}},
        "<": _comparison(lambda found: found < 0),
        "<=": _comparison(lambda found: found <= 0),
        ">": _comparison(lambda found: found > 0),
        ">=": _comparison(lambda found: found >= 0),
    }
