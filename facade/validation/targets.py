"""What references point to, as far as it is inside of what was given.

https://hl7.org/fhir/R4/references.html · https://hl7.org/fhir/R4/bundle.html#references
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from facade.spec import definitions

Json = dict[str, Any]
_NAMED = re.compile(r"(?:.*/)?([A-Za-z]+)/[^/]+(?:/_history/[^/]+)?")


def resolved(root: Json, entries: Mapping[str, Json], reference: Any) -> Json | None:
    """What a reference points to inside what was given: what `root` contains, or an entry."""
    text = reference.get("reference") if isinstance(reference, dict) else reference
    if not isinstance(text, str):
        return None
    if text == "#":
        return root
    if text.startswith("#"):
        contained = (one for one in _list(root.get("contained")) if isinstance(one, dict))
        return next((one for one in contained if one.get("id") == text[1:]), None)
    return entries.get(text.partition("/_history/")[0])


def named_target(reference: Any) -> Json | None:
    """A resource of the type that a reference names, without any content."""
    text = reference.get("reference") if isinstance(reference, dict) else reference
    match = _NAMED.fullmatch(text) if isinstance(text, str) else None
    known = match is not None and match[1] in definitions.resource_types()
    return {"resourceType": match[1]} if match and known else None


def entries(top: Json) -> dict[str, Json]:
    """A Bundle's resources by what refers to them: their fullUrl, and Type/id."""
    found: dict[str, Json] = {}
    for entry in _list(top.get("entry")) if top.get("resourceType") == "Bundle" else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            if isinstance(url := entry.get("fullUrl"), str):
                found[url] = resource
            found.setdefault(f"{resource.get('resourceType')}/{resource.get('id')}", resource)
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
