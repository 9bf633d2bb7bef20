"""A query's value taken apart.

https://hl7.org/fhir/R4/search.html#escaping · https://hl7.org/fhir/R4/search.html#prefix
"""

from __future__ import annotations

import re
from functools import lru_cache

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")


@lru_cache(1024)
def split(text: str, separator: str) -> tuple[str, ...]:
    """The parts between separators that are not escaped; the parts keep their escapes."""
    part = re.compile(rf"(?:\\.|[^\\{re.escape(separator)}])*", re.DOTALL)
    parts, at = [], 0
    while True:
        found = part.match(text, at)
        assert found is not None
        parts.append(found[0])
        if found.end() >= len(text):
            return tuple(parts)
        at = found.end() + 1


@lru_cache(4096)
def plain(text: str) -> str:
    """The text that the escapes stand for."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def escaped(text: str) -> str:
    """What a client must write for the text."""
    return re.sub(r"([\\,|$])", r"\\\1", text)


@lru_cache(4096)
def prefixed(text: str) -> tuple[str, str]:
    """The prefix, `eq` if there is none, and the rest."""
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)
