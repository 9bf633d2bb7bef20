"""Token search, with what is left open: case, the systems of codes, telephone numbers, displays.

https://hl7.org/fhir/R4/search.html#token

"When in doubt, servers SHOULD treat tokens in a case-insensitive manner": another case is open, but for the
two booleans. The system of an element of type code is implied, and asking for it is open.
"""

from __future__ import annotations

from typing import Any

from conformance.matching import strings, tokens
from conformance.matching.asked import plain, split
from conformance.matching.expressions import Found
from conformance.matching.leeway.texts import readings
from conformance.matching.tokens import Pair
from conformance.matching.verdict import Verdict, some

_TOKENS = frozenset(
    {"CodeableConcept", "Coding", "Identifier", "ContactPoint", "boolean", "string", "code", "id", "uri",
     "url", "canonical", "oid", "uuid"}
)  # fmt: skip


def fits(found: Found, wanted: str, modifier: str) -> Verdict:
    """`wanted` is one alternative with its escapes; `modifier` is none, `text` or `of-type`."""
    if found.type not in _TOKENS:
        return None
    if modifier == "text":
        return _text(found, plain(wanted))
    if modifier == "of-type":
        if found.type != "Identifier":
            return None
        if tokens.matches(found, wanted, modifier):
            return True
        return None if _of_type_in_any_case(found.value, wanted) else False
    asked = [plain(part) for part in split(wanted, "|")]
    if len(asked) > 2:
        return None
    if found.type == "ContactPoint":
        return _contact(found.value, asked)
    if found.type in ("code", "boolean", "string", "id", "uri", "url", "canonical") and len(asked) == 2:
        return None
    return some(_same(pair, asked, exact=found.type == "boolean") for pair in tokens.pairs(found))


def _same(pair: Pair, asked: list[str], *, exact: bool) -> Verdict:
    code = asked[-1]
    if len(asked) == 2:
        system = asked[0]
        if not system and pair.systems:
            return False
        if system and system not in (pair.systems or ()):
            alike = any(_loose(system) == _loose(each) for each in pair.systems or ())
            return None if alike and (not code or _alike(pair.code, code)) else False
        if not code:
            return True
    if pair.code == code or (pair.any_case and pair.code.casefold() == code.casefold()):
        return True
    versioned = pair.code.partition("|")[0] == code  # a canonical
    return None if not exact and (versioned or _alike(pair.code, code)) else False


def _alike(one: str, other: str) -> bool:
    return one.casefold().strip() == other.casefold().strip()


def _loose(system: str) -> str:
    return system.casefold().rstrip("/")


def _contact(point: dict[str, Any], asked: list[str]) -> Verdict:
    """ "At the discretion of the server": only the very value is certain, and what has nothing of it."""
    value = point.get("value")
    if not isinstance(value, str) or len(asked) == 2:
        return None
    if value == asked[0]:
        return True
    stored, wanted = (_letters(text) for text in (value, asked[0]))
    return False if wanted and stored and wanted not in stored and stored not in wanted else None


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _text(found: Found, wanted: str) -> Verdict:
    """ "partial searches on the text portion": its beginning is certain; a display that the server knows and
    does not show is possible."""
    said = tokens.texts(found)
    asked = strings.normal(wanted)
    if any(strings.normal(text).startswith(asked) for text in said):
        return True
    if found.type not in ("CodeableConcept", "Coding", "Identifier"):
        return None
    codings = [found.value] if found.type == "Coding" else found.value.get("coding", [])
    if found.type != "Identifier" and any(not coding.get("display") for coding in codings):
        return None
    inside = any(
        word in text
        for words in readings(wanted)
        for word in words.split()
        for one in said
        for text in readings(one)
    )
    return None if inside or found.type == "Identifier" else False


def _of_type_in_any_case(identifier: dict[str, Any], wanted: str) -> bool:
    """Whether type and value are the same but for case; one of another type is another identifier."""
    parts = [plain(part) for part in split(wanted, "|")]
    if len(parts) != 3:
        return True
    type = identifier.get("type") or {}
    return _alike(str(identifier.get("value", "")), parts[2]) and any(
        _loose(str(one.get("system", ""))) == _loose(parts[0]) and _alike(str(one.get("code", "")), parts[1])
        for one in type.get("coding", ())
    )
