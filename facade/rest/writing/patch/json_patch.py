"""JSON Patch on a resource.

https://www.rfc-editor.org/rfc/rfc6902 · https://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from facade.rest.writing.patch.errors import MAX_OPERATIONS, BadPatch, DoesNotFit, PatchRefused

MAX_DEPTH = 100
MAX_COPIED = 1_000_000
"""Values and characters that the operations of one patch may copy: each copy may double a resource."""

Pointer = tuple[str, ...]

_NEEDS = {
    "add": ("path", "value"),
    "remove": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "from"),
    "copy": ("path", "from"),
    "test": ("path", "value"),
}
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_TOKEN = re.compile(r"(?:[^~]|~[01])*", re.DOTALL)
_SHOWN = re.compile(r"[A-Za-z0-9_$-]{1,64}", re.ASCII)
_ABSENT = "there is nothing at that place"


def apply_json_patch(resource: Mapping[str, Any], operations: Sequence[Any]) -> dict[str, Any]:
    """The resource with the operations applied, in their order, all or none; `resource` is left as it is.

    Whether the result is a valid resource is not looked at, but that it is an object. Raises BadPatch for
    operations that are none, PatchRefused for those that do not fit the resource; both name the operation,
    counted from 1, and its place.
    """
    if not isinstance(operations, list | tuple):
        raise BadPatch("A JSON Patch is an array of operations.")
    if len(operations) > MAX_OPERATIONS:
        raise BadPatch(f"A patch has at most {MAX_OPERATIONS} operations.")
    patching = _Patching(resource)
    for number, operation in enumerate(operations, 1):
        op, pointers = _read(operation, number)
        try:
            _APPLY[op](patching, operation.get("value"), *pointers)
        except DoesNotFit as reason:
            place = _show(pointers[-1] if reason.args[1:] == ("from",) else pointers[0])
            raise PatchRefused(f"Operation {number} ({op} at {place}): {reason.args[0]}.") from None
    if not isinstance(patching.root, dict):
        raise PatchRefused("After the patch there is no resource, but another JSON value.")
    return patching.root


def _read(operation: Any, number: int) -> tuple[str, list[Pointer]]:
    """The kind of an operation; its path and, if it has one, its from."""
    if not isinstance(operation, Mapping):
        raise BadPatch(f"Operation {number} is not an object.")
    op = operation.get("op")
    if not isinstance(op, str) or op not in _NEEDS:
        raise BadPatch(f"The op of operation {number} is none of {', '.join(_NEEDS)}.")
    for name in _NEEDS[op]:
        if name not in operation:
            raise BadPatch(f"Operation {number} ({op}) has no {name}.")
    return op, [_pointer(operation[name], number, name) for name in _NEEDS[op] if name != "value"]


def _pointer(text: Any, number: int, name: str) -> Pointer:
    """https://www.rfc-editor.org/rfc/rfc6901"""
    if not isinstance(text, str) or (text and text[0] != "/"):
        raise BadPatch(f"The {name} of operation {number} is not a JSON Pointer: empty, or begun with /.")
    tokens = text.split("/")[1:]
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise BadPatch(f"The {name} of operation {number} is not a JSON Pointer: ~ is written ~0.")
    if len(tokens) > MAX_DEPTH:
        raise BadPatch(f"The {name} of operation {number} is deeper than {MAX_DEPTH} levels.")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def _show(pointer: Pointer) -> str:
    """A place for a message; what cannot be an element's name may be a value, and is left out."""
    return "".join(f"/{token if _SHOWN.fullmatch(token) else '…'}" for token in pointer) or "the root"


class _Patching:
    """A copy of the resource, to be changed."""

    def __init__(self, resource: Mapping[str, Any]) -> None:
        self.root: Any = deepcopy(dict(resource))
        self.left = MAX_COPIED

    def take(self, value: Any, depth: int) -> Any:
        """A value to be put at this depth, sharing nothing with the other."""
        if depth > MAX_DEPTH:
            raise DoesNotFit(f"it would nest deeper than {MAX_DEPTH} levels")
        if isinstance(value, Mapping):
            return {name: self.take(child, depth + 1) for name, child in value.items()}
        if isinstance(value, list):
            return [self.take(child, depth + 1) for child in value]
        return value

    def copy(self, value: Any, depth: int) -> Any:
        """The same, of a part of the resource; within the limit of one patch."""
        self.left -= _weight(value)
        if self.left < 0:
            raise DoesNotFit("the patch copies too much")
        return self.take(value, depth)

    def get(self, pointer: Pointer, name: str = "path") -> Any:
        value = self.root
        for token in pointer:
            if isinstance(value, dict) and token in value:
                value = value[token]
            elif isinstance(value, list) and (at := _position(token, len(value) - 1)) is not None:
                value = value[at]
            else:
                raise DoesNotFit(_ABSENT, name)
        return value

    def add(self, value: Any, pointer: Pointer) -> None:
        if not pointer:
            self.root = value
            return
        owner, token = self.get(pointer[:-1]), pointer[-1]
        if isinstance(owner, dict):
            owner[token] = value
        elif isinstance(owner, list):
            at = len(owner) if token == "-" else _position(token, len(owner))  # noqa: S105 - no password
            if at is None:
                raise DoesNotFit(f"an index here is 0 to {len(owner)}, or -")
            owner.insert(at, value)
        else:
            raise DoesNotFit("its parent is neither an object nor an array")

    def remove(self, pointer: Pointer, name: str = "path") -> Any:
        value = self.get(pointer, name)
        if not pointer:
            self.root = None
            return value
        owner = self.get(pointer[:-1])
        if isinstance(owner, dict):
            del owner[pointer[-1]]
        else:
            del owner[int(pointer[-1])]
        return value

    def replace(self, value: Any, pointer: Pointer) -> None:
        self.get(pointer)
        if not pointer:
            self.root = value
            return
        owner = self.get(pointer[:-1])
        owner[pointer[-1] if isinstance(owner, dict) else int(pointer[-1])] = value


def _position(token: str, most: int) -> int | None:
    """An index into an array, at most so much; None if it is none."""
    return at if _INDEX.fullmatch(token) and (at := int(token)) <= most else None


def _weight(value: Any) -> int:
    """How many values and characters there are."""
    if isinstance(value, Mapping):
        return 1 + sum(map(_weight, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(_weight, value))
    return 1 + len(value) if isinstance(value, str) else 1


def _add(patching: _Patching, value: Any, path: Pointer) -> None:
    patching.add(patching.take(value, len(path)), path)


def _remove(patching: _Patching, value: Any, path: Pointer) -> None:
    patching.remove(path)


def _replace(patching: _Patching, value: Any, path: Pointer) -> None:
    patching.replace(patching.take(value, len(path)), path)


def _move(patching: _Patching, value: Any, path: Pointer, source: Pointer) -> None:
    patching.get(source, "from")
    if path == source:
        return
    if path[: len(source)] == source:
        raise DoesNotFit("what is moved cannot become a part of itself")
    moved = patching.remove(source, "from")
    patching.add(patching.take(moved, len(path)), path)


def _copy(patching: _Patching, value: Any, path: Pointer, source: Pointer) -> None:
    patching.add(patching.copy(patching.get(source, "from"), len(path)), path)


def _test(patching: _Patching, value: Any, path: Pointer) -> None:
    if not same(patching.get(path), value):
        raise DoesNotFit("the value there is another")


_APPLY: dict[str, Callable[..., None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: numbers by what they are worth, objects without regard to order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)
