"""The definitions as the validator needs them, each made once: trees, names of properties, value sets.

https://hl7.org/fhir/R4/structuredefinition.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from conformance.spec.definitions import Definitions
from conformance.validation.shape import Profile, Shape
from conformance.validation.terminology import Terminology


@dataclass(frozen=True, slots=True)
class Property:
    """A JSON property: its element (`value[x]`), its type, and where the elements below it are defined."""

    shape: Shape
    type: str
    path: str

    @property
    def many(self) -> bool:
        return self.shape.most != 1


class Library:
    """Of one set of definitions."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.terminology = Terminology(definitions)
        self._profiles: dict[str, Profile | None] = {}
        self._properties: dict[str, dict[str, Property]] = {}
        kinds = definitions.structures.values()
        self.primitives = {
            one["type"]: _pattern(one["element"]) for one in kinds if one["kind"] == "primitive-type"
        }

    def profile(self, url: str) -> Profile | None:
        """By canonical URL or the name of a type; None if it is not here, or has no snapshot."""
        if url not in self._profiles:
            structure = self.definitions.structure(url)
            profile = Profile(structure) if structure else None
            self._profiles[url] = profile if profile and profile.root else None
        return self._profiles[url]

    def core(self, path: str) -> Shape | None:
        """The element of R4's own definition: `Patient`, `Patient.contact`, `Period`."""
        profile = self.profile(path.partition(".")[0])
        return profile.by_id.get(path) if profile else None

    def properties(self, path: str) -> dict[str, Property]:
        """What may stand in an object that is defined at this path, by the name in JSON."""
        if path not in self._properties:
            shape = self.core(path)
            found: dict[str, Property] = {}
            for name, child in shape.children.items() if shape else ():
                for code in child.codes or [""]:
                    found[_json_name(name, code)] = Property(child, code, self._below(path, child, code))
            self._properties[path] = found
        return self._properties[path]

    def _below(self, path: str, child: Shape, code: str) -> str:
        if child.reference:
            return child.reference
        return f"{path}.{child.name}" if child.children else code

    def type_of_profile(self, url: str) -> str:
        """The type that a profile is of; empty if it is not known."""
        structure = self.definitions.structure(url)
        return str(structure["type"]) if structure else ""


def _json_name(name: str, code: str) -> str:
    return name.removesuffix("[x]") + code[:1].upper() + code[1:] if name.endswith("[x]") else name


def _pattern(elements: list[dict[str, object]]) -> str:
    """The regular expression of a primitive type; empty if it has none."""
    for element in elements:
        types = element.get("type")
        for one in types if isinstance(types, list) and str(element["path"]).endswith(".value") else ():
            return str(one.get("regex", ""))
    return ""


@lru_cache(8)
def library(definitions: Definitions) -> Library:
    """That of these definitions."""
    return Library(definitions)
