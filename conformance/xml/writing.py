"""A resource written as XML.

https://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from conformance.errors import Failed
from conformance.xml.elements import DEEPEST, Child, Elements

Json = dict[str, Any]


def write_xml(resource: Json, elements: Elements) -> bytes:
    """A resource as XML; members that FHIR does not define are left out. Raises Failed."""
    parts = _resource(resource, elements, 0, ' xmlns="http://hl7.org/fhir"')
    return ('<?xml version="1.0" encoding="UTF-8"?>' + "".join(parts)).encode()


def _resource(resource: Any, elements: Elements, depth: int, namespace: str = "") -> Iterator[str]:
    type = resource.get("resourceType") if isinstance(resource, dict) else None
    if type not in elements.resource_types:
        raise Failed(f"{str(type)[:40]!r} is no resource type")
    yield f"<{type}{namespace}>"
    yield from _children(resource, type, elements, depth)
    yield f"</{type}>"


def _children(value: Json, path: str, elements: Elements, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise Failed("the resource is nested too deeply")
    for child in elements.of(path).values():
        for item, beside in _pairs(value.get(child.name), value.get(f"_{child.name}")):
            if not _is_attribute(child, path, elements):
                yield from _child(child, item, beside, elements, depth + 1)


def _child(child: Child, item: Any, beside: Any, elements: Elements, depth: int) -> Iterator[str]:
    name = child.name
    if child.kind == "xhtml":
        yield str(item)
    elif child.kind == "Resource":
        yield from (f"<{name}>", *_resource(item, elements, depth), f"</{name}>")
    elif child.kind == "primitive":
        yield f"<{name}"
        if item is not None:
            yield f" value={quoteattr(_text(item), {chr(10): '&#10;', chr(13): '&#13;', chr(9): '&#9;'})}"
        yield from _rest(name, beside if isinstance(beside, dict) else {}, "Element", elements, depth)
    elif isinstance(item, dict):
        yield f"<{name}"
        yield from _rest(name, item, child.path, elements, depth)
    else:
        raise Failed(f"{child.path} is not an object")


def _rest(name: str, value: Json, path: str, elements: Elements, depth: int) -> Iterator[str]:
    """What follows `<name`: the attributes, the children, the end."""
    for child in elements.of(path).values():
        if _is_attribute(child, path, elements) and isinstance(value.get(child.name), str):
            yield f" {child.name}={quoteattr(value[child.name])}"
    inner = "".join(_children(value, path, elements, depth))
    yield f">{inner}</{name}>" if inner else "/>"


def _is_attribute(child: Child, path: str, elements: Elements) -> bool:
    """The id of an element that is no resource, and the url of an extension."""
    return (child.name == "id" and path not in elements.resource_types) or (
        child.name == "url" and path == "Extension"
    )


def _text(item: Any) -> str:
    return ("true" if item else "false") if isinstance(item, bool) else str(item)


def _pairs(value: Any, beside: Any) -> Iterator[tuple[Any, Any]]:
    """A member and what stands beside it, repetition by repetition."""
    values = value if isinstance(value, list) else [value]
    others = beside if isinstance(beside, list) else [beside]
    for at in range(max(len(values), len(others))):
        item = values[at] if at < len(values) else None
        other = others[at] if at < len(others) else None
        if item is not None or other is not None:
            yield item, other
