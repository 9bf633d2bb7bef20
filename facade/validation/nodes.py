"""The elements of a resource, each with what R4 says it is.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facade.spec import definitions
from facade.spec.definitions import Element

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One element of a resource.

    `value` is its JSON (None where only `companion`, the object of `_name`, says something). `location` is
    FHIRPath with indices. `path` is its type, or its backbone path; `stated` is the element's own path in the
    definition (`Patient.name`). `resource` is the resource that holds it; `root` the same, or of what is
    contained the resource that contains it; `top` what was given, which may be a Bundle around them. `holder`
    is the element above.
    """

    value: Any
    companion: Json | None
    location: str
    path: str
    stated: str
    resource: Json
    root: Json
    top: Json
    holder: Node | None = None

    @property
    def is_resource(self) -> bool:
        """Whether it is a resource: the one given, one contained, or one in a Bundle."""
        return isinstance(self.value, dict) and self.value.get("resourceType") == self.path


def root_node(resource: Json) -> Node:
    """The resource itself. Its type must be one of R4's."""
    name = resource["resourceType"]
    return Node(resource, None, name, name, name, resource, resource, resource)


def children(node: Node) -> Iterator[Node]:
    """The elements directly below one; what R4 does not define or has another form is left out."""
    if not isinstance(node.value, dict):
        if node.companion is not None:
            yield from _below(node.companion, "Element", node)
        return
    yield from _below(node.value, node.path, node)


def descend(node: Node) -> Iterator[Node]:
    """An element and all below it, in order."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(list(children(node))))


def _below(value: Json, path: str, parent: Node) -> Iterator[Node]:
    if not definitions.has_elements(path):
        return
    known = definitions.elements(path)
    for name, item in value.items():
        if not isinstance(name, str) or (name.startswith("_") and name[1:] in value):
            continue
        element = known.get(name.removeprefix("_"))
        if element is not None:
            companion = item if name.startswith("_") else value.get("_" + name)
            yield from _items(None if name.startswith("_") else item, companion, element, path, parent)


def _items(value: Any, companion: Any, element: Element, path: str, parent: Node) -> Iterator[Node]:
    label = f"{parent.location}.{element.choice or element.name}"
    stated = f"{path}.{element.choice + '[x]' if element.choice else element.name}"
    if element.max == 1:
        node = _node((value, companion), label, element, stated, parent)
        if node is not None:
            yield node
        return
    values = value if isinstance(value, list) else []
    companions = companion if isinstance(companion, list) else []
    for at in range(max(len(values), len(companions))):
        one = values[at] if at < len(values) else None
        other = companions[at] if at < len(companions) else None
        node = _node((one, other), f"{label}[{at}]", element, stated, parent)
        if node is not None:
            yield node


def _node(both: tuple[Any, Any], location: str, element: Element, stated: str, parent: Node) -> Node | None:
    value, companion = both[0], both[1] if isinstance(both[1], dict) else None
    if isinstance(value, list) or (value is None and companion is None):
        return None
    if isinstance(value, dict) == definitions.is_primitive(element.type) and value is not None:
        return None
    if element.path != "Resource":
        holders = (parent.resource, parent.root, parent.top)
        return Node(value, companion, location, element.path, stated, *holders, parent)
    name = value.get("resourceType")
    if not isinstance(name, str) or name not in definitions.resource_types():
        return None
    root = parent.root if stated.endswith(".contained") else value
    return Node(value, None, location, name, stated, value, root, parent.top, parent)
