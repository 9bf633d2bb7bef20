"""URI and reference search, with what is left open: versions, identifiers alone, ids on other servers.

https://hl7.org/fhir/R4/search.html#uri · https://hl7.org/fhir/R4/search.html#reference
"""

from __future__ import annotations

import re

from conformance.matching import references
from conformance.matching.expressions import Found
from conformance.matching.verdict import Verdict

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")


def fits_uri(found: Found, asked: str, modifier: str) -> Verdict:
    """`:below` and `:above` are certain where a path ends between the two."""
    stored = found.value
    if not isinstance(stored, str):
        return None
    if stored == asked:
        return True
    match modifier:
        case "below":
            return _left(asked, stored)
        case "above":
            return _left(stored, asked)
        case "":
            same = re.split(r"[|#]", stored)[0] == re.split(r"[|#]", asked)[0]
            return None if same else False  # a canonical's version, or what some servers add to meta.source
    return None


def _left(short: str, long: str) -> Verdict:
    if not long.startswith(short):
        return False
    if long.startswith("urn:"):
        return None
    return True if short.endswith("/") or long[len(short) :].startswith("/") else None


def fits_reference(
    found: Found, asked: str, modifier: str, base_url: str, targets: tuple[str, ...]
) -> Verdict:
    """`asked` is an id, `Type/id` or a URL; `modifier` may be a type of resource."""
    if found.type == "Reference" and "/_history/" in str(found.value.get("reference", "")):
        return None
    stored = references.literal(found, base_url)
    if stored is None:
        only = found.type == "Reference" and ("identifier" in found.value or "type" in found.value)
        return None if only or found.type not in ("Reference", *references.CANONICAL) else False
    if found.type in references.CANONICAL:
        if modifier:
            return None
        same = stored == asked
        return True if same else (None if stored.partition("|")[0] == asked.partition("|")[0] else False)
    wanted = references.local(asked.strip(), base_url)
    here = _LOCAL.fullmatch(stored)
    bare = "/" not in wanted and ":" not in wanted
    if here is None:
        other = stored.rpartition("/")[2] == wanted.rpartition("/")[2]
        return True if stored == asked and not modifier else (None if other else False)
    if bare:
        if here[2] != wanted:
            return False
        if modifier:
            return here[1] == modifier
        return True if not targets or here[1] in targets else None
    if stored == wanted:
        return not modifier or here[1] == modifier
    elsewhere = ":" in wanted and wanted.endswith(f"/{stored}")  # this server by another of its names
    return None if elsewhere else False
