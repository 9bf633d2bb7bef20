"""Which slice an item of an element is of, by the discriminators.

https://hl7.org/fhir/R4/profiling.html#discriminator
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from conformance.validation.library import Library
from conformance.validation.node import Node
from conformance.validation.references import Targets
from conformance.validation.shape import Shape
from conformance.validation.values import has_pattern, is_fixed

_STEP = re.compile(r"(ofType|resolve|extension)\(([^)]*)\)|([A-Za-z]+)|(\$this)")
Verdict = bool | None
Conforms = Callable[[Node, str], Verdict]


class Slicer:
    """Decides for the items of one resource; `conforms` tells whether an element meets a profile."""

    def __init__(self, library: Library, targets: Targets, conforms: Conforms) -> None:
        self._library = library
        self._targets = targets
        self._conforms = conforms

    def matches(self, item: Node, sliced: Shape, slice: Shape) -> Verdict:
        """Whether an item is of a slice; None where it cannot be told."""
        discriminators = sliced.element.get("slicing", {}).get("discriminator", ())
        if not discriminators:
            return self._by_content(item, slice)
        verdict: Verdict = True
        for one in discriminators:
            found = self._discriminate(item, slice, one["type"], _steps(one["path"]))
            if found is False:
                return False
            verdict = verdict if found else None
        return verdict

    def _by_content(self, item: Node, slice: Shape) -> Verdict:
        """A slicing without a discriminator: by the fixed or pattern value, else by the type."""
        expected = _said(slice)
        if expected is not None:
            return _agrees(item.value, expected)
        return item.type in slice.codes if len(slice.codes) == 1 else None

    def _discriminate(self, item: Node, slice: Shape, kind: str, steps: Sequence[tuple[str, str]]) -> Verdict:
        if kind == "exists":
            return self._exists(item, slice, steps)
        if kind == "type":
            return self._type(item, slice, steps)
        if kind == "profile":
            return self._profile(item, slice, steps)
        return self._value(item, slice, steps)

    def _value(self, item: Node, slice: Shape, steps: Sequence[tuple[str, str]]) -> Verdict:
        expected = self._expected(slice, list(steps))
        found = _walk([item], steps, self._targets)
        if expected is None or found is None:
            return None
        kind, value = expected
        if kind == "binding":
            told = [self._library.terminology.holds(value, one.value) for one in found]
            return True if True in told else None if None in told else False
        return any(_agrees(one.value, expected) for one in found)

    def _expected(self, shape: Shape, steps: list[tuple[str, str]]) -> tuple[str, Any] | None:
        """What the slice says of the value at the end of a path: fixed, pattern or binding."""
        said = _said(shape)
        if said is not None:
            kind, value = said
            for _, name in steps:
                value = value.get(name) if isinstance(value, dict) else None
                if isinstance(value, list):
                    value = value[0] if len(value) == 1 else None
            return None if value is None else (kind, value)
        if not steps:
            binding = shape.element.get("binding", {})
            return (
                ("binding", binding["valueSet"])
                if "valueSet" in binding and binding["strength"] == "required"
                else None
            )
        (kind, name), rest = steps[0], steps[1:]
        if kind == "element":
            below = shape.children.get(name) or shape.children.get(name + "[x]")
            if below is None:
                below = self._of_type(shape, name)
            if below is not None:
                found = self._expected(below, rest)
                return found or next(filter(None, (self._expected(one, rest) for one in below.slices)), None)
        if kind == "extension":
            for one in shape.children["extension"].slices if "extension" in shape.children else ():
                if name in (one.slice, *_profiles(one)):
                    return self._expected(one, rest)
        return self._expected(shape, rest) if kind == "ofType" else None

    def _of_type(self, shape: Shape, name: str) -> Shape | None:
        """The element in the one profile of the slice's type, such as the url of an extension."""
        profiles = _profiles(shape)
        profile = self._library.profile(profiles[0]) if len(profiles) == 1 else None
        return profile.root.children.get(name) if profile and profile.root else None

    def _exists(self, item: Node, slice: Shape, steps: Sequence[tuple[str, str]]) -> Verdict:
        shape: Shape | None = slice
        for _, name in steps:
            shape = (shape.children.get(name) or shape.children.get(name + "[x]")) if shape else None
        found = _walk([item], steps, self._targets)
        if shape is None or found is None:
            return None
        if shape.most == 0:
            return not found
        return bool(found) if shape.least > 0 else None

    def _type(self, item: Node, slice: Shape, steps: Sequence[tuple[str, str]]) -> Verdict:
        resolved = bool(steps) and steps[-1][0] == "resolve"
        steps = steps[:-1] if resolved else steps
        shape: Shape | None = slice
        for _, name in steps:
            shape = (shape.children.get(name) or shape.children.get(name + "[x]")) if shape else None
        found = _walk([item], steps, self._targets)
        if shape is None or found is None or not shape.codes:
            return None
        if not resolved:
            return any(one.type in shape.codes for one in found)
        wanted = {
            self._library.type_of_profile(url)
            for type in shape.types
            for url in type.get("targetProfile", ())
        }
        types = {self._targets.type_of(one) for one in found if isinstance(one.value, dict)}
        return None if "" in types or "" in wanted else bool(types & wanted)

    def _profile(self, item: Node, slice: Shape, steps: Sequence[tuple[str, str]]) -> Verdict:
        if steps and steps[-1][0] == "resolve":
            return None  # what it points to is not at hand
        shape: Shape | None = slice
        for _, name in steps:
            shape = shape.children.get(name) if shape else None
        found = _walk([item], steps, self._targets)
        profiles = _profiles(shape) if shape else []
        if found is None or not profiles:
            return None
        told = [self._conforms(one, url) for one in found for url in profiles]
        return True if True in told else None if None in told else False


def _steps(path: str) -> list[tuple[str, str]]:
    """`(kind, name)` of each step; kinds are element, ofType, resolve, extension."""
    found = []
    for match in _STEP.finditer(path):
        if match[3]:
            found.append(("element", match[3]))
        elif match[1]:
            found.append((match[1], match[2].strip("'\"")))
    return found


def _walk(items: list[Node], steps: Sequence[tuple[str, str]], targets: Targets) -> list[Node] | None:
    """The elements at the end of a path; None where it leads out of the resource."""
    for kind, name in steps:
        if kind == "element":
            items = [
                below
                for one in items
                for below in (*one.children.get(name, ()), *one.children.get(name + "[x]", ()))
            ]
        elif kind == "ofType":
            items = [one for one in items if one.type == name]
        elif kind == "extension":
            below = [each for one in items for each in one.children.get("extension", ())]
            items = [one for one in below if one.value.get("url") == name]
        else:
            return None
    return items


def _said(shape: Shape) -> tuple[str, Any] | None:
    for kind in ("fixed", "pattern"):
        if (value := shape.said(kind)) is not None:
            return kind, value
    return None


def _agrees(value: Any, expected: tuple[str, Any]) -> bool:
    kind, wanted = expected
    return has_pattern(value, wanted) if kind == "pattern" else is_fixed(value, wanted)


def _profiles(shape: Shape) -> list[str]:
    return [url for one in shape.types for url in one.get("profile", ())]
