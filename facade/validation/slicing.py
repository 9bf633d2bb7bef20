"""Which slice an item of an element belongs to, by the slicing's discriminators.

https://hl7.org/fhir/R4/profiling.html#discriminator
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from facade.validation.bindings import member_of
from facade.validation.issue import CannotEvaluate
from facade.validation.library import Library, base_type
from facade.validation.nodes import Node, children, root_node
from facade.validation.patterns import equals, holds
from facade.validation.profile import Profile, Rule
from facade.validation.targets import named_target
from facade.validation.valuesets import all_of, any_of

Json = dict[str, Any]
_STEP = re.compile(r"\s*\.?\s*(\$this|[A-Za-z_]\w*(?:\(\s*(?:'[^']*'|[\w.]*)\s*\))?)")
_CALL = re.compile(r"(\w+)\(\s*'?([^')]*)'?\s*\)")

Conforms = Callable[[Node, Profile], bool]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place on a discriminator's path: what is there in the item, and what the slice says of it."""

    nodes: tuple[Node, ...]
    rule: Rule | None


@dataclass(frozen=True, slots=True, eq=False)
class Slicer:
    """Matches items to slices; `conforms` tells whether an element is valid against a profile,
    `target` what a reference points to."""

    library: Library
    conforms: Conforms
    target: Callable[[Node, Any], Json | None]

    def matches(self, item: Node, sliced: Rule, slice: Rule) -> bool | None:
        """Whether an item belongs to a slice; None where it cannot be said."""
        discriminators = sliced.raw.get("slicing", {}).get("discriminator", ())
        if not discriminators:
            discriminators = _implied(sliced)
        if not discriminators:
            return None
        return all_of(self._discriminates(item, slice, one) for one in discriminators)

    def _discriminates(self, item: Node, slice: Rule, discriminator: Json) -> bool | None:
        kind, path = discriminator.get("type"), discriminator.get("path", "$this")
        spots = self._walk(_Spot((item,), slice), path)
        if spots is None:
            return None
        last = spots[-1]
        if kind == "exists":
            if last.rule is None:
                return None
            return not last.nodes if last.rule.max == 0 else bool(last.nodes) or last.rule.min == 0
        if kind == "type":
            return self._of_type(last)
        if kind == "profile":
            return self._of_profile(last)
        return self._of_value(spots)

    def _of_value(self, spots: list[_Spot]) -> bool | None:
        """What is fixed on the way to the discriminator's place, at it, or below it."""
        verdicts = [self._value_at(spot) for spot in spots]
        told = [verdict for fixed, verdict in verdicts if fixed]
        if not told:
            fixed, verdict = self._value_below(spots[-1])
            told = [verdict] if fixed else []
        return all_of(told) if told else None

    def _value_at(self, spot: _Spot) -> tuple[bool, bool | None]:
        """Whether the slice fixes a value here, and whether the item has it."""
        if spot.rule is None:
            return False, None
        fixed, pattern = spot.rule.value("fixed"), spot.rule.value("pattern")
        if fixed is not None:
            return True, any(equals(node.value, fixed) for node in spot.nodes)
        if pattern is not None:
            return True, any(holds(node.value, pattern) for node in spot.nodes)
        binding = spot.rule.raw.get("binding", {})
        if binding.get("strength") == "required" and "valueSet" in binding and not spot.rule.children:
            sets = self.library.value_sets
            return True, any_of(member_of(node.value, binding["valueSet"], sets) for node in spot.nodes)
        return False, None

    def _value_below(self, spot: _Spot) -> tuple[bool, bool | None]:
        """The same for all that the slice says below a place."""
        told = []
        for name, rule in spot.rule.children.items() if spot.rule is not None else ():
            nodes = tuple(below for node in spot.nodes for below in children(node) if _is(below, name))
            if not nodes and not rule.min:
                continue
            there = _Spot(nodes, rule)
            fixed, verdict = self._value_at(there)
            if not fixed:
                fixed, verdict = self._value_below(there)
            if fixed:
                told.append(verdict)
        return bool(told), all_of(told)

    def _of_type(self, spot: _Spot) -> bool | None:
        types = {one.get("code") for one in spot.rule.types} if spot.rule is not None else set()
        if not types:
            return None
        return any(node.path in types for node in spot.nodes)

    def _of_profile(self, spot: _Spot) -> bool | None:
        urls = [url for one in spot.rule.types for url in one.get("profile", ())] if spot.rule else []
        profiles = [self.library.profile(url) for url in urls]
        if not urls or None in profiles:
            return None
        return any(self.conforms(node, p) for node in spot.nodes for p in profiles if p is not None)

    def _walk(self, spot: _Spot, path: str) -> list[_Spot] | None:
        """The places along a path, the first included; None if the path is not understood."""
        spots, at = [spot], 0
        while at < len(path.rstrip()):
            match = _STEP.match(path, at)
            if match is None:
                return None
            at = match.end()
            if match[1] != "$this":
                try:
                    spots.append(self._step(spots[-1], match[1]))
                except CannotEvaluate:
                    return None
        return spots

    def _step(self, spot: _Spot, step: str) -> _Spot:
        call = _CALL.fullmatch(step)
        if call is None:
            nodes = tuple(below for node in spot.nodes for below in children(node) if _is(below, step))
            return _Spot(nodes, self._rule_below(spot.rule, step))
        name, argument = call[1], call[2]
        if name == "extension":
            return self._extension(spot, argument)
        if name in ("ofType", "as"):
            return _Spot(tuple(node for node in spot.nodes if node.path == argument), spot.rule)
        if name == "resolve":
            return self._resolve(spot)
        raise CannotEvaluate(name)

    def _extension(self, spot: _Spot, url: str) -> _Spot:
        nodes = tuple(
            below
            for node in spot.nodes
            for below in children(node)
            if _is(below, "extension") and isinstance(below.value, dict) and below.value.get("url") == url
        )
        extensions = spot.rule.children.get("extension") if spot.rule is not None else None
        for rule in extensions.slices.values() if extensions is not None else ():
            if any(url in one.get("profile", ()) for one in rule.types):
                return _Spot(nodes, rule)
        profile = self.library.profile(url)
        return _Spot(nodes, profile.root if profile is not None else None)

    def _resolve(self, spot: _Spot) -> _Spot:
        found = []
        for node in spot.nodes:
            target = self.target(node, node.value)
            if target is None:
                target = named_target(node.value)
            if target is None:
                raise CannotEvaluate("resolve")
            found.append(root_node(target))
        urls = [url for one in (spot.rule.types if spot.rule else ()) for url in one.get("targetProfile", ())]
        return _Spot(tuple(found), Rule("resolve()", None, {"type": target_types(urls, self.library)}))

    def _rule_below(self, rule: Rule | None, name: str) -> Rule | None:
        """What the slice, or the profile of its type, says of a child."""
        if rule is None:
            return None
        found = rule.children.get(name) or rule.children.get(name + "[x]")
        if found is not None:
            return found
        for url in (url for one in rule.types for url in one.get("profile", ())):
            profile = self.library.profile(url)
            if profile is None:
                if name == "url":  # an extension's profile is at the URL that its instances bear
                    return Rule(name, None, {"fixedUri": url.partition("|")[0]})
                continue
            below = profile.root.children.get(name) or profile.root.children.get(name + "[x]")
            if below is not None:
                return below
        return None


def _implied(sliced: Rule) -> tuple[Json, ...]:
    """A differential may leave out how extensions and choices are always sliced."""
    if sliced.name in ("extension", "modifierExtension"):
        return ({"type": "value", "path": "url"},)
    return ({"type": "type", "path": "$this"},) if sliced.name.endswith("[x]") else ()


def _is(node: Node, name: str) -> bool:
    return node.stated.rpartition(".")[2] in (name, name + "[x]")


def target_types(urls: Iterable[str], library: Library) -> list[Json]:
    """Types, as ElementDefinition.type has them, that target profiles are of, with these profiles.

    Raises CannotEvaluate for a profile that is not here.
    """
    found: list[Json] = []
    for url in urls:
        base = base_type(url)
        if base is not None:
            found.append({"code": base})
        elif (profile := library.profile(url)) is not None:
            found.append({"code": profile.type, "profile": [url]})
        else:
            raise CannotEvaluate(url)
    return found
