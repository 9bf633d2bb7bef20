"""The children of an element, by FHIR's definitions: what XML needs and JSON shows by its brackets.

https://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from conformance.errors import Failed
from conformance.spec.definitions import Definitions

DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Child:
    """`path` is that of its own definition; `kind` is a type's name, `primitive` for all of those."""

    name: str
    path: str
    kind: str
    many: bool


class Elements:
    """Finds children by the path of their parent: `Patient`, `Patient.contact`, `HumanName`."""

    def __init__(self, definitions: Definitions) -> None:
        self.resource_types = definitions.resource_types
        self._definitions = definitions
        self.of = cache(self._of)

    def _of(self, path: str) -> dict[str, Child]:
        """In the order in which XML wants them; of a choice each type's. Raises Failed for no type."""
        structure = self._definitions.structure(path.partition(".")[0])
        if structure is None:
            raise Failed(f"there is no type {path.partition('.')[0]} in FHIR")
        found: dict[str, Child] = {}
        for one in structure["element"]:
            parent, _, name = one["path"].rpartition(".")
            if parent != path or "sliceName" in one:
                continue
            many = one.get("max") not in ("0", "1")
            if "contentReference" in one:
                found[name] = Child(name, one["contentReference"].rpartition("#")[2], "BackboneElement", many)
            for each in one.get("type", ()):
                code = each["code"]
                plain = name[:-3] + code[0].upper() + code[1:] if name.endswith("[x]") else name
                found[plain] = Child(plain, *self._typed(code, one["path"]), many)
        return found

    def _typed(self, code: str, path: str) -> tuple[str, str]:
        if code in ("xhtml", "Resource", "BackboneElement", "Element"):
            return path, code
        structure = self._definitions.structure(code)
        primitive = structure is not None and structure["kind"] == "primitive-type"
        return code, "primitive" if primitive or "/" in code else code
