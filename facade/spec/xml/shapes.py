"""What an XML element may hold, by the definition of its type: one table for the writer and the reader.

https://hl7.org/fhir/R4/xml.html#1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache

from facade.spec import definitions

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
MAX_DEPTH = 64  # objects in one another, and elements in one another in a narrative

_CLASSES: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "positiveInt": (int,),
    "unsignedInt": (int,),
    "decimal": (int, Decimal),
}


class Kind(Enum):
    """How the content of an element is written."""

    PRIMITIVE = "a value, and perhaps an id and extensions"
    OBJECT = "elements of its own"
    RESOURCE = "one resource"
    XHTML = "a div of XHTML"
    ATTRIBUTE = "no element, but an attribute of the one above"


@dataclass(frozen=True, slots=True)
class Slot:
    """One element within another. Those of one choice share a `position`; `label` is its FHIRPath name.

    `below` is the type or path of what may be in it, None for a resource or XHTML; `classes` are those of a
    primitive's value in a dict.
    """

    name: str
    label: str
    position: int
    kind: Kind
    fhir_type: str
    below: str | None
    many: bool
    classes: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The slots of a type or backbone path, in FHIR's order, by name."""

    path: str
    slots: Mapping[str, Slot]


@cache
def shape_of(path: str) -> Shape:
    """The shape of a resource, a complex type, a backbone path, or Element (around a primitive's value)."""
    in_resource = path in definitions.resource_types()
    positions: dict[str, int] = {}
    slots = {}
    for element in definitions.elements(path).values():
        group = element.choice or element.name
        position = positions.setdefault(group, len(positions))
        attribute = (element.name == "id" and not in_resource) or (path, element.name) == ("Extension", "url")
        kind = Kind.ATTRIBUTE if attribute else _kind(element.type)
        slots[element.name] = Slot(
            name=element.name,
            label=group,
            position=position,
            kind=kind,
            fhir_type=element.type,
            below={Kind.PRIMITIVE: "Element", Kind.OBJECT: element.path}.get(kind),
            many=element.max is None,
            classes=_CLASSES.get(element.type, (str,)),
        )
    return Shape(path, slots)


def _kind(type: str) -> Kind:
    if type == "Resource":
        return Kind.RESOURCE
    if type == "xhtml":
        return Kind.XHTML
    return Kind.PRIMITIVE if definitions.is_primitive(type) else Kind.OBJECT
