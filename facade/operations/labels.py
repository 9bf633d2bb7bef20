"""Profiles, tags and security labels: three sets in a resource's meta. Pure.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facade.errors import BadRequest

Meta = dict[str, Any]

SETS = ("profile", "security", "tag")
"""Security labels and tags are codings: system and code tell one from another, whatever version and display
say."""


def add_labels(meta: Mapping[str, Any], given: Mapping[str, Any]) -> Meta:
    """The meta with those labels of `given` that it lacks."""
    found: Meta = dict(meta)
    for name in SETS:
        known = {_identity(one) for one in meta.get(name, ())}
        new = {_identity(one): one for one in reversed(given.get(name, ())) if _identity(one) not in known}
        if new:
            found[name] = [*meta.get(name, ()), *reversed(new.values())]
    return found


def delete_labels(meta: Mapping[str, Any], given: Mapping[str, Any]) -> Meta:
    """The meta without the labels of `given`, whether it has them or not."""
    found: Meta = dict(meta)
    for name in SETS:
        gone = {_identity(one) for one in given.get(name, ())}
        left = [one for one in meta.get(name, ()) if _identity(one) not in gone]
        if left:
            found[name] = left
        else:
            found.pop(name, None)
    return found


def _identity(label: Any) -> Any:
    return (label.get("system"), label.get("code")) if isinstance(label, Mapping) else label


def given_meta(parameters: Mapping[str, Any]) -> Meta:
    """The Meta in the parameter `meta`. Raises BadRequest if it is not there, or is none."""
    rows = parameters.get("parameter")
    found = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    metas = [one.get("valueMeta") for one in found if one.get("name") == "meta"]
    if parameters.get("resourceType") != "Parameters" or len(metas) != 1 or len(found) != 1:
        raise BadRequest("This operation takes Parameters with one parameter: meta.", expression="meta")
    if not isinstance(metas[0], dict) or not all(_is_set(metas[0].get(name, [])) for name in SETS):
        raise BadRequest("The parameter meta is not a Meta.", expression="meta.valueMeta")
    return metas[0]


def _is_set(labels: Any) -> bool:
    return isinstance(labels, list) and all(isinstance(one, (str, dict)) for one in labels)


def returned(meta: Mapping[str, Any]) -> dict[str, Any]:
    """A Meta as the Parameters that these operations answer with."""
    parameter = {"name": "return", **({"valueMeta": meta} if meta else {})}
    return {"resourceType": "Parameters", "parameter": [parameter]}
