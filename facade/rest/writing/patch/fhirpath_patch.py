"""FHIRPath Patch on a resource: operations in a Parameters resource.

https://hl7.org/fhir/R4/fhirpatch.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from facade.rest.writing.patch import content as contents
from facade.rest.writing.patch.content import Content, content_of
from facade.rest.writing.patch.errors import MAX_OPERATIONS, BadPatch, DoesNotFit, PatchRefused
from facade.rest.writing.patch.nodes import Node, Place, root
from facade.rest.writing.patch.paths import find

Parts = dict[str, Any]

_NEEDS = {
    "add": ("path", "name", "value"),
    "insert": ("path", "index", "value"),
    "delete": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "source", "destination"),
}
_FORMS: dict[str, tuple[tuple[str, ...], type]] = {
    "type": (("valueCode", "valueString"), str),
    "path": (("valueString",), str),
    "name": (("valueString",), str),
    "index": (("valueInteger",), int),
    "source": (("valueInteger",), int),
    "destination": (("valueInteger",), int),
}
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'?")
_LONGEST = 120  # characters of a path that a message shows


def apply_fhirpath_patch(resource: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The resource with the operations applied in order, all or none; `resource` is left as it is.

    What is left without content goes. Whether the result is a valid resource is not looked at. Raises
    BadPatch for operations that are none, PatchRefused for those that do not fit the resource; both name the
    operation, counted from 1, and its place (without the values in its path).
    """
    if parameters.get("resourceType") != "Parameters":
        raise BadPatch("A FHIRPath Patch is a Parameters resource.", expression="Parameters")
    operations = parameters.get("parameter", [])
    if not isinstance(operations, list):
        raise BadPatch("The parameters are not a list.", expression="Parameters.parameter")
    if len(operations) > MAX_OPERATIONS:
        raise BadPatch(f"A patch has at most {MAX_OPERATIONS} operations.", expression="Parameters.parameter")
    patched: dict[str, Any] = deepcopy(dict(resource))
    for number, operation in enumerate(operations, 1):
        place = f"Parameters.parameter[{number - 1}]"
        try:
            parts = _read(operation)
        except DoesNotFit as reason:
            raise BadPatch(f"Operation {number}: {reason}.", expression=place) from None
        kind, path = parts["type"], parts["path"]
        try:
            _APPLY[kind](find(root(patched), path), parts)
        except DoesNotFit as reason:
            text = f"Operation {number} ({kind} at {_show(path)}): {reason}."
            raise PatchRefused(text, expression=place) from None
    contents.prune(patched)
    return patched


def _read(operation: Any) -> Parts:
    """The parts of an operation by name, with their plain values; `value` is the Content."""
    if not isinstance(operation, Mapping) or operation.get("name") != "operation":
        raise DoesNotFit("a parameter of a patch has the name operation")
    parts: Parts = {}
    given = operation.get("part", [])
    if not isinstance(given, list):
        raise DoesNotFit("its parts are not a list")
    for part in given:
        name = part.get("name") if isinstance(part, Mapping) else None
        if not isinstance(name, str) or (name not in _FORMS and name != "value"):
            raise DoesNotFit(f"its parts are {', '.join(_FORMS)} and value")
        if name in parts:
            raise DoesNotFit(f"it has its {name} twice")
        parts[name] = content_of(part) if name == "value" else _plain(part, name)
    kind = parts.get("type")
    if kind not in _NEEDS:
        raise DoesNotFit(f"its type is none of {', '.join(_NEEDS)}")
    for name in _NEEDS[kind]:
        if name not in parts:
            raise DoesNotFit(f"it has no {name}, which {kind} needs")
    return parts


def _plain(part: Mapping[str, Any], name: str) -> Any:
    properties, form = _FORMS[name]
    for one in properties:
        value = part.get(one)
        if isinstance(value, form) and not isinstance(value, bool):
            return value
    raise DoesNotFit(f"its {name} is no {properties[0]}")


def _show(path: str) -> str:
    """A path for a message; what it compares with may be a patient's, and is left out."""
    shown = _QUOTED.sub("'…'", path)
    return shown if len(shown) <= _LONGEST and shown.isprintable() else "a path too long to show"


def _one(found: list[Node]) -> Node:
    if not found:
        raise DoesNotFit("nothing is found there")
    if len(found) > 1:
        raise DoesNotFit(f"{len(found)} elements are found there, and one is wanted")
    return found[0]


def _placed(node: Node) -> Place:
    if node.place is None:
        raise DoesNotFit("that is the whole resource")
    return node.place


def _whole_list(found: list[Node]) -> tuple[Place, int]:
    """The place of the first item of a list, if the path found that list and all of it; and its length."""
    if not found:
        raise DoesNotFit("nothing is found there")
    place = _placed(found[0])
    values, companions = place.owner.get(place.name) or [], place.owner.get("_" + place.name) or []
    alike = all(one.place is not None and one.place.key[:2] == place.key[:2] for one in found)
    if place.index is None or not alike or len(found) != max(len(values), len(companions)):
        raise DoesNotFit("that is not one whole list")
    return place, len(found)


def _within(index: int, most: int, name: str) -> int:
    if not 0 <= index <= most:
        raise DoesNotFit(f"its {name} is not from 0 to {most}")
    return index


def _add(found: list[Node], parts: Parts) -> None:
    node = _one(found)
    contents.add_content(node.container(), node.path, parts["name"], parts["value"])


def _insert(found: list[Node], parts: Parts) -> None:
    place, length = _whole_list(found)
    index = _within(parts["index"], length, "index")
    value, companion = contents.made(_fitted(place, parts["value"]).element, parts["value"])
    contents.insert_item(place.owner, place.element, index, value, companion)


def _delete(found: list[Node], parts: Parts) -> None:
    if not found:
        return
    place = _placed(_one(found))
    if place.index is None:
        contents.remove_single(place.owner, place.element)
    else:
        contents.remove_item(place.owner, place.element, place.index)


def _replace(found: list[Node], parts: Parts) -> None:
    place = _placed(_one(found))
    fitted = _fitted(place, parts["value"])
    value, companion = contents.made(fitted.element, parts["value"])
    if place.index is None:
        contents.remove_single(place.owner, place.element)
        contents.set_single(place.owner, fitted.element, value, companion)
    else:
        contents.remove_item(place.owner, place.element, place.index)
        contents.insert_item(place.owner, place.element, place.index, value, companion)


def _move(found: list[Node], parts: Parts) -> None:
    place, length = _whole_list(found)
    source = _within(parts["source"], length - 1, "source")
    destination = _within(parts["destination"], length - 1, "destination")
    value, companion = contents.remove_item(place.owner, place.element, source)
    contents.insert_item(place.owner, place.element, destination, value, companion)


def _fitted(place: Place, content: Content) -> Place:
    """The place with the element that takes this content: of a choice, perhaps another than is there."""
    element = contents.fitting(place.within, place.element.choice or place.name, content)
    return Place(place.owner, place.within, place.index, element)


_APPLY: dict[str, Callable[[list[Node], Parts], None]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}
