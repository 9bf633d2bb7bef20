"""Holds the elements of a resource against a definition: R4's own, or a profile.

https://hl7.org/fhir/R4/elementdefinition.html · https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.fhirpath import order
from conformance.validation.invariants import EXT_1, holds
from conformance.validation.library import Library
from conformance.validation.node import Node
from conformance.validation.problem import Problem, Severity, errors
from conformance.validation.references import Targets
from conformance.validation.shape import Json, Profile, Shape
from conformance.validation.slicing import Slicer
from conformance.validation.values import has_pattern, is_fixed

_ANY = frozenset({"Element", "BackboneElement", "Resource", "DomainResource", ""})
_DEPTH = 40  # profiles in profiles


class Rules:
    """Of one resource (or Bundle); `problems` are what was found, each once."""

    def __init__(self, library: Library, top: Node, depth: int = 0) -> None:
        self._library = library
        self._top = top
        self._targets = Targets(top)
        self._slicer = Slicer(library, self._targets, self.conforms)
        self._done: set[tuple[str, str]] = set()
        self._verdicts: dict[tuple[str, str], bool | None] = {}
        self._depth = depth
        self.problems: dict[Problem, None] = {}

    def core(self, node: Node) -> None:
        """All of R4's own rules, on it and all below."""
        shape = self._library.core(node.path)
        if shape is not None:
            self._element(node, shape, "R4", deep=True)

    def profile(self, node: Node, profile: Profile) -> None:
        """What a profile says, on it and all below."""
        if (node.place, profile.url) in self._done or profile.root is None:
            return
        self._done.add((node.place, profile.url))
        if profile.type not in (node.type, *_ANY):
            self._tell(
                "error", node.place, f"is a {node.type}, and {profile.name} is of {profile.type}", "profile"
            )
            return
        self._element(node, profile.root, profile.name)

    def conforms(self, node: Node, url: str) -> bool | None:
        """Whether it has no error against R4 and a profile; None if the profile is not here."""
        profile = self._library.profile(url)
        if profile is None or self._depth > _DEPTH:
            return None
        other = Rules(self._library, self._top, self._depth + 1)
        other.profile(node, profile)
        return not errors(other.problems)

    def _element(self, node: Node, shape: Shape, by: str, *, deep: bool = False) -> None:
        self._value(node, shape, by)
        self._binding(node, shape, by)
        self._type(node, shape, by)
        for constraint in shape.element.get("constraint", ()):
            self._constraint(node, constraint)
        self._children(node, shape, by, deep=deep)
        if deep and not shape.children:
            self._datatype(node)
        if deep and node.type == "Extension":
            self._constraint(node, EXT_1)
            self._extension(node)

    def _datatype(self, node: Node) -> None:
        """Below an element stands what its type, or the element whose content it repeats, defines."""
        if node.type in self._library.primitives:
            for one in node.children.get("extension", ()):
                self._element(one, Shape({}, "extension"), "R4", deep=True)
        elif (shape := self._library.core(node.path)) is not None and (
            shape.children or "." not in node.path
        ):
            for constraint in shape.element.get("constraint", ()):
                self._constraint(node, constraint)
            self._children(node, shape, "R4", deep=True)

    def _extension(self, node: Node) -> None:
        url = node.value.get("url")
        profile = self._library.profile(url) if isinstance(url, str) and "/" in url else None
        if profile is not None and profile.type == "Extension" and not profile.is_core:
            self.profile(node, profile)

    def _value(self, node: Node, shape: Shape, by: str) -> None:
        if node.value is None:
            return
        fixed, pattern = shape.said("fixed"), shape.said("pattern")
        if fixed is not None and not is_fixed(node.value, fixed):
            self._tell("error", node.place, f"is not the value fixed by {by}", "value")
        if pattern is not None and not has_pattern(node.value, pattern):
            self._tell("error", node.place, f"does not hold the pattern of {by}", "value")
        low, high = shape.said("minValue"), shape.said("maxValue")
        if low is not None and order(node.value, low) == -1:
            self._tell("error", node.place, f"is less than {by} allows", "value")
        if high is not None and order(node.value, high) == 1:
            self._tell("error", node.place, f"is more than {by} allows", "value")
        longest = shape.element.get("maxLength")
        if isinstance(longest, int) and isinstance(node.value, str) and len(node.value) > longest:
            self._tell(
                "error", node.place, f"is longer than the {longest} characters that {by} allows", "value"
            )

    def _binding(self, node: Node, shape: Shape, by: str) -> None:
        binding = shape.element.get("binding", {})
        if binding.get("strength") != "required" or "valueSet" not in binding or node.value is None:
            return
        if isinstance(node.value, dict) and node.value.keys() <= {"extension", "id"}:
            return  # the extension says why there is no code
        if node.type == "Reference":
            return
        url = binding["valueSet"]
        verdict = self._library.terminology.holds(url, node.value)
        if verdict is None:
            self._tell("unjudged", node.place, f"whether its code is of {url} cannot be told here", "binding")
        elif verdict is False:
            seen = f"{node.value!r} is no code" if isinstance(node.value, str) else "has no coding"
            self._tell("error", node.place, f"{seen} of {url}, which {by} requires", "binding")

    def _type(self, node: Node, shape: Shape, by: str) -> None:
        if node.parent is None or not shape.types:
            return
        mine = [one for one, code in zip(shape.types, shape.codes, strict=True) if code in (node.type, *_ANY)]
        if not mine and node.type not in _ANY and not (node.type == "id" and "string" in shape.codes):
            self._tell(
                "error", node.place, f"is a {node.type}, where {by} allows {' or '.join(shape.codes)}", "type"
            )
            return
        profiles = [url for one in mine for url in one.get("profile", ())]
        if profiles and node.type != "Reference" and all(one.get("profile") for one in mine):
            self._profiles(node, profiles)
        if node.type == "Reference" and isinstance(node.value, dict):
            self._target(node, [url for one in mine for url in one.get("targetProfile", ())], by)

    def _profiles(self, node: Node, urls: Sequence[str]) -> None:
        known = [profile for url in urls if (profile := self._library.profile(url)) is not None]
        if len(known) < len(urls):
            if not any(self.conforms(node, one.url) for one in known):
                self._tell("unjudged", node.place, f"no definition of {' or '.join(urls)} is here", "profile")
        elif len(known) == 1:
            self.profile(node, known[0])
        elif not any(self.conforms(node, one.url) for one in known):
            names = " or ".join(one.name for one in known)
            self._tell("error", node.place, f"does not meet {names}", "profile")

    def _target(self, node: Node, urls: Sequence[str], by: str) -> None:
        types = {self._library.type_of_profile(url) for url in urls}
        if not types or types & _ANY:
            return
        found = self._targets.type_of(node)
        if found and found not in types:
            allowed = " or ".join(sorted(types))
            self._tell("error", node.place, f"refers to {found}, where {by} allows {allowed}", "target")

    def _constraint(self, node: Node, constraint: Json) -> None:
        expression = constraint.get("expression")
        if not expression:
            return
        seen = (node.place, constraint["key"] + expression)
        if seen in self._verdicts:
            return
        verdict = self._verdicts[seen] = holds(constraint, node, self._targets)
        key = constraint["key"]
        if verdict is None:
            self._tell("unjudged", node.place, f"{key} cannot be evaluated here", key)
        elif verdict is False:
            severity: Severity = "error" if constraint.get("severity") == "error" else "warning"
            self._tell(severity, node.place, f"{key}: {constraint.get('human', expression)}", key)

    def _children(self, node: Node, shape: Shape, by: str, *, deep: bool) -> None:
        for name, below in shape.children.items():
            if name == "value" and node.type in self._library.primitives:
                continue  # which is the node's own
            items = node.children.get(name, [])
            place = f"{node.place}.{name.removesuffix('[x]')}"
            if below.element:
                self._count(below, len(items), place, by)
            if below.slices:
                self._slices(below, items, place, by)
            for item in items:
                if item.is_resource and deep:
                    self.core(item)
                else:
                    self._element(item, below, by, deep=deep)

    def _count(self, shape: Shape, count: int, place: str, by: str) -> None:
        name = f"{shape.name}:{shape.slice}" if shape.slice else shape.name
        if count < shape.least:
            wanted = "is missing" if count == 0 else f"is there {count} times, not {shape.least}"
            self._tell("error", place, f"{name} {wanted}, which {by} requires", "cardinality")
        if shape.most is not None and count > shape.most:
            allowed = f"only {shape.most}" if shape.most else "none"
            self._tell(
                "error", place, f"{name} is there {count} times, where {by} allows {allowed}", "cardinality"
            )

    def _slices(self, sliced: Shape, items: Sequence[Node], place: str, by: str) -> None:
        closed = sliced.element.get("slicing", {}).get("rules") == "closed"
        for slice in sliced.slices:
            verdicts = [self._slicer.matches(item, sliced, slice) for item in items]
            mine = [item for item, verdict in zip(items, verdicts, strict=True) if verdict]
            if None in verdicts:
                text = f"which items are of the slice {slice.slice} of {by} cannot be told here"
                self._tell("unjudged", place, text, "slicing")
            else:
                self._count(slice, len(mine), place, by)
            for item in mine:
                self._element(item, slice, by)
            if slice.slices:
                self._slices(slice, mine, place, by)
        for item in items if closed else ():
            if all(self._slicer.matches(item, sliced, slice) is False for slice in sliced.slices):
                self._tell("error", item.place, f"is of no slice of {by}, which allows no others", "slicing")

    def _tell(self, severity: Severity, place: str, text: str, key: str) -> None:
        self.problems.setdefault(Problem(severity, place, text, key))
