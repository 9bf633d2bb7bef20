"""References between the entries of a transaction, and conditional ones, become references to what is stored.

https://hl7.org/fhir/R4/http.html#trules · https://hl7.org/fhir/R4/bundle.html#references

A fullUrl is replaced in Reference.reference, in elements of the types uri and url, and in the links and
images of narratives. Not in canonicals, nor where a URL would not be valid (oid, uuid), nor in texts that
only look alike, such as Identifier.value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from facade.spec import definitions

AS_VERSION = "http://hl7.org/fhir/StructureDefinition/resolve-as-version-specific"
"""The extension of a Reference that is to be of the version that the transaction leaves."""

_REPLACED = ("uri", "url")
_LINK = re.compile(r"""(\b(?:href|src)\s*=\s*)(["'])([^"']*)\2""")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?.+", re.DOTALL)
_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}")
_VERSION = "/_history/"


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference is to: `Patient/1`, and the version that the transaction leaves, if that is known."""

    name: str
    version: int | None = None


@dataclass(slots=True)
class Linker:
    """`targets` are by fullUrl, None while it is not known which resource that will be; `conditions` and
    `current` what conditional references, and local ones that are to be version specific, turned out to be.

    What is met and not known is remembered: `wanted` and `pinned` with the entry that first said so; so is it
    whether any reference is `versioned`.
    """

    targets: dict[str, Target | None]
    conditions: dict[str, Target] = field(default_factory=dict)
    current: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, tuple[int, str]] = field(default_factory=dict)
    pinned: dict[str, int] = field(default_factory=dict)
    unknown: bool = False
    versioned: bool = False

    def link(self, at: int, resource: dict[str, Any], full_url: str | None) -> dict[str, Any]:
        """The resource of an entry with its references replaced; itself if there are none."""
        if not _may_link(resource, self.targets):
            return resource
        linked: dict[str, Any] = _Walk(self, at, _root(full_url)).value(
            resource, resource["resourceType"], resource["resourceType"]
        )
        return linked


def _root(full_url: str | None) -> str | None:
    """What relative references of an entry are relative to."""
    if full_url is None or full_url.startswith("urn:"):
        return None
    parts = full_url.rsplit("/", 2)
    return f"{parts[0]}/" if len(parts) == 3 else None


def _may_link(resource: Mapping[str, Any], targets: Iterable[str]) -> bool:
    """Whether a closer look is worth it."""
    todo: list[Any] = [resource]
    while todo:
        value = todo.pop()
        if value.__class__ is dict:
            if "reference" in value or "div" in value:
                return True
            todo.extend(value.values())
        elif value.__class__ is list:
            todo.extend(value)
        elif value.__class__ is str and value in targets:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Walk:
    """Over one entry's resource, with the types of its elements."""

    linker: Linker
    at: int
    root: str | None

    def value(self, value: Any, type: str, path: str) -> Any:
        """The same with references replaced; `type` is that of the object or of the array's items."""
        if value.__class__ is list:
            return [self.value(one, type, f"{path}[{at}]") for at, one in enumerate(value)]
        if value.__class__ is dict:
            return self.object(value, type, path)
        if value.__class__ is str:
            if type in _REPLACED:
                return self.url(value) or value
            if type == "xhtml":
                return _LINK.sub(self.markup, value)
        return value

    def object(self, value: dict[str, Any], type: str, path: str) -> dict[str, Any]:
        if type == "Resource":
            type = value.get("resourceType", "")
        if not isinstance(type, str) or not definitions.has_elements(type):
            return value
        elements = definitions.elements(type)
        found: dict[str, Any] = {}
        for name, child in value.items():
            element = elements.get(name)
            if element is not None:
                below = element.type if definitions.is_primitive(element.type) else element.path
            else:
                below = "Element" if name[:1] == "_" else ""
            found[name] = self.value(child, below, f"{path}.{name}")
        if type == "Reference" and found.get("reference").__class__ is str:
            return self.reference(found, f"{path}.reference")
        return found

    def markup(self, match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{self.url(match[3]) or match[3]}{match[2]}"

    def url(self, text: str) -> str | None:
        """What stands for a fullUrl; None if it is none that is known."""
        if text not in self.linker.targets:
            return None
        target = self.linker.targets[text]
        if target is None:
            self.linker.unknown = True
            return None
        return target.name

    def reference(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        text: str = value["reference"]
        pinned = any(_is_pin(one) for one in value.get("extension", ()))
        target, versioned = self.target(text, path)
        if target is None:
            if not pinned or not _RELATIVE.fullmatch(text):
                return value
            target = Target(text)
        name, version = target.name, target.version
        if pinned or versioned:
            self.linker.versioned = True
            if version is None:
                version = self.version_of(name)
            if version is None:
                return value
            name += f"{_VERSION}{version}"
        found = {**value, "reference": name}
        if pinned:
            found["extension"] = [one for one in value["extension"] if not _is_pin(one)]
            if not found["extension"]:
                del found["extension"]
        return found

    def target(self, text: str, path: str) -> tuple[Target | None, bool]:
        """What a reference is to, if that is of this transaction, and whether it names a version."""
        conditional = _CONDITIONAL.fullmatch(text)
        linker = self.linker
        if conditional is not None and conditional[1] in definitions.resource_types():
            linker.wanted.setdefault(text, (self.at, path))
            return linker.conditions.get(text), False
        plain, versioned, _ = text.partition(_VERSION)
        for url in (plain, f"{self.root}{plain}" if self.root and _RELATIVE.fullmatch(plain) else plain):
            if url in linker.targets:
                found = linker.targets[url]
                linker.unknown = linker.unknown or found is None
                return found, bool(versioned)
        return None, False

    def version_of(self, name: str) -> int | None:
        """The current version of a resource, once it is known."""
        self.linker.pinned.setdefault(name, self.at)
        return self.linker.current.get(name)


def _is_pin(extension: Any) -> bool:
    return extension.__class__ is dict and extension.get("url") == AS_VERSION
