"""String search.

https://hl7.org/fhir/R4/search.html#string

The spec says that punctuation "should also be ignored", and does not say whether it parts words. Taken here:
it counts, because `a.b` and `ab`, `O'Neill` and `O Neill` cannot all be the same.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

PARTS = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "country", "postalCode"),
}


def texts(type: str, value: Any) -> list[str]:
    """The texts that a value of this type is searched by."""
    if type not in PARTS:
        return [value] if isinstance(value, str) else []
    found: list[str] = []
    for part in PARTS[type]:
        inner = value.get(part)
        found += [text for text in (inner if isinstance(inner, list) else [inner]) if isinstance(text, str)]
    return found


@lru_cache(65536)
def normal(text: str) -> str:
    """Without case, combining characters and surplus white space."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())


def matches(stored: str, wanted: str, modifier: str, longest: int | None = None) -> bool:
    """Whether a text is what is asked for; `longest` characters of it are known without `:exact`."""
    match modifier:
        case "exact":
            return stored == wanted
        case "contains":
            return normal(wanted) in normal(stored)[:longest]
        case _:
            return normal(stored)[:longest].startswith(normal(wanted))
