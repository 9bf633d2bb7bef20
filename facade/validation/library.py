"""Profiles, value sets and code systems at hand: of implementation guides, of the site, of R4's package.

https://hl7.org/fhir/R4/packages.html
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from facade.spec import definitions, terminology
from facade.spec.build_rules import build_compose, concept_rows
from facade.spec.check import check
from facade.spec.terminology import CodeSystem
from facade.validation.profile import Profile, read_profile
from facade.validation.valuesets import Codes, ValueSets, is_below

Json = dict[str, Any]
BASE = "http://hl7.org/fhir/StructureDefinition/"
KINDS = ("StructureDefinition", "ValueSet", "CodeSystem")
MAX_MEMBER = 64 * 1024 * 1024


class CannotRead(Exception):
    """A package is no FHIR package, or cannot be opened."""


class Library:
    """What profiles are checked against. Of one URL the version asked for, else the last one that came.

    What packages hold is kept compressed, and read when it is first asked for.
    """

    def __init__(
        self,
        packages: Iterable[Path] = (),
        resources: Iterable[Json] = (),
        base: Library | None = None,
    ) -> None:
        """What is not in the packages or resources is looked for in `base`. Raises CannotRead, which names
        the package."""
        self._base = base
        self._held: dict[tuple[str, str], dict[str, bytes | Json]] = {}
        self._profiles: dict[str, Profile | None] = {}
        self._composed: dict[str, Mapping[str, Any]] = {}
        self._systems: dict[str, CodeSystem] = {}
        self._named: dict[str, str] = {}
        self.value_sets = ValueSets(self.compose, self.code_system)
        for path in packages:
            for content in read_package(path):
                self._add(orjson.loads(content), zlib.compress(content, 1))
        for resource in resources:
            self._add(resource, resource)

    def _add(self, resource: Json, content: bytes | Json) -> None:
        url, kind = resource.get("url"), resource.get("resourceType")
        if isinstance(url, str) and kind in KINDS:
            versions = self._held.setdefault((str(kind), url), {})
            version = str(resource.get("version", ""))
            versions.pop(version, None)  # the last is the one that came last
            versions[version] = content
            if isinstance(content, dict) and "id" in resource:
                self._named[f"{kind}/{resource['id']}"] = f"{url}|{version}".rstrip("|")

    def _read(self, kind: str, canonical: str) -> Json | None:
        url, _, version = canonical.partition("|")
        versions = self._held.get((kind, url))
        if not versions:
            return self._base._read(kind, canonical) if self._base is not None else None
        content = versions.get(version) if version else list(versions.values())[-1]
        if content is None:
            return self._base._read(kind, canonical) if self._base is not None else None
        if isinstance(content, dict):
            return None if check(content) else content  # who stored it may not have validated it
        resource: Json = json.loads(zlib.decompress(content), parse_float=Decimal)
        return resource

    def canonical(self, name: str) -> str:
        """The URL, and version, of a resource that is named as `ValueSet/id`; another name as it is."""
        return self._named.get(name, name)

    def profiles(self) -> list[str]:
        """The URLs of all StructureDefinitions, sorted."""
        own = {url for kind, url in self._held if kind == "StructureDefinition"}
        return sorted(own.union(self._base.profiles() if self._base is not None else ()))

    def profile(self, canonical: str) -> Profile | None:
        """A profile by its URL, with a version or without; None if it is not here."""
        if canonical not in self._profiles:
            structure = self._read("StructureDefinition", canonical)
            self._profiles[canonical] = None if structure is None else _profile(structure)
        return self._profiles[canonical]

    def compose(self, canonical: str) -> Mapping[str, Any] | None:
        """What a value set is composed of, as rows; None if it is not here."""
        found = self._composed.get(canonical)
        if found is None:
            resource = self._read("ValueSet", canonical)
            url = canonical.partition("|")[0]
            found = terminology.compose(url) if resource is None else _compose(resource)
            if found is not None:  # clients name what they like: only what is here is kept
                self._composed[canonical] = found
        return found

    def code_system(self, url: str) -> CodeSystem | None:
        """A code system that is here complete."""
        found = self._systems.get(url)
        if found is None:
            resource = self._read("CodeSystem", url)
            if resource is None:
                found = terminology.code_system(url)
            elif resource.get("content") == "complete":
                found = self._systems[url] = terminology.code_system_of(list(concept_rows(resource)))
        return found

    def related(self, system: str, code: str, *, above: bool) -> Codes | None:
        """A code and those below it, or above it; None if it is not known here. What only a part of a code
        system tells is taken, too."""
        known = self.code_system(system)
        if known is None:
            part = self._read("CodeSystem", system) or {}
            if part.get("content") in ("fragment", "example"):
                known = terminology.code_system_of(list(concept_rows(part)))
        if known is None or code not in known.parents:
            return None
        if above:
            return {(system, one): None for one in known.parents if is_below(known, code, one)}
        return {(system, one): None for one in known.parents if is_below(known, one, code)}


def base_type(canonical: str) -> str | None:
    """The type whose own definition a profile's URL names: `…/StructureDefinition/Patient`."""
    url = canonical.partition("|")[0]
    name = url.removeprefix(BASE)
    if url == name:
        return None
    known = name in definitions.resource_types() or name in definitions.data_types()
    return name if known or name in ("Resource", "DomainResource", "Element", "BackboneElement") else None


def _profile(structure: Json) -> Profile | None:
    try:
        return read_profile(structure)
    except (KeyError, TypeError, AttributeError, ValueError):  # a package of another FHIR version
        return None


def _compose(value_set: Json) -> Mapping[str, Any] | None:
    try:
        composed = dict(build_compose(value_set["compose"])) if "compose" in value_set else None
        if "expansion" not in value_set:
            return composed
        rows: dict[str, list[str]] = {}
        _collect(value_set["expansion"].get("contains", ()), rows)
        listed = [{"system": system, "codes": codes} for system, codes in rows.items()]
        return {"include": listed} if composed is None else {**composed, "expansion": listed}
    except (KeyError, TypeError, AttributeError):
        return None


def _collect(contains: Iterable[Json], rows: dict[str, list[str]]) -> None:
    for one in contains:
        if "code" in one and not one.get("abstract"):
            rows.setdefault(one.get("system", ""), []).append(one["code"])
        _collect(one.get("contains", ()), rows)


def read_package(path: Path) -> Iterable[bytes]:
    """The StructureDefinitions, ValueSets and CodeSystems of a package (.tgz), without its examples."""
    wanted = re.compile(rf"package/(?:{'|'.join(KINDS)})-[^/]+\.json")
    try:
        with tarfile.open(fileobj=io.BytesIO(path.read_bytes()), mode="r:gz") as archive:
            names = archive.getnames()
            members = [m for m in archive if wanted.fullmatch(m.name) and m.size <= MAX_MEMBER]
            files = [archive.extractfile(m) for m in sorted(members, key=lambda m: m.name)]
            found = [file.read() for file in files if file is not None]
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise CannotRead(f"{path.name} is no FHIR package: {type(error).__name__}") from None
    if "package/package.json" not in names:
        raise CannotRead(f"{path.name} is no FHIR package: it has no package.json")
    return found
