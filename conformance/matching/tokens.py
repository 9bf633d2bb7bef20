"""Token search.

https://hl7.org/fhir/R4/search.html#token

The spec leaves the case of codes to the code system and asks for leniency in doubt only with SHOULD. Taken
here: codes are case-sensitive, strings (`If the underlying data type is string then the search is not case
sensitive`) are not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from conformance.matching import strings
from conformance.matching.asked import plain, split
from conformance.matching.expressions import Found, Implied, systems_of


class Pair(NamedTuple):
    """`systems`: those that the code is of; none for an element without system, empty for one without any."""

    systems: tuple[str, ...] | None
    code: str
    any_case: bool = False


def pairs(found: Found) -> list[Pair]:
    """What can be compared with `system|code`."""
    value = found.value
    match found.type:
        case "CodeableConcept":
            return [_coding(coding) for coding in value.get("coding", []) if _has_code(coding)]
        case "Coding":
            return [_coding(value)] if _has_code(value) else []
        case "Identifier":
            pair = _with_system(value, value.get("value", ""))
            return [pair] if pair.code or pair.systems else []
        case "ContactPoint":
            return [Pair(None, value["value"])] if "value" in value else []
        case "boolean":
            return [Pair(None, "true" if value else "false")]
        case "string":
            return [Pair(None, value, any_case=True)]
        case "code":
            return [Pair(systems_of(found, value), value)]
        case "id" | "uri" | "url" | "canonical" | "oid" | "uuid":
            return [Pair(None, value)]
        case _:
            return []


def _has_code(coding: dict[str, Any]) -> bool:
    return bool(coding.get("code") or coding.get("system"))


def _coding(coding: dict[str, Any]) -> Pair:
    return _with_system(coding, coding.get("code", ""))


def _with_system(value: dict[str, Any], code: str) -> Pair:
    return Pair((value["system"],) if value.get("system") else None, code)


def texts(found: Found) -> list[str]:
    """What `:text` looks at: CodeableConcept.text, Coding.display, Identifier.type.text."""
    value = found.value
    match found.type:
        case "CodeableConcept":
            said = [value.get("text"), *(coding.get("display") for coding in value.get("coding", []))]
        case "Coding":
            said = [value.get("display")]
        case "Identifier":
            said = [value.get("type", {}).get("text")]
        case _:
            said = []
    return [text for text in said if text]


def matches(found: Found, wanted: str, modifier: str) -> bool:
    """Whether one value satisfies one alternative (still escaped); `not` is turned round by the caller."""
    match modifier:
        case "text":
            return any(strings.matches(text, plain(wanted), "") for text in texts(found))
        case "of-type":
            return found.type == "Identifier" and _of_type(found.value, wanted)
        case _:
            return any(_same(pair, wanted) for pair in pairs(found))


def _same(pair: Pair, wanted: str) -> bool:
    parts = [plain(part) for part in split(wanted, "|")]
    code = parts[-1]
    if len(parts) == 2:
        system = parts[0]
        # `|code`: "the Coding/Identifier has no system property". An element of type code has none either:
        # its system is implied by the value set, not a property.
        if not system and pair.systems is not None and not isinstance(pair.systems, Implied):
            return False
        if system and system not in (pair.systems or ()):
            return False
        if not code:
            return True
    return pair.code.casefold() == code.casefold() if pair.any_case else pair.code == code


def _of_type(identifier: dict[str, Any], wanted: str) -> bool:
    system, code, value = (plain(part) for part in split(wanted, "|"))
    codings = identifier.get("type", {}).get("coding", [])
    typed = any(coding.get("system") == system and coding.get("code") == code for coding in codings)
    return typed and identifier.get("value") == value


def in_set(found: Found, members: frozenset[tuple[str, str]]) -> bool:
    """Whether a value has a coding in a value set of (system, code)."""
    return any((system, pair.code) in members for pair in pairs(found) for system in pair.systems or ())
