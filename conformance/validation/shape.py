"""A StructureDefinition as a tree: elements, below them elements and slices.

https://hl7.org/fhir/R4/elementdefinition.html · https://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Json = dict[str, Any]
SYSTEM = "http://hl7.org/fhirpath/System."


@dataclass(slots=True, eq=False)
class Shape:
    """One element of a definition. `name` ends in `[x]` for a choice; `slice` is empty if it is none."""

    element: Json
    name: str
    slice: str = ""
    children: dict[str, Shape] = field(default_factory=dict)
    slices: list[Shape] = field(default_factory=list)

    least: int = 0
    most: int | None = None  # None where there is no limit
    types: list[Json] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # the types by name
    _said: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        most = self.element.get("max", "*")
        self.least = int(self.element.get("min", 0))
        self.most = None if most == "*" else int(most)
        self.types = list(self.element.get("type", ()))
        self.codes = [code_of(one) for one in self.types]
        for name, value in self.element.items():
            for kind in ("fixed", "pattern", "minValue", "maxValue"):
                if name.startswith(kind):
                    self._said[kind] = value

    def said(self, kind: str) -> Any:
        """The value of `fixed[x]`, `pattern[x]`, `minValue[x]` or `maxValue[x]`; None if there is none."""
        return self._said.get(kind)

    @property
    def reference(self) -> str:
        """The id of the element whose content this one repeats; empty if none."""
        return str(self.element.get("contentReference", "")).rpartition("#")[2]

    def below(self) -> Iterator[Shape]:
        """Itself and all below it, slices included."""
        yield self
        for child in (*self.children.values(), *self.slices):
            yield from child.below()


class Profile:
    """A StructureDefinition; `root` is None where it has no snapshot."""

    def __init__(self, structure: Json) -> None:
        self.url: str = structure["url"]
        self.name: str = structure.get("name") or self.url
        self.type: str = structure["type"]
        self.is_core = structure.get("derivation") != "constraint"
        self._elements: list[Json] = structure.get("element", [])

    @cached_property
    def by_id(self) -> dict[str, Shape]:
        """Each element by its id; the first is the root."""
        found: dict[str, Shape] = {}
        for element in self._elements:
            above, _, last = element["id"].rpartition(".")
            name, _, slice = last.partition(":")
            shape = Shape(element, name, slice)
            found[element["id"]] = shape
            if not above:
                continue
            parent = found.get(above)
            if parent is None:
                continue
            if not slice:
                parent.children[name] = shape
            else:
                first, _, deeper = slice.rpartition("/")
                holder = found.get(f"{above}.{name}:{first}") if deeper and first else None
                (holder or parent.children.setdefault(name, Shape({}, name))).slices.append(shape)
        return found

    @property
    def root(self) -> Shape | None:
        return next(iter(self.by_id.values()), None)


def code_of(type: Json) -> str:
    """The name of a type; those of FHIRPath's own are strings here."""
    code = str(type.get("code", ""))
    return "string" if code.startswith(SYSTEM) else code
