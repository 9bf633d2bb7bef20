"""How a parameter's value is taken apart: alternatives, escapes, and what no value may hold.

https://hl7.org/fhir/R4/search.html#escaping
"""

from __future__ import annotations

import re

from facade.errors import BadRequest, TooCostly

MAX_ALTERNATIVES = 500
FEW = 8
"""Up to so many alternatives are looked up one by one and merged; more of them as a set."""


def split_unescaped(text: str, separator: str) -> list[str]:
    """The parts between separators that no backslash precedes; the escapes are left in place."""
    if "\\" not in text:
        return text.split(separator)
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == separator:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def unescape(text: str) -> str:
    r"""`\,` `\|` `\$` `\\` as what they stand for."""
    return re.sub(r"\\([,|$\\])", r"\1", text) if "\\" in text else text


def alternatives(code: str, text: str) -> list[str]:
    """The comma-separated alternatives of a value, still escaped; raises BadRequest or TooCostly."""
    if not text.strip():
        raise BadRequest(f"Search parameter `{code}` has no value", expression=f"http.{code}")
    if "\x00" in text or not _encodable(text):
        raise BadRequest(
            f"Search parameter `{code}` holds characters that no text may hold", expression=f"http.{code}"
        )
    found = split_unescaped(text, ",")
    if len(found) > MAX_ALTERNATIVES:
        raise TooCostly(
            f"Search parameter `{code}` has {len(found)} alternatives; at most {MAX_ALTERNATIVES} are read",
            expression=f"http.{code}",
        )
    if not all(part.strip() for part in found):
        raise BadRequest(
            f"Search parameter `{code}` has an empty alternative between commas", expression=f"http.{code}"
        )
    return found


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
