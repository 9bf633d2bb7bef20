"""Whether a value is the fixed one exactly, or holds the pattern at least.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
"""

from __future__ import annotations

from typing import Any


def is_fixed(value: Any, fixed: Any) -> bool:
    """The same, whatever the order of an object's names."""
    if isinstance(fixed, dict):
        return (
            isinstance(value, dict)
            and value.keys() == fixed.keys()
            and all(is_fixed(value[name], each) for name, each in fixed.items())
        )
    if isinstance(fixed, list):
        return (
            isinstance(value, list)
            and len(value) == len(fixed)
            and all(is_fixed(one, other) for one, other in zip(value, fixed, strict=True))
        )
    return isinstance(value, bool) == isinstance(fixed, bool) and bool(value == fixed)


def has_pattern(value: Any, pattern: Any) -> bool:
    """All that the pattern says is there; of its arrays each item is found somewhere in the value's."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and has_pattern(value[name], each) for name, each in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(has_pattern(one, each) for one in value) for each in pattern
        )
    return is_fixed(value, pattern)
