"""Whether two resources say the same, and where they first do not: the place is told, never the values.

https://hl7.org/fhir/R4/json.html · https://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def difference(one: Any, other: Any, path: str = "") -> str:
    """The path of the first element that differs; empty for none. 1.0 and 1.00 differ, as they do in FHIR."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            where = f"{path}.{name}" if path else name
            if name not in one or name not in other:
                return where
            found = difference(one[name], other[name], where)
            if found:
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list):
        for index, (left, right) in enumerate(zip(one, other, strict=False)):
            found = difference(left, right, f"{path}[{index}]")
            if found:
                return found
        return "" if len(one) == len(other) else f"{path}[{min(len(one), len(other))}]"
    if _number(one) and _number(other):
        return "" if str(one) == str(other) else path or "."
    return "" if type(one) is type(other) and one == other else path or "."


def _number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def missing(sent: Any, kept: Any, path: str = "") -> str:
    """The path of the first thing that was sent and is not kept; what was added beside it does not count."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        for name, value in sent.items():
            where = f"{path}.{name}" if path else name
            found = missing(value, kept[name], where) if name in kept else where
            if found:
                return found
        return ""
    if isinstance(sent, list) and isinstance(kept, list):
        for index, value in enumerate(sent):
            if not any(not missing(value, each) for each in kept):
                return f"{path}[{index}]"
        return ""
    return difference(sent, kept, path)


def leaves(resource: Any, path: str = "") -> dict[str, int]:
    """How often each `path = value` occurs, as the XML of the same resource would say it."""
    found: dict[str, int] = {}
    for leaf in _leaves(resource, path):
        found[leaf] = found.get(leaf, 0) + 1
    return found


def _leaves(value: Any, path: str) -> list[str]:
    if isinstance(value, dict):
        type = value.get("resourceType")
        path = f"{path}/{type}" if isinstance(type, str) else path
        return [
            leaf
            for name, item in value.items()
            if name not in ("resourceType", "div")
            for leaf in _leaves(item, f"{path}/{name.lstrip('_')}")
        ]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item, path)]
    if value is None:
        return []
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return [f"{path} = {' '.join(text.split())}"]
