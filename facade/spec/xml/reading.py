"""FHIR XML to a resource as a dict: what is not FHIR is refused where it stands, and nothing is resolved.

https://hl7.org/fhir/R4/xml.html · https://hl7.org/fhir/R4/security.html#http

expat reads; it is told of no entity, because a document type is refused as soon as it begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from facade.spec import definitions
from facade.spec.numbers import read_number
from facade.spec.xml.errors import NotFhirXml
from facade.spec.xml.narrative import Div
from facade.spec.xml.shapes import FHIR, MAX_DEPTH, XHTML, Kind, Shape, Slot, shape_of

MAX_BYTES = 64 * 1024 * 1024
_XSI = "http://www.w3.org/2001/XMLSchema-instance "
_NAME = re.compile(r"\w{1,64}", re.ASCII)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def from_xml(data: bytes) -> dict[str, Any]:
    """The resource in a UTF-8 document; elements come in FHIR's order, decimals with their digits.

    Raises NotFhirXml: for what is not well formed (with line and column), a document type, processing
    instructions, other encodings and namespaces, elements unknown or out of order, text between elements,
    and depth. Formats of strings, cardinality from below and the like are for facade.spec.check.
    """
    if len(data) > MAX_BYTES:
        raise NotFhirXml(f"The XML is longer than {MAX_BYTES} bytes.")
    reader = _Reader(data)
    parser = reader.parser
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        if not data.strip():
            raise NotFhirXml("The body is empty.") from None
        text = f"The XML is not well formed. Look at line {error.lineno}, column {error.offset + 1}."
        raise NotFhirXml(text) from None
    return reader.resource


@dataclass(slots=True)
class _Part:
    """All elements of one name within another, which stand together."""

    slot: Slot
    values: list[Any]
    companions: list[dict[str, Any] | None]


@dataclass(slots=True)
class _Open:
    """An element not closed yet. `slot` is its own (None for a resource), `shape` what it may hold."""

    slot: Slot | None
    shape: Shape | None
    depth: int
    index: int = 0
    type: str | None = None
    value: Any = None
    last: Slot | None = None
    parts: list[_Part] = field(default_factory=list)

    def object(self) -> dict[str, Any]:
        """What it holds, in FHIR's order, as JSON would have it."""
        parts = self.parts
        if self.shape is not None and self.shape.path == "Extension":
            parts = sorted(parts, key=lambda part: part.slot.position)  # url, an attribute, has its place
        found: dict[str, Any] = {} if self.type is None else {"resourceType": self.type}
        for part in parts:
            slot = part.slot
            if not slot.many:
                if part.values[0] is not None:
                    found[slot.name] = part.values[0]
                if part.companions and part.companions[0] is not None:
                    found["_" + slot.name] = part.companions[0]
                continue
            if any(value is not None for value in part.values):
                found[slot.name] = part.values
            if any(companion is not None for companion in part.companions):
                found["_" + slot.name] = part.companions
        return found


class _Reader:
    """Follows the parser through one document, with the elements that are open."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.resource: dict[str, Any] = {}
        self.open: list[_Open] = []
        self.div: Div | None = None
        parser = expat.ParserCreate("UTF-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.XmlDeclHandler = self.declaration
        parser.StartDoctypeDeclHandler = self.doctype
        parser.ProcessingInstructionHandler = self.instruction
        parser.StartNamespaceDeclHandler = self.namespace
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        self.parser = parser
        self.names: dict[str, tuple[str, str, str]] = {}
        self.declared: list[tuple[str | None, str]] = []

    def refuse(self, text: str, slot: Slot | None = None) -> NoReturn:
        """Name the place: the innermost open element, or one that would be in it."""
        place = self.place(slot)
        raise NotFhirXml(f"{text} Look at line {self.parser.CurrentLineNumber}.", expression=place or None)

    def place(self, slot: Slot | None = None) -> str:
        steps = []
        for one in self.open:
            if one.slot is not None:
                steps.append(f"{one.slot.label}[{one.index}]" if one.slot.many else one.slot.label)
            elif not steps and one.type is not None:
                steps.append(one.type)
        return ".".join([*steps, slot.label] if slot is not None else steps)

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            self.refuse("FHIR XML is encoded in UTF-8.")

    def doctype(self, *_: object) -> NoReturn:
        self.refuse("XML with a document type (DOCTYPE) is refused.")

    def instruction(self, target: str, data: str) -> NoReturn:
        self.refuse("XML with processing instructions is refused.")

    def namespace(self, prefix: str | None, uri: str) -> None:
        self.declared.append((prefix, uri))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        declared = self.declared
        if declared:
            self.declared = []
        space, name, prefix = self.names.get(tag) or self.named(tag)
        if self.div is not None:
            if space != XHTML or not self.div.start(name, prefix, attributes):
                self.refuse("A narrative holds XHTML only, and is not nested too deeply.")
            return
        parent = self.open[-1] if self.open else None
        if space == XHTML and parent is not None and parent.shape is not None and name in parent.shape.slots:
            slot = self.entered(parent, name)
            if slot.kind is Kind.XHTML:
                self.open.append(_Open(slot, None, parent.depth))
                alone = not prefix and (None, XHTML) in declared
                self.div = Div(self.data, self.parser.CurrentByteIndex, alone)
                if not self.div.start(name, prefix, attributes):
                    self.refuse("A narrative holds XHTML only.")
                return
        if space != FHIR:
            self.refuse(f"An element is in another namespace than {FHIR}.")
        if parent is None or parent.shape is None:
            self.open_resource(parent, name, attributes)
        else:
            self.open_element(parent, self.entered(parent, name), attributes)

    def named(self, tag: str) -> tuple[str, str, str]:
        """The namespace, local name and prefix in a name as expat gives it."""
        space, _, rest = tag.partition(" ")
        name, _, prefix = rest.partition(" ")
        self.names[tag] = found = (space, name, prefix)
        return found

    def open_resource(self, holder: _Open | None, name: str, attributes: dict[str, str]) -> None:
        if holder is not None and (holder.slot is None or holder.slot.kind is not Kind.RESOURCE):
            self.refuse("An element stands where none may be.")
        if holder is not None and holder.value is not None:
            self.refuse("There is more than one resource.")
        if name not in definitions.resource_types():
            self.refuse(f"{_shown(name)} is not a resource type of FHIR R4.")
        opened = _Open(None, shape_of(name), 1 if holder is None else holder.depth + 1, type=name)
        self.open.append(opened)
        for attribute in attributes:
            if holder is not None or not attribute.startswith(_XSI):  # schemas are for editors
                self.refuse(f"{name} has no attribute {_shown(attribute)}.")
        self.check_depth(opened)

    def check_depth(self, opened: _Open) -> None:
        if opened.depth > MAX_DEPTH:
            text = f"The XML is nested too deeply: more than {MAX_DEPTH} elements are in one another."
            raise NotFhirXml(text, expression=".".join(self.place().split(".")[:4]))

    def entered(self, parent: _Open, name: str) -> Slot:
        """The slot of a new element, if it may stand there."""
        assert parent.shape is not None
        slot = parent.shape.slots.get(name)
        if slot is None or slot.kind is Kind.ATTRIBUTE:
            self.refuse(f"{parent.shape.path} has no element {_shown(name)}.")
        last = parent.last
        if last is not None and last.position >= slot.position:
            if last.position > slot.position:
                self.refuse(f"{name} must stand before {last.name}.", slot)
            if last is not slot:
                self.refuse(f"{slot.label}[x] may have one type only.", slot)
            if not slot.many:
                self.refuse(f"{name} may stand only once.", slot)
        parent.last = slot
        return slot

    def open_element(self, parent: _Open, slot: Slot, attributes: dict[str, str]) -> None:
        parts = parent.parts
        if not parts or parts[-1].slot is not slot:
            parts.append(_Part(slot, [], []))
        depth = parent.depth + (slot.kind is not Kind.RESOURCE)
        shape = None if slot.below is None else shape_of(slot.below)
        opened = _Open(slot, shape, depth, len(parts[-1].values))
        self.open.append(opened)
        if slot.kind is Kind.XHTML:
            self.refuse(f'A narrative\'s div must have xmlns="{XHTML}".')
        if slot.kind is Kind.OBJECT:
            self.check_depth(opened)
        for attribute, text in attributes.items():
            if slot.kind is Kind.PRIMITIVE and attribute == "value":
                opened.value = self.value(slot, text)
                continue
            own = None if opened.shape is None else opened.shape.slots.get(attribute)
            if own is None or own.kind is not Kind.ATTRIBUTE:
                self.refuse(f"{slot.name} has no attribute {_shown(attribute)}.")
            opened.parts.append(_Part(own, [text], []))
        if len(opened.parts) > 1:
            opened.parts.sort(key=lambda one: one.slot.position)

    def value(self, slot: Slot, text: str) -> Any:
        if slot.classes == (str,):
            return text
        if slot.classes == (bool,):
            if text not in ("true", "false"):
                self.refuse(f"{slot.name} is true or false.")
            return text == "true"
        if not (_WHOLE if slot.classes == (int,) else _DECIMAL).fullmatch(text):
            self.refuse(f"{slot.name} is of the type {slot.fhir_type}; this is not one.")
        number = read_number(text)
        if number is None:
            self.refuse(f"{slot.name} is a number beyond all measure.")
        return number

    def end(self, tag: str) -> None:
        if self.div is not None:
            if not self.div.end(tag.split(" ")[1], self.parser.CurrentByteIndex):
                return
            closed = self.open.pop()
            assert closed.slot is not None
            self.open[-1].parts.append(_Part(closed.slot, [self.div.text()], [None]))
            self.div = None
            return
        closed = self.open[-1]
        slot = closed.slot
        if slot is None:
            self.open.pop()
            if self.open:
                self.open[-1].value = closed.object()
            else:
                self.resource = closed.object()
            return
        if closed.value is None and not closed.parts:
            self.refuse(f"{slot.name} is empty: it has neither a value nor content.")
        self.open.pop()
        part = self.open[-1].parts[-1]
        if slot.kind is Kind.PRIMITIVE:
            part.values.append(closed.value)
            part.companions.append(closed.object() if closed.parts else None)
        else:
            part.values.append(closed.value if slot.kind is Kind.RESOURCE else closed.object())

    def text(self, text: str) -> None:
        if self.div is not None:
            self.div.characters(text)
        elif not text.isspace():
            self.refuse("There is text between elements; a value is in the attribute `value`.")


def _shown(name: str) -> str:
    """A name that may be repeated in a message; one that is no name is not."""
    return name if _NAME.fullmatch(name) else "of this name"
