"""Reads a resource's JSON by R4's definitions: unknown names, arrays and objects, formats of primitives.

https://hl7.org/fhir/R4/json.html

What is malformed is told and left out; what could be read is a tree of nodes, to hold the rules against.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.validation.library import Library, Property
from conformance.validation.node import Json, Node
from conformance.validation.primitives import fault
from conformance.validation.problem import Problem

_NUMBER = (int, Decimal)
_JSON: dict[str, type | tuple[type, ...]] = {
    "boolean": bool,
    "integer": _NUMBER,
    "decimal": _NUMBER,
    "positiveInt": _NUMBER,
    "unsignedInt": _NUMBER,
}  # of the primitives that are no strings
_DEPTH = 80  # objects in objects, after which a resource is not read further


class Reader:
    """Reads one resource; `problems` are what it found.

    `misshapen`: some known element is no array, object, string, number or boolean where it should be.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.problems: list[Problem] = []
        self.misshapen = False
        self._depth = 0

    def resource(
        self, value: Any, place: str = "", parent: Node | None = None, *, contained: bool = False
    ) -> Node | None:
        """The tree of a resource; None if it is none that can be read."""
        if not isinstance(value, dict):
            self._tell(place or "the resource", "is not an object")
            return None
        type = value.get("resourceType")
        if not isinstance(type, str) or type not in self._library.definitions.resource_types:
            shown = (
                f"the resourceType {type!r} is not one of R4's"
                if isinstance(type, str)
                else "there is no resourceType"
            )
            self._tell(place or "the resource", shown)
            return None
        node = Node(place or type, type, type, value, parent=parent)
        node.resource = node
        node.root = parent.root if contained and parent else node
        if value.keys() == {"resourceType"}:
            self._tell(node.place, "has nothing in it")
        self._object(node, value)
        return node

    def _object(self, node: Node, value: Json) -> None:
        self._depth += 1
        if self._depth > _DEPTH:
            self._tell(node.place, f"is nested more than {_DEPTH} deep; not looked at", "unjudged")
        else:
            known = self._library.properties(node.path)
            for name in value:
                if name != "resourceType" or not node.is_resource:
                    self._name(node, value, name, known)
            self._one_of_choice(node)
        self._depth -= 1

    def _name(self, node: Node, value: Json, name: str, known: dict[str, Property]) -> None:
        plain = name.removeprefix("_")
        property = known.get(plain)
        place = f"{node.place}.{plain}"
        if property is None:
            self._tell(node.place, f"there is no element {name!r} in {node.path}")
        elif name == plain:
            self._values(node, property, place, value[name], value.get("_" + name))
        elif property.type not in self._library.primitives:
            self._tell(node.place, f"{name!r} stands beside {plain}, which is no primitive")
        elif plain not in value:
            self._values(node, property, place, None, value[name], alone=True)

    def _values(
        self, node: Node, property: Property, place: str, value: Any, beside: Any, *, alone: bool = False
    ) -> None:
        if not property.many:
            if isinstance(value, list) or isinstance(beside, list):
                self._bent(place, "is an array, where one value belongs")
            else:
                self._item(node, property, place, value, beside)
            return
        for side in ([] if alone else [value]) + ([] if beside is None else [beside]):
            if not isinstance(side, list):
                self._bent(place, "is not an array, where many values may stand")
                return
            if not side:
                self._tell(place, "is an empty array")
                return
        values, besides = ([] if alone else value), (beside or [])
        if values and besides and len(values) != len(besides):
            self._tell(place, f"has {len(values)} values and {len(besides)} beside them")
        for at in range(max(len(values), len(besides))):
            one = values[at] if at < len(values) else None
            other = besides[at] if at < len(besides) else None
            self._item(node, property, f"{place}[{at}]", one, other)

    def _item(self, node: Node, property: Property, place: str, value: Any, beside: Any) -> None:
        primitive = property.type in self._library.primitives
        if value is None and beside is None:
            self._bent(place, "is null")
            return
        if property.type == "Resource":
            child = self.resource(value, place, node, contained=property.shape.name == "contained")
        elif primitive:
            child = self._primitive(node, property, place, value, beside)
        else:
            child = self._complex(node, property, place, value)
        if child is not None:
            node.children.setdefault(property.shape.name, []).append(child)

    def _complex(self, node: Node, property: Property, place: str, value: Any) -> Node | None:
        if not isinstance(value, dict):
            self._bent(place, f"is not an object, as {property.type or property.path} is")
            return None
        if not value:
            self._tell(place, "is an empty object")
            return None
        child = Node(place, property.type, property.path, value, None, node.resource, node.root, node)
        self._object(child, value)
        return child

    def _primitive(self, node: Node, property: Property, place: str, value: Any, beside: Any) -> Node | None:
        type = "id" if node.is_resource and property.shape.name == "id" else property.type
        if value is not None:
            wrong = fault(value, type, self._library.primitives[type])
            if wrong:
                self._tell(place, wrong, key="format")
                self.misshapen |= not isinstance(value, _JSON.get(type, str))
                if isinstance(value, dict | list):
                    return None
        if beside is not None and (not isinstance(beside, dict) or not beside):
            self._bent(place, "has beside it what is no object with an id or extensions")
            beside = None
        if value is None and beside is None:
            return None
        child = Node(place, type, type, value, beside, node.resource, node.root, node)
        if beside is not None:
            child.path = "Element"
            self._object(child, beside)
            child.path = type
        return child

    def _one_of_choice(self, node: Node) -> None:
        for name, items in node.children.items():
            if name.endswith("[x]") and len({item.type for item in items}) > 1:
                self._tell(node.place, f"has more than one {name}")

    def _bent(self, place: str, text: str) -> None:
        self.misshapen = True
        self._tell(place, text)

    def _tell(self, place: str, text: str, severity: str = "error", key: str = "structure") -> None:
        self.problems.append(Problem("unjudged" if severity == "unjudged" else "error", place, text, key))
