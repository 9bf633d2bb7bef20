"""R4's own invariants, on every element of a resource.

https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from facade.spec.constraints import Constraint, constraints, constraints_of
from facade.validation.fhirpath import Evaluator
from facade.validation.issue import Issue
from facade.validation.nodes import Node

STRUCTURAL = frozenset({"ele-1", "txt-1", "txt-2"})
"""What facade.spec.check sees in the JSON and XHTML themselves, wherever it is."""

CORRECTED = {  # expressions of R4 that do not say what their words say
    "app-4": "cancelationReason.exists() implies (status = 'noshow' or status = 'cancelled')",
    "per-1": "iif(start > end, false, true)",  # of dates that are not equally precise neither can be said
    "rng-2": "low.value.empty() or high.value.empty() or low.code != high.code or low.value <= high.value",
    "que-7": "operator = 'exists' implies (answer is boolean)",
    # R4 resolves the member; by the type that the reference names, it need not be at hand
    "ctm-1": "onBehalfOf.empty() or member.reference.empty()"
    " or member.reference.matches('(.*/)?Practitioner/[^/]+(/_history/[^/]+)?|(#|urn:).*')",
}


def check_invariants(nodes: Iterable[Node], evaluator: Evaluator) -> Iterator[Issue]:
    """A broken rule gives its severity; one that cannot be evaluated gives information."""
    for node in nodes:
        for rule in rules_of(node.path, node.stated):
            met = evaluator.holds(rule.expression, node)
            if not met:
                yield broken(rule, node.location, unknown=met is None)


@cache
def rules_of(path: str, stated: str) -> tuple[Constraint, ...]:
    """The rules of an element: of its type, and of its place."""
    rules = {rule.key: rule for rule in (*constraints_of(path), *constraints(stated))}
    return tuple(_corrected(rule) for key, rule in rules.items() if key not in STRUCTURAL)


def _corrected(rule: Constraint) -> Constraint:
    expression = CORRECTED.get(rule.key, rule.expression)
    return Constraint(rule.key, rule.severity, expression, rule.human)


def broken(rule: Constraint, location: str, *, unknown: bool) -> Issue:
    """What is said of a rule that is not met, or not known to be."""
    if unknown:
        return Issue("information", "not-supported", location, f"{rule.key} cannot be evaluated here")
    severity = "error" if rule.severity == "error" else "warning"
    return Issue(severity, "invariant", location, f"{rule.key}: {rule.human}")  # type: ignore[arg-type]
