"""A resource as FHIR XML: elements in the order of their definitions, decimals with their digits.

https://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from facade.spec import definitions
from facade.spec.xml.errors import NoXmlForm
from facade.spec.xml.narrative import div_text
from facade.spec.xml.shapes import FHIR, Kind, Shape, Slot, shape_of

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_SPECIAL = re.compile('[&<"\x00-\x1f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def to_xml(resource: Mapping[str, Any], *, pretty: bool = False) -> bytes:
    """A UTF-8 document. The order of names in the dict does not matter.

    Raises NoXmlForm, with the place, for what XML cannot hold: elements that R4 does not have, values of
    another type than theirs, control characters, a narrative that is not well formed.
    """
    writer = _Writer("\n" if pretty else "")
    try:
        writer.resource(resource, "", 0)
    except RecursionError:
        raise NoXmlForm("The resource is nested too deeply for XML.") from None
    return "".join((_HEAD, *writer.out, "\n" if pretty else "")).encode()


class _Writer:
    def __init__(self, line: str) -> None:
        self.out: list[str] = []
        self.line = line

    def indent(self, level: int) -> str:
        return self.line + "  " * level if self.line else ""

    def resource(self, value: Any, place: str, level: int) -> None:
        name = value.get("resourceType") if isinstance(value, Mapping) else None
        if not isinstance(name, str) or name not in definitions.resource_types():
            _refuse("This is no resource of FHIR R4.", place)
        self.object(value, shape_of(name), name, place or name, level)

    def object(self, value: Any, shape: Shape, tag: str, place: str, level: int, *, shown: str = "") -> None:
        """An element with all that is in it; `shown` is an attribute that goes after its id."""
        if not isinstance(value, Mapping):
            _refuse("An object is expected.", place)
        self.out.append(f"{self.indent(level)}<{tag}")
        if not level:
            self.out.append(f' xmlns="{FHIR}"')
        slots = self.attributes(value, shape, place)
        if not slots:
            self.out.append(shown + "/>")
            return
        self.out.append(shown + ">")
        for slot in slots:
            self.element(value, slot, f"{place}.{slot.label}", level + 1)
        self.out.append(f"{self.indent(level)}</{tag}>")

    def attributes(self, value: Mapping[str, Any], shape: Shape, place: str) -> list[Slot]:
        """Write the attributes; what is left are the elements, in FHIR's order, each once."""
        found: list[Slot] = []
        own: list[Slot] = []
        last, ordered = -1, True
        for name in value:
            slot = shape.slots.get(name)
            if slot is None:
                if name == "resourceType":
                    continue
                slot = shape.slots.get(name[1:]) if name[:1] == "_" else None
                if slot is None or slot.kind is not Kind.PRIMITIVE:
                    _refuse(f"R4 has no such element in {shape.path}.", place)
                if name[1:] in value:
                    continue
            if slot.kind is Kind.ATTRIBUTE:
                own.append(slot)
                continue
            ordered = ordered and slot.position > last
            last = slot.position
            found.append(slot)
        for slot in sorted(own, key=_position):
            self.out.append(f' {slot.name}="{_text(slot, value[slot.name], place)}"')
        if not ordered:
            found.sort(key=_position)
        return found

    def element(self, parent: Mapping[str, Any], slot: Slot, place: str, level: int) -> None:
        value, companion = parent.get(slot.name), parent.get("_" + slot.name)
        if not slot.many:
            self.one(value, companion, slot, place, level)
            return
        values = _array(value, place)
        companions = _array(companion, place)
        for index in range(max(len(values), len(companions))):
            one = values[index] if index < len(values) else None
            other = companions[index] if index < len(companions) else None
            self.one(one, other, slot, f"{place}[{index}]", level)

    def one(self, value: Any, companion: Any, slot: Slot, place: str, level: int) -> None:
        indent, name = self.indent(level), slot.name
        if slot.kind is Kind.OBJECT and slot.below is not None:
            self.object(value, shape_of(slot.below), name, place, level)
        elif slot.kind is Kind.RESOURCE:
            self.out.append(f"{indent}<{name}>")
            self.resource(value, place, level + 1)
            self.out.append(f"{indent}</{name}>")
        elif slot.kind is Kind.XHTML:
            div = div_text(value) if isinstance(value, str) else None
            if div is None:
                _refuse("The narrative is not a well formed div.", place)
            self.out.append(indent + div)
        elif companion is None:
            self.out.append(f'{indent}<{name} value="{_text(slot, value, place)}"/>')
        else:
            shown = "" if value is None else f' value="{_text(slot, value, place)}"'
            self.object(companion, shape_of("Element"), name, place, level, shown=shown)


def _position(slot: Slot) -> int:
    return slot.position


def _array(value: Any, place: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        _refuse("An array is expected.", place)
    return value


def _text(slot: Slot, value: Any, place: str) -> str:
    """A primitive as the text of an attribute."""
    if value.__class__ not in slot.classes:
        _refuse(f"A {slot.fhir_type} is expected.", place)
    if value.__class__ is bool:
        return "true" if value else "false"
    text = str(value)
    return _SPECIAL.sub(lambda match: _escape(match[0], place), text) if _SPECIAL.search(text) else text


def _escape(character: str, place: str) -> str:
    found = _ESCAPES.get(character)
    if found is None:
        _refuse("XML cannot hold a control character that is here.", place)
    return found


def _refuse(text: str, place: str) -> NoReturn:
    raise NoXmlForm(f"There is no XML form of this resource. {text}", expression=place or None)
