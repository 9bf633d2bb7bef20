"""Everything that is wrong with a resource, and with its claims to be of a profile.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from facade.spec import definitions
from facade.spec.check import check
from facade.validation.fhirpath import Evaluator
from facade.validation.invariants import check_invariants
from facade.validation.issue import Issue
from facade.validation.nodes import Node, descend, root_node

MAX_ERRORS = 500
MAX_ALIKE = 100
Json = dict[str, Any]


class OutOfTime(Exception):
    """The time that was given is over."""


def never() -> bool:
    return False


def validate(
    resource: Json, profiles: Sequence[str] = (), library: None = None, expired: Callable[[], bool] = never
) -> list[Issue]:
    """Every finding about a resource, in order of what was checked; none if it is valid.

    `expired` is asked between elements; once it says so, the last issue tells that not all was checked.
    """
    found: list[Issue] = []
    alike: Counter[str] = Counter()
    errors = 0
    try:
        for issue in _issues(resource, expired):
            alike[issue.diagnostics] += 1
            errors += issue.severity == "error"
            if errors > MAX_ERRORS:
                found.append(
                    Issue("error", "too-costly", "", f"more than {MAX_ERRORS} errors: no more is told")
                )
                break
            if alike[issue.diagnostics] <= MAX_ALIKE:
                found.append(issue)
    except OutOfTime:
        found.append(Issue("error", "timeout", "", "the time allowed is over: not all was checked"))
    return found


def _issues(resource: Json, expired: Callable[[], bool]) -> Iterator[Issue]:
    faults = check(resource)
    for fault in faults:
        yield Issue("error", fault.code, fault.expression, fault.diagnostics)
    if not isinstance(resource, dict) or resource.get("resourceType") not in definitions.resource_types():
        return
    told = [(fault.expression, rule_of(fault.diagnostics)) for fault in faults if fault.code == "invariant"]
    evaluator = Evaluator()
    for issue in check_invariants(_timed(resource, expired), evaluator):
        rule = rule_of(issue.diagnostics)
        if not any(key == rule and _beside(place, issue.expression) for place, key in told):
            yield issue


def _timed(resource: Json, expired: Callable[[], bool]) -> Iterator[Node]:
    for node in descend(root_node(resource)):
        if expired():
            raise OutOfTime
        yield node


def _beside(place: str, other: str) -> bool:
    """Whether one place is the other or lies within it."""
    return place.startswith(other) or other.startswith(place)


def rule_of(diagnostics: str) -> str:
    """The key of the rule that an issue names first."""
    return diagnostics.partition(":")[0]
