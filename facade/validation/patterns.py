"""Whether a value is what fixed[x] says exactly, or holds what pattern[x] says at least.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_
"""

from __future__ import annotations

from typing import Any


def equals(value: Any, fixed: Any) -> bool:
    """Exactly the same, whatever the order of an object's names."""
    if isinstance(fixed, dict):
        same = isinstance(value, dict) and value.keys() == fixed.keys()
        return same and all(equals(value[name], fixed[name]) for name in fixed)
    if isinstance(fixed, list):
        same = isinstance(value, list) and len(value) == len(fixed)
        return same and all(equals(one, other) for one, other in zip(value, fixed, strict=True))
    return isinstance(value, bool) == isinstance(fixed, bool) and bool(value == fixed)


def holds(value: Any, pattern: Any) -> bool:
    """At least the pattern: each of its names; each item of its arrays somewhere in the value's array."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and holds(value[name], part) for name, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(holds(one, part) for one in value) for part in pattern)
    return equals(value, pattern)
