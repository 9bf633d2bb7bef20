"""JSON as FHIR has it, and nothing that only some readers would take: each fault is refused with its place.

https://hl7.org/fhir/R4/json.html · https://www.rfc-editor.org/rfc/rfc8259 · https://www.rfc-editor.org/rfc/rfc7493
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson

from facade.rest.errors import Malformed
from facade.spec.numbers import read_number

MAX_DEPTH = 64  # objects in one another
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"\w{1,64}", re.ASCII)


def parse_object(data: bytes) -> dict[str, Any]:
    """The object that UTF-8 JSON holds; a number with a point or an exponent is a Decimal with its digits.

    Raises Malformed for what is no JSON (with line and column), and for what is but tells different readers
    different things: names given twice, numbers beyond all measure, NaN, lone surrogates, a byte order mark.
    """
    value = _parse(data)
    if value.__class__ is not dict:
        raise Malformed("The body is JSON, but not an object: a resource is a JSON object.")
    found: dict[str, Any] = value
    return found


def parse_array(data: bytes) -> list[Any]:
    """The same of an array, as a JSON Patch is one."""
    value = _parse(data)
    if value.__class__ is not list:
        raise Malformed("The body is JSON, but not an array: a JSON Patch is an array of operations.")
    found: list[Any] = value
    return found


def _parse(data: bytes) -> Any:
    _check_syntax(data)
    faults = _Faults()
    try:
        value = json.loads(
            data,
            parse_float=faults.number,
            parse_int=faults.number,
            object_pairs_hook=faults.object,
        )
    except RecursionError:
        raise Malformed(_DEEP) from None
    if isinstance(value, (dict, list)) and (faults.found or _is_deep(value)):
        text, place = _first_fault(value)
        raise Malformed(text, expression=place)
    return value


_DEEP = f"The JSON is nested too deeply: more than {MAX_DEPTH} objects are in one another."
_REASONS = {  # by a word of the parser's own
    "infinity": "A number is beyond all measure.",
    "surrogate": "A string holds half a character (a lone surrogate).",
    "control": "A string holds a control character that is not escaped.",
}


def _check_syntax(data: bytes) -> None:
    """Refuse at once, and without a word of the content, what is not JSON at all."""
    if data.startswith(_BOM):
        raise Malformed("The JSON begins with a byte order mark; send UTF-8 without one.")
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if not data.strip():
            raise Malformed("The body is empty.") from None
        if not _is_utf8(data):
            raise Malformed("The JSON is not UTF-8.") from None
        if "depth" in error.msg or "ecursion" in error.msg:
            raise Malformed(_DEEP) from None
        text = next((text for word, text in _REASONS.items() if word in error.msg), "The body is not JSON.")
        raise Malformed(f"{text} Look at line {error.lineno}, column {error.colno}.") from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Fault(str):
    """Stands where a value is at fault, and says why, until its place is known."""

    __slots__ = ()


class _Faults:
    """What json.loads calls for each number and object."""

    def __init__(self) -> None:
        self.found = False

    def fault(self, text: str) -> _Fault:
        self.found = True
        return _Fault(text)

    def number(self, text: str) -> int | Decimal | _Fault:
        number = read_number(text)
        return self.fault("A number is beyond all measure.") if number is None else number

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    found[name] = self.fault("The name of an element is given twice in one object.")
                seen.add(name)
        return found


def _is_deep(value: dict[str, Any] | list[Any]) -> bool:
    """Whether there are more than MAX_DEPTH objects in one another. Arrays of arrays count half."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            for child in node.values() if node.__class__ is dict else node:
                if child.__class__ is dict:
                    below.append(child)
                elif child.__class__ is list:
                    below += [one for one in child if one.__class__ is dict or one.__class__ is list]
        if not below:
            return False
        level = below
    return True


def _first_fault(value: dict[str, Any] | list[Any]) -> tuple[str, str | None]:
    """What is wrong and where, in the order of the text; where nothing else is, it is the depth."""
    root = value.get("resourceType") if isinstance(value, dict) else None
    steps: list[str] = [root if isinstance(root, str) and _NAME.fullmatch(root) else ""]
    stack = [_children(value)]
    while stack:
        step, node = next(stack[-1], (None, None))
        if step is None:
            stack.pop()
            steps.pop()
        elif isinstance(node, _Fault):
            return str(node), _place([*steps, step])
        elif isinstance(node, (dict, list)):
            steps.append(step)
            stack.append(_children(node))
    return _DEEP, None


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    """The members of an object or array, each with its step in a path."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield (f".{name}" if _NAME.fullmatch(name) else ""), child
    else:
        for index, child in enumerate(node):
            yield f"[{index}]", child


def _place(steps: list[str]) -> str | None:
    return "".join(steps).strip(".") or None
