"""The elements of a resource with their places, as FHIRPath sees them, so that they can be changed.

https://hl7.org/fhir/R4/fhirpath.html · https://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facade.rest.writing.patch.errors import DoesNotFit
from facade.spec import definitions
from facade.spec.definitions import Element

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where an element is: a property of `owner` (defined at `within`), in JSON's words, and its number in a
    list.

    A primitive has two JSON properties, `name` for its value and `_name` for what extends it.
    """

    owner: Json
    within: str
    index: int | None
    element: Element

    @property
    def name(self) -> str:
        return self.element.name

    @property
    def key(self) -> tuple[int, str, int | None]:
        return id(self.owner), self.name, self.index

    def read(self, name: str) -> Any:
        """What this property holds for this element: its value, or (`_name`) what extends it."""
        held = self.owner.get(name)
        if self.index is None:
            return held
        return held[self.index] if isinstance(held, list) and self.index < len(held) else None

    def extended(self) -> Json:
        """What extends a primitive; made if there is nothing yet."""
        found = self.read("_" + self.name)
        if not isinstance(found, dict):
            found = {}
            if self.index is None:
                self.owner["_" + self.name] = found
            else:
                companions = both(self.owner, self.name)[1]
                companions[self.index] = found
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An element or the resource itself (no `place`). `path` is where its elements are defined."""

    value: Any
    type: str
    path: str
    place: Place | None

    @property
    def primitive(self) -> bool:
        return definitions.is_primitive(self.type)

    def container(self) -> Json:
        """The JSON object that holds what is below this element."""
        if self.primitive and self.place is not None:
            return self.place.extended()
        held: Json = self.value
        return held

    def children(self, name: str) -> list[Node]:
        """The elements of that name, of a choice whatever its type.

        Raises DoesNotFit if R4 has none; but below a choice, another of its types may.
        """
        found = [one for one in definitions.elements(self.path).values() if name in (one.name, one.choice)]
        if not found or (found[0].choice is not None and found[0].choice != name):
            if self.place is not None and self.place.element.choice is not None:
                return []
            raise DoesNotFit("the path names an element that R4 does not have there")
        below = self._below()
        return [node for element in found for node in _of(below, self.path, element)] if below else []

    def _below(self) -> Json | None:
        if not self.primitive:
            return self.value if isinstance(self.value, dict) else None
        extended = self.place.read("_" + self.place.name) if self.place is not None else None
        return extended if isinstance(extended, dict) else None


def root(resource: Json) -> Node:
    """A resource, on its own."""
    return Node(resource, resource["resourceType"], resource["resourceType"], None)


def both(owner: Json, name: str) -> tuple[list[Any], list[Any]]:
    """The two lists of a repeating primitive, of one length and in their places."""
    values, companions = owner.setdefault(name, []), owner.setdefault("_" + name, [])
    longest = max(len(values), len(companions))
    values += [None] * (longest - len(values))
    companions += [None] * (longest - len(companions))
    return values, companions


def _of(owner: Json, within: str, element: Element) -> Iterator[Node]:
    primitive = definitions.is_primitive(element.type)
    value = owner.get(element.name)
    companion = owner.get("_" + element.name) if primitive else None
    if value is None and companion is None:
        return
    if element.max == 1:
        yield _node(value, Place(owner, within, None, element))
        return
    values = value if isinstance(value, list) else []
    companions = companion if isinstance(companion, list) else []
    for index in range(max(len(values), len(companions))):
        held = values[index] if index < len(values) else None
        yield _node(held, Place(owner, within, index, element))


def _node(value: Any, place: Place) -> Node:
    type, path = place.element.type, place.element.path
    if path == "Resource" and isinstance(value, dict):
        type = path = value.get("resourceType", path)
    elif definitions.is_primitive(type):
        path = "Element"
    return Node(value, type, path, place)
