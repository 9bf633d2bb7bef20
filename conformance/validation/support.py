"""Which of a profile's must-support elements resources fill.

https://hl7.org/fhir/R4/conformance-rules.html#mustSupport · https://hl7.org/fhir/us/core/must-support.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.spec.definitions import Definitions
from conformance.validation.library import Library, library
from conformance.validation.node import Node
from conformance.validation.references import Targets
from conformance.validation.shape import Shape
from conformance.validation.slicing import Slicer

ABSENT = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    }
)


@dataclass(frozen=True, slots=True)
class Element:
    """A must-support element: its id, with `→ Type` of a reference's target or `(type)` of a choice.
    `nodes` are those that fill it."""

    name: str
    nodes: tuple[Node, ...]


def must_support(node: Node, definitions: Definitions, url: str) -> list[Element]:
    """Every must-support element of a profile, with what a resource has for it."""
    known = library(definitions)
    profile = known.profile(url)
    if profile is None or profile.root is None:
        return []
    return list(_Walk(known, node).below(profile.root, [node], profile.type))


class _Walk:
    def __init__(self, known: Library, top: Node) -> None:
        self._known = known
        self._targets = Targets(top)
        self._slicer = Slicer(known, self._targets, lambda item, url: None)

    def below(self, shape: Shape, nodes: Sequence[Node], name: str) -> Iterator[Element]:
        for child in shape.children.values():
            items = [item for node in nodes for item in node.children.get(child.name, ())]
            yield from self._element(child, items, f"{name}.{child.name}")

    def _element(self, shape: Shape, items: Sequence[Node], name: str) -> Iterator[Element]:
        if shape.element.get("mustSupport"):
            yield Element(name, tuple(item for item in items if is_filled(item)))
            yield from self._types(shape, items, name)
        yield from self.below(shape, items, name)
        for slice in shape.slices:
            mine = [item for item in items if self._slicer.matches(item, shape, slice)]
            yield from self._element(slice, mine, f"{name}:{slice.slice}")

    def _types(self, shape: Shape, items: Iterable[Node], name: str) -> Iterator[Element]:
        """Of a choice and of a reference, those types and targets that are themselves must-support."""
        filled = [item for item in items if is_filled(item)]
        for code, type in zip(shape.codes, shape.types, strict=True):
            if type.get("mustSupport") and len(shape.codes) > 1 and not type.get("mustSupportTargets"):
                yield Element(f"{name} ({code})", tuple(one for one in filled if one.type == code))
            for url in type.get("mustSupportTargets", ()):
                target = self._known.type_of_profile(url)
                mine = [
                    one for one in filled if one.type == "Reference" and self._targets.type_of(one) == target
                ]
                yield Element(f"{name} → {target or url}", tuple(mine))


def is_filled(node: Node) -> bool:
    """Whether there is a value, and not merely a reason why there is none."""
    if node.value is None:
        return False
    if not isinstance(node.value, dict):
        return True
    if node.value.get("system") in ABSENT:
        return False
    coding = node.children.get("coding")
    if coding and "text" not in node.value:
        return any(is_filled(one) for one in coding)
    extensions = node.children.get("extension", [])
    absent = any(one.value.get("url") in ABSENT for one in extensions if isinstance(one.value, dict))
    return bool(node.value.keys() - {"id", "extension"}) or (bool(extensions) and not absent)
