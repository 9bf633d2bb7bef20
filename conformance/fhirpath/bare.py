"""A resource as fhirpathpy wants it: without the `_name` beside a `name` that has a value.

https://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from typing import Any


def bare(value: Any) -> Any:
    """The same, with `_name` gone where `name` has a value: fhirpathpy takes them for two values.

    A primitive that is nothing but its extensions stays, as its extensions.
    """
    if isinstance(value, list):
        return [bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, item in value.items():
        beside = value.get("_" + name)
        if isinstance(item, list) and isinstance(beside, list):
            both = [
                beside[at] if one is None and at < len(beside) else bare(one) for at, one in enumerate(item)
            ]
            found[name] = [one for one in both if one is not None]
        elif not (name.startswith("_") and name[1:] in value):
            found[name] = bare(item)
    return found
