"""A resource in XML, read as JSON.

https://hl7.org/fhir/R4/xml.html · https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree as ET

from conformance.errors import Failed
from conformance.xml.elements import DEEPEST, Child, Elements

Json = dict[str, Any]
FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"


def read_xml(body: bytes, elements: Elements) -> Json:
    """A resource as JSON, decimals as Decimal. Raises Failed; a DTD is refused, so nothing expands."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Failed("the XML has a DTD, which FHIR does not allow")
    try:
        root = ET.fromstring(body)  # noqa: S314 - without a DTD there are no entities
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Failed(f"this is not XML: {error}") from None
    return _resource(root, elements, 0)


def _resource(node: ET.Element, elements: Elements, depth: int) -> Json:
    namespace, type = _split(node.tag)
    if namespace != FHIR or type not in elements.resource_types:
        raise Failed(f"the XML is <{type}>, which is no resource of FHIR")
    return {"resourceType": type} | _complex(node, type, elements, depth)


def _complex(node: ET.Element, path: str, elements: Elements, depth: int) -> Json:
    if depth > DEEPEST:
        raise Failed("the XML is nested too deeply")
    found: Json = {name: node.attrib[name] for name in ("id", "url") if name in node.attrib}
    children = elements.of(path)
    for each in node:
        namespace, name = _split(each.tag)
        child = children.get(name)
        if child is None or namespace not in (FHIR, XHTML):
            raise Failed(f"the XML has <{name}> in {path}, where it is not defined")
        _put(found, child, *_value(each, child, elements, depth + 1))
    for child in children.values():
        if child.many and not any(each is not None for each in found.get(child.name, [""])):
            del found[child.name]  # only what stands beside it is there
    return found


def _put(found: Json, child: Child, value: Any, beside: Json | None) -> None:
    """One value; the list beside a list is as long, with nulls."""
    name = child.name
    if not child.many:
        found |= {key: each for key, each in ((name, value), (f"_{name}", beside)) if each is not None}
        return
    found.setdefault(name, []).append(value)
    if beside or f"_{name}" in found:
        others = found.setdefault(f"_{name}", [])
        others += [None] * (len(found[name]) - 1 - len(others)) + [beside]


def _value(node: ET.Element, child: Child, elements: Elements, depth: int) -> tuple[Any, Json | None]:
    """The value, and what stands beside a primitive one: its id and extensions."""
    if child.kind == "xhtml":
        return _narrative(node), None
    if child.kind == "Resource":
        if len(node) != 1:
            raise Failed(f"the XML has {len(node)} resources where one belongs")
        return _resource(node[0], elements, depth), None
    if child.kind == "primitive":
        beside = _complex(node, "Element", elements, depth)
        return _primitive(node.attrib.get("value"), child.path), beside or None
    return _complex(node, child.path, elements, depth), None


def _primitive(text: str | None, type: str) -> Any:
    if text is None:
        return None
    if type == "boolean":
        if text not in ("true", "false"):
            raise Failed(f"the XML has {text[:40]!r} where a boolean belongs")
        return text == "true"
    try:
        if type in ("integer", "positiveInt", "unsignedInt"):
            return int(text)
        return Decimal(text) if type == "decimal" else text
    except (ValueError, InvalidOperation):
        raise Failed(f"the XML has {text[:40]!r} where a number belongs") from None


def _narrative(node: ET.Element) -> str:
    for each in node.iter():
        each.tag = _split(each.tag)[1]
    node.set("xmlns", XHTML)
    node.tail = None
    return ET.tostring(node, encoding="unicode")


def _split(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace.lstrip("{"), name
