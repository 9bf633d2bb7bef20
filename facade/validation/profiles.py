"""A resource, or an element, against a profile: what the profile asks beyond R4's own definition.

https://hl7.org/fhir/R4/profiling.html · https://hl7.org/fhir/R4/elementdefinition.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from facade.spec import constraints, definitions
from facade.spec.constraints import Constraint
from facade.spec.references import reference_fault
from facade.validation.bindings import MAX_VALUE_SET, check_binding
from facade.validation.compare import compare
from facade.validation.fhirpath import Evaluator
from facade.validation.invariants import broken
from facade.validation.issue import CannotEvaluate, Issue
from facade.validation.library import BASE, Library, base_type
from facade.validation.nodes import Node, children
from facade.validation.patterns import equals, holds
from facade.validation.profile import Profile, Rule
from facade.validation.slicing import Slicer, target_types

_DEPTH = 100


@dataclass(slots=True, eq=False)
class ProfileChecker:
    """Checks the elements of one resource. `tick` is called for each, and may raise."""

    library: Library
    evaluator: Evaluator
    tick: Callable[[], None]
    _done: set[tuple[str, str]] = field(default_factory=set)
    _depth: int = 0

    def check(self, node: Node, profile: Profile) -> Iterator[Issue]:
        """Every finding, once for each element and profile."""
        key = (node.location, profile.url)
        if key in self._done or self._depth > _DEPTH:
            return
        self._done.add(key)
        self._depth += 1
        yield from self._against(node, profile)
        self._depth -= 1

    def conforms(self, node: Node, profile: Profile) -> bool:
        """Whether an element has no error against a profile; nothing is told."""
        other = ProfileChecker(self.library, self.evaluator, self.tick, _depth=self._depth + 1)
        if other._depth > _DEPTH:
            return True
        return all(issue.severity != "error" for issue in other._against(node, profile))

    def _against(self, node: Node, profile: Profile) -> Iterator[Issue]:
        if profile.based_on is not None and base_type(profile.based_on) is None:
            base = self.library.profile(profile.based_on)
            if base is None:
                yield _not_here(node.location, profile.based_on)
            else:
                yield from self.check(node, base)
        yield from _Checks(self, profile).element(node, profile.root)


@dataclass(frozen=True, slots=True, eq=False)
class _Checks:
    """The rules of one profile."""

    checker: ProfileChecker
    profile: Profile

    @property
    def library(self) -> Library:
        return self.checker.library

    def issue(self, code: str, location: str, text: str) -> Issue:
        return Issue("error", code, location, f"{text} ({self.profile.name})")

    def element(self, node: Node, rule: Rule) -> Iterator[Issue]:
        """An element, and all below it, against one rule."""
        self.checker.tick()
        yield from self._values(node, rule)
        yield from self._types(node, rule)
        if (binding := rule.raw.get("binding")) and not _is_r4s(node, binding):
            yield from check_binding(node, binding, self.library.value_sets, self.profile.name)
        yield from self._constraints(node, rule)
        if rule.children:
            yield from self._children(node, rule)

    def _values(self, node: Node, rule: Rule) -> Iterator[Issue]:
        fixed, pattern = rule.value("fixed"), rule.value("pattern")
        if fixed is not None and not equals(node.value, fixed):
            yield self.issue("value", node.location, "the value is not the fixed one")
        if pattern is not None and not holds(node.value, pattern):
            yield self.issue("value", node.location, "the value does not hold the pattern")
        low, high = rule.value("minValue"), rule.value("maxValue")
        if low is not None and compare(node.value, low) == -1:
            yield self.issue("value", node.location, "the value is below the lowest allowed")
        if high is not None and compare(node.value, high) == 1:
            yield self.issue("value", node.location, "the value is above the highest allowed")
        longest = rule.raw.get("maxLength")
        if isinstance(longest, int | Decimal) and isinstance(node.value, str) and len(node.value) > longest:
            yield self.issue("too-long", node.location, f"at most {longest} characters are allowed")

    def _types(self, node: Node, rule: Rule) -> Iterator[Issue]:
        if node.holder is None:  # the resource itself: its type has been looked at
            return
        mine = [one for one in rule.types if _is_of(node, one.get("code", ""))]
        if rule.types and not mine:
            codes = ", ".join(str(one.get("code")) for one in rule.types)
            yield self.issue("structure", node.location, f"the type must be {codes}")
            return
        profiles = [url for one in mine for url in one.get("profile", ()) if base_type(url) is None]
        profiles = [url for url in profiles if url != BASE + "SimpleQuantity"]
        if profiles and all(one.get("profile") for one in mine):
            yield from self._profiles(node, profiles)
        if node.path == "Reference":
            yield from self._target(node, [url for one in mine for url in one.get("targetProfile", ())])

    def _profiles(self, node: Node, urls: Sequence[str]) -> Iterator[Issue]:
        """One of the profiles of the element's type must be met."""
        known = [profile for url in urls if (profile := self.library.profile(url)) is not None]
        if len(known) < len(urls):
            if not any(self.checker.conforms(node, profile) for profile in known):
                for url in urls:
                    if self.library.profile(url) is None:
                        yield _not_here(node.location, url)
        elif len(known) == 1:
            yield from self.checker.check(node, known[0])
        elif not any(self.checker.conforms(node, profile) for profile in known):
            names = ", ".join(profile.name for profile in known)
            yield self.issue("structure", node.location, f"one of the profiles {names} must be met")

    def _target(self, node: Node, urls: Sequence[str]) -> Iterator[Issue]:
        """A reference's target, by the type that the reference names."""
        if not urls or not isinstance(node.value, dict):
            return
        try:
            types = frozenset(str(one["code"]) for one in target_types(urls, self.library))
        except CannotEvaluate as unknown:
            yield _not_here(node.location, str(unknown))
            return
        if types & {"Resource", "DomainResource"}:
            return
        reference, told = node.value.get("reference"), node.value.get("type")
        fault = reference_fault(reference, types) if isinstance(reference, str) else None
        if fault is not None:
            yield self.issue("value", f"{node.location}.reference", fault)
        elif isinstance(told, str) and told in definitions.resource_types() - types:
            wanted = " or ".join(sorted(types))
            yield self.issue("value", f"{node.location}.type", f"the reference must be to {wanted}")

    def _constraints(self, node: Node, rule: Rule) -> Iterator[Issue]:
        for raw in rule.raw.get("constraint", ()):
            if "expression" not in raw or _is_checked(raw):
                continue
            constraint = Constraint(raw["key"], raw["severity"], raw["expression"], raw.get("human", ""))
            met = self.checker.evaluator.holds(constraint.expression, node)
            if not met:
                yield broken(constraint, node.location, unknown=met is None)

    def _children(self, node: Node, rule: Rule) -> Iterator[Issue]:
        groups: dict[str, list[Node]] = {}
        for child in children(node):
            name = child.stated.rpartition(".")[2]
            groups.setdefault(name, []).append(child)
            if name.endswith("[x]"):
                kind = child.path[:1].upper() + child.path[1:]
                groups.setdefault(name.removesuffix("[x]") + kind, []).append(child)
        for name, below in rule.children.items():
            items = groups.get(name, [])
            place = f"{node.location}.{name.removesuffix('[x]')}"
            if not _says_base(below):
                yield from self._count(below, len(items), place)
            if below.slices:
                yield from self._slices(below, items, place)
            for item in items:
                yield from self.element(item, below)

    def _count(self, rule: Rule, count: int, place: str) -> Iterator[Issue]:
        name = f"the slice {rule.slice} of {rule.name}" if rule.slice else rule.name
        if count < rule.min:
            needed = f"{name} is required" if rule.min == 1 else f"{name} is needed {rule.min} times"
            yield self.issue("required", place, needed)
        if rule.max is not None and count > rule.max:
            allowed = f"at most {rule.max} times" if rule.max else "not at all"
            yield self.issue("structure", place, f"{name} is allowed {allowed}")

    def _slices(self, rule: Rule, items: Sequence[Node], place: str) -> Iterator[Issue]:
        slicer = Slicer(self.library, self.checker.conforms, self.checker.evaluator.target)
        slicing = rule.raw.get("slicing", {})
        rules, ordered = slicing.get("rules", "open"), slicing.get("ordered", False)
        found: dict[str, list[Node]] = {name: [] for name in rule.slices}
        unknown: set[str] = set()
        order = list(rule.slices)
        last, unmatched = 0, False
        for item in items:
            mine = None
            doubt = False
            for name, slice in rule.slices.items():
                verdict = slicer.matches(item, rule, slice)
                if verdict:
                    mine = name
                    break
                if verdict is None:
                    unknown.add(name)
                    doubt = True
            if mine is None:
                unmatched = True
                if rules == "closed" and not doubt:
                    yield self.issue("structure", item.location, f"no slice of {rule.name} allows this")
                continue
            if rules == "openAtEnd" and unmatched:
                text = f"the slice {mine} must stand before what is of no slice"
                yield self.issue("structure", item.location, text)
            if ordered and order.index(mine) < last:
                text = f"the slice {mine} must stand before {order[last]}"
                yield self.issue("structure", item.location, text)
            last = max(last, order.index(mine))
            found[mine].append(item)
        for name, slice in rule.slices.items():
            if name in unknown:
                text = f"which items are of the slice {name} of {rule.name} cannot be said here"
                yield Issue("information", "not-supported", place, f"{text} ({self.profile.name})")
            else:
                yield from self._count(slice, len(found[name]), place)
            for item in found[name]:
                yield from self.element(item, slice)
            if slice.slices:
                yield from self._slices(slice, found[name], place)


def check_extension(node: Node, checker: ProfileChecker) -> Iterator[Issue]:
    """An extension against its own definition, where that is here."""
    url = node.value.get("url") if isinstance(node.value, dict) else None
    profile = checker.library.profile(url) if isinstance(url, str) and "/" in url else None
    if profile is None or profile.type != "Extension":
        return
    yield from checker.check(node, profile)
    holder = node.holder
    if holder and profile.contexts and not any(_fits(holder, *context) for context in profile.contexts):
        places = ", ".join(expression for _, expression in profile.contexts)
        text = f"this extension is for {places} ({profile.name})"
        yield Issue("error", "extension", node.location, text)


def _fits(holder: Node, type: str, expression: str) -> bool:
    """Whether an extension may stand in an element; only contexts of elements are looked at."""
    if type != "element":
        return True
    stated = holder.stated.removesuffix("[x]")
    mine = {holder.path, holder.stated, stated, "Element"}
    if "." not in holder.path:
        mine |= set(definitions.ancestors(holder.path))
    else:
        mine.add("BackboneElement")
    return expression.removesuffix("[x]") in mine or expression.partition("#")[2].removesuffix("[x]") in mine


def _not_here(location: str, url: str) -> Issue:
    return Issue("information", "not-supported", location, f"the profile {url} is not loaded here")


def _is_of(node: Node, code: str) -> bool:
    if code.startswith("http://hl7.org/fhirpath/") or code == node.path:
        return True
    if "." in node.path:
        return code in ("BackboneElement", "Element")
    return code in definitions.ancestors(node.path)


def _is_r4s(node: Node, binding: dict[str, Any]) -> bool:
    """Whether R4 itself binds the element so, which facade.spec.check has looked at."""
    if binding.get("strength") != "required" or MAX_VALUE_SET in str(binding.get("extension")):
        return False
    path, _, name = node.stated.rpartition(".")
    if not path or not definitions.has_elements(path):
        return False
    bound = {e.binding for e in definitions.elements(path).values() if name in (e.name, f"{e.choice}[x]")}
    return str(binding.get("valueSet", "")).partition("|")[0] in bound


def _says_base(rule: Rule) -> bool:
    """Whether a cardinality is R4's own, which facade.spec.check has looked at."""
    base = rule.raw.get("base", {})
    mine = (rule.raw.get("min"), rule.raw.get("max"))
    return rule.slice is None and (base.get("min"), base.get("max")) == mine


def _is_checked(constraint: dict[str, Any]) -> bool:
    """Whether a constraint is R4's own, which facade.validation.invariants looks at."""
    source = constraint.get("source")
    return constraint["key"] in constraints.all_keys() and (source is None or base_type(source) is not None)
