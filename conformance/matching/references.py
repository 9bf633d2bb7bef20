"""Reference search.

https://hl7.org/fhir/R4/search.html#reference · https://hl7.org/fhir/R4/search.html#versions

Taken here: a version in a reference does not count (a search acts on the current version); a canonical with
a business version is also found without it, which is "its canonical URL", and by `:below` with part of it; an
id alone is of one of the types that the parameter may point to.
"""

from __future__ import annotations

import re

from conformance.matching.asked import plain
from conformance.matching.expressions import Found

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
CANONICAL = frozenset({"canonical", "uri"})


def literal(found: Found, base_url: str) -> str | None:
    """The URL that a value refers to: `Type/id` where it is on this server."""
    value = found.value
    match found.type:
        case "Reference":
            url = value.get("reference")
            return local(url, base_url) if url and not url.startswith("#") else None
        case "canonical" | "uri":
            return None if value.startswith("#") else str(value)
        case _ if isinstance(value, dict) and "resourceType" in value and "id" in value:
            return f"{value['resourceType']}/{value['id']}"
    return None


def local(url: str, base_url: str) -> str:
    url = re.sub(r"/_history/.*", "", url)
    return url.removeprefix(f"{base_url}/") if base_url else url


def matches(found: Found, wanted: str, modifier: str, base_url: str, targets: tuple[str, ...] = ()) -> bool:
    """Whether a value is what one alternative asks for; `modifier` may be a type of resource."""
    stored = literal(found, base_url)
    if stored is None:
        return False
    asked = local(plain(wanted).strip(), base_url)
    if found.type in CANONICAL:
        if modifier == "below":
            return f"{stored}|".startswith(f"{asked}|") or ("|" in asked and _version_below(stored, asked))
        return asked in (stored, stored.split("|")[0])
    here = _LOCAL.fullmatch(stored)
    if "/" not in asked and ":" not in asked:
        if here is None or (targets and here[1] not in targets):
            return False
        return here[2] == asked and modifier in ("", here[1])
    return stored == asked and (not modifier or (here is not None and here[1] == modifier))


def _version_below(stored: str, asked: str) -> bool:
    return stored.startswith(f"{asked}.")
