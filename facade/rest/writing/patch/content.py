"""What a FHIRPath Patch brings: the content of its `value`, made to fit the element that it is for.

https://hl7.org/fhir/R4/fhirpatch.html · https://hl7.org/fhir/R4/parameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from facade.rest.writing.patch.errors import DoesNotFit
from facade.rest.writing.patch.nodes import Json, both
from facade.spec import definitions
from facade.spec.definitions import Element

_PARAMETER = "Parameters.parameter"
_WHOLE_NUMBERS = frozenset({"integer", "positiveInt", "unsignedInt"})
_OWN_FORM = _WHOLE_NUMBERS | {"boolean", "decimal"}  # primitives that are no strings in JSON

_NOTHING: tuple[Any, ...] = (None, {}, [])


@dataclass(frozen=True, slots=True)
class Content:
    """A value of a FHIR type with what extends it; or, of `type` None, the named parts of an element that has
    no type of its own."""

    type: str | None
    value: Any
    companion: Any = None


def content_of(parameter: Mapping[str, Any]) -> Content:
    """The content of a parameter: its value[x], resource or parts. Raises DoesNotFit but for one of these."""
    found: list[Content] = []
    for element in definitions.elements(_PARAMETER).values():
        value = parameter.get(element.name)
        companion = parameter.get("_" + element.name) if element.choice == "value" else None
        if element.choice == "value" and (value is not None or companion is not None):
            found.append(Content(element.type, value, companion))
    if isinstance(resource := parameter.get("resource"), Mapping):
        found.append(Content("Resource", resource))
    if isinstance(parts := parameter.get("part"), list):
        found.append(Content(None, parts))
    if len(found) != 1:
        raise DoesNotFit("its value is not one value[x], resource or list of parts")
    return found[0]


def add_content(owner: Json, path: str, name: str, content: Content) -> None:
    """Put content under this name into an object whose elements are defined at `path`; last in a list."""
    element = fitting(path, name, content)
    value, companion = made(element, content)
    if element.max == 1:
        rivals = [one for one in definitions.elements(path).values() if _same_element(one, element)]
        if any(owner.get(name) not in _NOTHING for one in rivals for name in (one.name, "_" + one.name)):
            raise DoesNotFit("there is such an element already, and there may be only one")
        set_single(owner, element, value, companion)
    else:
        insert_item(owner, element, None, value, companion)


def fitting(path: str, name: str, content: Content) -> Element:
    """The element of that name that takes this content, of a choice by its type. Raises DoesNotFit."""
    plain = name.removesuffix("[x]")
    named = [one for one in definitions.elements(path).values() if plain == (one.choice or one.name)]
    if not named:
        raise DoesNotFit("R4 has no element of the given name there")
    for element in named:
        if _fits(element, content, exactly=len(named) > 1):
            return element
    kinds = " or ".join(element.type for element in named) if len(named) <= 5 else "another type"
    raise DoesNotFit(f"its value is of the wrong type; {kinds} is wanted")


def _fits(element: Element, content: Content, *, exactly: bool) -> bool:
    if content.type is None:
        return not exactly and element.path != "Resource" and definitions.has_elements(element.path)
    if content.type == element.type:
        return True
    if exactly or element.path != element.type:
        return False
    if definitions.is_primitive(element.type) and definitions.is_primitive(content.type):
        if element.type in _OWN_FORM or content.type in _OWN_FORM:
            wide = element.type == "decimal" or element.type in _WHOLE_NUMBERS
            return wide and content.type in _WHOLE_NUMBERS
        return True
    return content.type in definitions.ancestors(element.type) or element.type in definitions.ancestors(
        content.type
    )


def made(element: Element, content: Content) -> tuple[Any, Any]:
    """The content as JSON for this element: its value, and what extends it."""
    if content.type is not None:
        return deepcopy(content.value), deepcopy(content.companion)
    value: Json = {}
    for part in content.value:
        name = part.get("name") if isinstance(part, Mapping) else None
        if not isinstance(name, str):
            raise DoesNotFit("a part of its value has no name")
        add_content(value, element.path, name, content_of(part))
    return value, None


def set_single(owner: Json, element: Element, value: Any, companion: Any) -> None:
    """Put an element where none is."""
    if value is not None:
        owner[element.name] = value
    if companion is not None:
        owner["_" + element.name] = companion


def insert_item(owner: Json, element: Element, index: int | None, value: Any, companion: Any) -> None:
    """Put an item into a list, before `index` or at the end."""
    if definitions.is_primitive(element.type) and (companion is not None or "_" + element.name in owner):
        values, companions = both(owner, element.name)
        companions.insert(len(companions) if index is None else index, companion)
    else:
        values = owner.setdefault(element.name, [])
    values.insert(len(values) if index is None else index, value)


def remove_single(owner: Json, element: Element) -> None:
    """Take an element away, with what extends it."""
    owner.pop(element.name, None)
    owner.pop("_" + element.name, None)


def remove_item(owner: Json, element: Element, index: int) -> tuple[Any, Any]:
    """Take an item out of a list; gives what it was."""
    companion = None
    if definitions.is_primitive(element.type) and "_" + element.name in owner:
        companion = both(owner, element.name)[1].pop(index)
    value = owner[element.name].pop(index)
    if not owner[element.name]:
        remove_single(owner, element)
    return value, companion


def prune(owner: Json) -> None:
    """Forget elements without content, below too: in FHIR there are none."""
    for value in list(owner.values()):
        if isinstance(value, dict):
            prune(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    prune(item)
    for name in [name for name, value in owner.items() if isinstance(value, list) and name[0] != "_"]:
        if not all(isinstance(item, dict) for item in owner[name]) or "_" + name in owner:
            values, companions = both(owner, name)
            kept = [at for at in range(len(values)) if values[at] is not None or companions[at]]
            owner[name] = [values[at] for at in kept]
            owner["_" + name] = [companions[at] or None for at in kept]
        else:
            owner[name] = [item for item in owner[name] if item]
    for name, value in list(owner.items()):
        if value in _NOTHING or (isinstance(value, list) and all(item is None for item in value)):
            del owner[name]


def _same_element(one: Element, other: Element) -> bool:
    return one.name == other.name or (one.choice is not None and one.choice == other.choice)
