"""Resources made up by hypothesis from the definitions: sound in form, not always valid."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from facade.spec import definitions
from facade.spec.definitions import Element

TYPES = ("Patient", "Observation", "Bundle", "Parameters", "Questionnaire", "Basic", "Binary", "ValueSet")
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])
_TEXT = st.text(_CHARACTERS | st.sampled_from("\t\n\r&<>\"' "), min_size=1, max_size=8)
_WHOLE = st.integers(-(2**31), 2**31 - 1)
_DIVS = [
    f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'
    for content in ("a", " b<br/>", "<p title='>'>&amp;</p>", "é<!-- c -->", "")
]


def primitives(type: str) -> st.SearchStrategy[Any]:
    """A value of a primitive type as JSON has it; strings of any kind for all that are strings."""
    if type == "boolean":
        return st.booleans()
    if type in ("integer", "positiveInt", "unsignedInt"):
        return _WHOLE
    if type == "decimal":
        return _WHOLE | st.decimals(-(10**9), 10**9, places=3)
    if type == "xhtml":
        return st.sampled_from(_DIVS)
    return _TEXT


@st.composite
def resources(draw: st.DrawFn, depth: int = 5) -> dict[str, Any]:
    """A resource with its elements in FHIR's order."""
    type = draw(st.sampled_from(TYPES))
    return {"resourceType": type, **draw(objects(type, depth))}


@st.composite
def objects(draw: st.DrawFn, path: str, depth: int) -> dict[str, Any]:
    """What a type or backbone path may hold, at least one element of it."""
    known = list(definitions.elements(path).values())
    if depth <= 0:
        known = [one for one in known if definitions.is_primitive(one.type)] or known
    chosen = set(draw(st.lists(st.sampled_from([one.name for one in known]), min_size=1, max_size=4)))
    found: dict[str, Any] = {}
    choices: set[str] = set()
    for element in known:
        if element.name in chosen and element.choice not in choices:
            choices |= {element.choice} if element.choice else set()
            _put(draw, found, element, depth, attribute=_is_attribute(path, element))
    return found


def _is_attribute(path: str, element: Element) -> bool:
    in_resource = path in definitions.resource_types()
    return (element.name == "id" and not in_resource) or (path, element.name) == ("Extension", "url")


def _put(draw: st.DrawFn, found: dict[str, Any], element: Element, depth: int, *, attribute: bool) -> None:
    one = _value(element, depth)
    values = [draw(one) for _ in range(1 if element.max else draw(st.integers(1, 3)))]
    if definitions.is_primitive(element.type) and element.type != "xhtml" and not attribute:
        companions = [draw(_companions(depth)) for _ in values]
        values = [
            None if other and draw(st.booleans()) else value
            for value, other in zip(values, companions, strict=True)
        ]
        if any(value is not None for value in values):
            found[element.name] = values[0] if element.max else values
        if any(companions):
            found["_" + element.name] = companions[0] if element.max else companions
    else:
        found[element.name] = values[0] if element.max else values


def _value(element: Element, depth: int) -> st.SearchStrategy[Any]:
    if definitions.is_primitive(element.type):
        return primitives(element.type)
    return resources(depth - 1) if element.type == "Resource" else objects(element.path, depth - 1)


def _companions(depth: int) -> st.SearchStrategy[Any]:
    return st.none() if depth <= 0 else st.none() | st.none() | st.none() | objects("Element", depth - 2)
