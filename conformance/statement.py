"""What a server declares, read from its CapabilityStatement without trusting its form.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DeclaredParameter:
    """A search parameter as declared; `definition` is the canonical URL, empty where none is given."""

    name: str
    type: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """What is declared of one resource type."""

    name: str
    interactions: frozenset[str] = frozenset()
    parameters: dict[str, DeclaredParameter] = field(default_factory=dict)
    includes: tuple[str, ...] = ()
    revincludes: tuple[str, ...] = ()
    operations: tuple[tuple[str, str], ...] = ()
    profiles: tuple[str, ...] = ()
    versioning: str = ""
    read_history: bool = False
    update_create: bool = False
    conditional_create: bool = False
    conditional_read: str = ""
    conditional_update: bool = False
    conditional_delete: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """`raw` is the resource as it came. Parameters declared for all types are in each type's as well."""

    raw: dict[str, Any]
    types: dict[str, DeclaredType] = field(default_factory=dict)
    interactions: frozenset[str] = frozenset()
    operations: tuple[tuple[str, str], ...] = ()
    formats: tuple[str, ...] = ()
    patch_formats: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()
    smart: bool = False

    def does(self, type: str, interaction: str) -> bool:
        """Whether this interaction is declared for this type."""
        declared = self.types.get(type)
        return declared is not None and interaction in declared.interactions

    def with_interaction(self, interaction: str) -> list[str]:
        """The types for which it is declared."""
        return [name for name, one in self.types.items() if interaction in one.interactions]


def parse_statement(raw: dict[str, Any]) -> Statement:
    """Of the `rest` of mode server, all that can be read; what is malformed is left out."""
    rest = next((one for one in dicts(raw.get("rest")) if one.get("mode", "server") == "server"), {})
    common = _parameters(rest)
    types = {}
    for one in dicts(rest.get("resource")):
        name = one.get("type")
        if isinstance(name, str):
            types[name] = _type(name, one, common)
    services = [
        coding.get("code")
        for security in dicts([rest.get("security")])
        for service in dicts(security.get("service"))
        for coding in dicts(service.get("coding"))
    ]
    return Statement(
        raw,
        types,
        frozenset(_codes(rest.get("interaction"))),
        _operations(rest),
        tuple(texts(raw.get("format"))),
        tuple(texts(raw.get("patchFormat"))),
        tuple(texts(raw.get("implementationGuide"))),
        "SMART-on-FHIR" in services,
    )


def _type(name: str, one: dict[str, Any], common: dict[str, DeclaredParameter]) -> DeclaredType:
    return DeclaredType(
        name,
        frozenset(_codes(one.get("interaction"))),
        common | _parameters(one),
        tuple(texts(one.get("searchInclude"))),
        tuple(texts(one.get("searchRevInclude"))),
        _operations(one),
        tuple(texts([one.get("profile")]) + texts(one.get("supportedProfile"))),
        _text(one, "versioning"),
        one.get("readHistory") is True,
        one.get("updateCreate") is True,
        one.get("conditionalCreate") is True,
        _text(one, "conditionalRead"),
        one.get("conditionalUpdate") is True,
        _text(one, "conditionalDelete"),
    )


def _parameters(one: dict[str, Any]) -> dict[str, DeclaredParameter]:
    return {
        name: DeclaredParameter(name, _text(each, "type"), _text(each, "definition"))
        for each in dicts(one.get("searchParam"))
        if (name := _text(each, "name"))
    }


def _operations(one: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_text(each, "name").lstrip("$"), _text(each, "definition")) for each in dicts(one.get("operation"))
    )


def _codes(found: Any) -> Iterator[str]:
    return (code for each in dicts(found) if (code := _text(each, "code")))


def _text(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""


def dicts(found: Any) -> list[dict[str, Any]]:
    """The objects of what should be a list of objects."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts(found: Any) -> list[str]:
    """The strings of what should be a list of strings."""
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
