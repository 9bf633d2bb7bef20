"""Everything that is wrong with a resource, and with its claims to be of a profile.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from facade.spec import definitions
from facade.spec.check import Issue as Fault
from facade.spec.check import check
from facade.validation.bindings import member_of
from facade.validation.fhirpath import Evaluator
from facade.validation.invariants import check_invariants
from facade.validation.issue import CannotEvaluate, Issue, OutOfTime
from facade.validation.library import Library, base_type
from facade.validation.nodes import Node, descend, root_node
from facade.validation.profile import Profile
from facade.validation.profiles import ProfileChecker, check_extension

MAX_ERRORS = 500
MAX_ALIKE = 100
Json = dict[str, Any]


def never() -> bool:
    return False


@cache
def no_library() -> Library:
    return Library()


def validate(
    resource: Json,
    profiles: Sequence[str] = (),
    library: Library | None = None,
    expired: Callable[[], bool] = never,
) -> list[Issue]:
    """Every finding about a resource, in order of what was checked; none if it is valid.

    `profiles` are canonical URLs that it must meet, beside those that it and the resources in it claim in
    `meta.profile`. `expired` is asked between elements; once it says so, the last issue, an error, tells that
    not all was checked. Decimals must be Decimal or int, never float.
    """
    found: dict[Issue, None] = {}
    alike: Counter[str] = Counter()
    errors = 0
    try:
        for issue in _Validation(library or no_library(), expired).issues(resource, profiles):
            if issue in found:
                continue
            alike[issue.diagnostics] += 1
            errors += issue.severity == "error"
            if errors > MAX_ERRORS:
                found[Issue("error", "too-costly", "", f"more than {MAX_ERRORS} errors: no more is told")] = (
                    None
                )
                break
            if alike[issue.diagnostics] <= MAX_ALIKE:
                found[issue] = None
    except OutOfTime:
        found[Issue("error", "timeout", "", "the time allowed is over: not all was checked")] = None
    return list(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Validation:
    library: Library
    expired: Callable[[], bool]

    def issues(self, resource: Json, profiles: Sequence[str]) -> Iterator[Issue]:
        faults = check(resource)
        for fault in faults:
            yield Issue("error", fault.code, fault.expression, fault.diagnostics)
        name = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(name, str) or name not in definitions.resource_types():
            return
        root = root_node(resource)
        evaluator = Evaluator(tick=self._tick)
        checker = ProfileChecker(self.library, evaluator, self._tick)
        evaluator.member_of = self._member_of
        evaluator.conforms_to = self._conforms_to(checker)
        for issue in check_invariants(self._timed(root), evaluator):
            if not _is_told(issue, faults):
                yield issue
        told = {(fault.expression, fault.code) for fault in faults}
        for issue in self._profiles(root, profiles, checker):
            if (issue.expression, issue.code) not in told or issue.code == "invariant":
                yield issue

    def _tick(self) -> None:
        if self.expired():
            raise OutOfTime

    def _timed(self, root: Node) -> Iterator[Node]:
        for node in descend(root):
            self._tick()
            yield node

    def _profiles(self, root: Node, asked: Sequence[str], checker: ProfileChecker) -> Iterator[Issue]:
        for url in asked:
            yield from self._asked(root, url, checker)
        for node in self._timed(root):
            if node.is_resource:
                yield from self._claimed(node, checker)
            elif node.path == "Extension":
                yield from check_extension(node, checker)

    def _asked(self, root: Node, url: str, checker: ProfileChecker) -> Iterator[Issue]:
        profile = self.library.profile(url)
        if profile is not None:
            yield from self._of(root, profile, root.location, checker)
        elif (base := base_type(url)) is None:
            yield Issue(
                "error", "not-found", root.location, "the profile that was asked for is not loaded here"
            )
        elif base != root.path and base not in definitions.ancestors(root.path):
            yield Issue("error", "structure", root.location, f"a resource of type {base} is asked for")

    def _claimed(self, node: Node, checker: ProfileChecker) -> Iterator[Issue]:
        meta = node.value.get("meta")
        claims = meta.get("profile") if isinstance(meta, dict) else None
        for at, url in enumerate(claims if isinstance(claims, list) else ()):
            place = f"{node.location}.meta.profile[{at}]"
            if not isinstance(url, str):
                continue
            profile = self.library.profile(url)
            if profile is not None:
                yield from self._of(node, profile, place, checker)
            elif (base := base_type(url)) is None:
                text = "the profile that is claimed is not loaded here: whether it is met is not known"
                yield Issue("warning", "not-found", place, text)
            elif base != node.path and base not in definitions.ancestors(node.path):
                yield Issue("error", "structure", place, f"the profile that is claimed is of {base}")

    def _of(self, node: Node, profile: Profile, place: str, checker: ProfileChecker) -> Iterator[Issue]:
        if profile.type == node.path or profile.type in definitions.ancestors(node.path):
            yield from checker.check(node, profile)
        else:
            yield Issue("error", "structure", place, f"{profile.name} is a profile of {profile.type}")

    def _member_of(self, value: Any, url: str) -> bool:
        known = member_of(value, url, self.library.value_sets)
        if known is None:
            raise CannotEvaluate(url)
        return known

    def _conforms_to(self, checker: ProfileChecker) -> Callable[[Json, str], bool]:
        def conforms(resource: Json, url: str) -> bool:
            profile = self.library.profile(url)
            name = resource.get("resourceType") if isinstance(resource, dict) else None
            if profile is None or not isinstance(name, str) or name not in definitions.resource_types():
                raise CannotEvaluate(url)
            return profile.type == name and checker.conforms(root_node(resource), profile)

        return conforms


def _is_told(issue: Issue, faults: Sequence[Fault]) -> bool:
    """Whether the fast check has found the same rule broken there or thereabouts."""
    rule = rule_of(issue.diagnostics)
    return any(
        fault.code == "invariant"
        and rule_of(fault.diagnostics) == rule
        and (fault.expression.startswith(issue.expression) or issue.expression.startswith(fault.expression))
        for fault in faults
    )


def rule_of(diagnostics: str) -> str:
    """The key of the rule that an issue names first."""
    return diagnostics.partition(":")[0]
