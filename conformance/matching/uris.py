"""URI search.

https://hl7.org/fhir/R4/search.html#uri

Taken here: "left-matches" is a plain prefix of characters, as in "a URL that starts with"; `:above` and
`:below` "only apply to URLs, and not URNs", which they do not match. A canonical reference is found without
its version too.
"""

from __future__ import annotations

from conformance.matching.asked import plain
from conformance.matching.expressions import Found


def matches(found: Found, wanted: str, modifier: str) -> bool:
    stored, asked = str(found.value), plain(wanted)
    match modifier:
        case "below":
            return stored.startswith(asked) and not stored.startswith("urn:")
        case "above":
            return asked.startswith(stored) and not asked.startswith("urn:")
        case _:
            return asked == stored or (found.type == "canonical" and asked == stored.partition("|")[0])
