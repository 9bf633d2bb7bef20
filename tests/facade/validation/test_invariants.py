"""R4's invariants by FHIRPath: the official examples keep them, and each is caught where it is broken."""

from __future__ import annotations

from typing import Any

import pytest

from facade.spec import constraints
from facade.validation.fhirpath import Evaluator, parsed
from facade.validation.invariants import CORRECTED, STRUCTURAL, check_invariants, rules_of
from facade.validation.issue import Issue
from facade.validation.nodes import descend, root_node
from facade.validation.validate import validate
from tests.facade.spec import samples
from tests.facade.spec.official import examples
from tests.facade.spec.test_examples import WRONG
from tests.facade.spec.test_invariants import BROKEN, UNBROKEN, _without
from tests.paths import needs_shared

ALSO = {"app-3", "qty-3"}  # broken together with app-2 and drt-1; the fast check tells one of the two


def keys(issues: list[Issue]) -> list[str]:
    return [i.diagnostics.partition(":")[0] for i in issues if i.severity == "error"]


def by_fhirpath(resource: dict[str, Any]) -> list[Issue]:
    """What FHIRPath alone finds, without the fast check."""
    return list(check_invariants(descend(root_node(resource)), Evaluator()))


@pytest.mark.parametrize(("rule", "resource"), BROKEN)
def test_what_the_fast_check_tells_fhirpath_tells_too(rule: str, resource: dict[str, Any]) -> None:
    found = keys(by_fhirpath(_without(resource)))
    assert found.count(rule) == 1
    assert set(found) - {rule} <= ALSO


@pytest.mark.parametrize(("rule", "resource"), BROKEN)
def test_a_broken_rule_is_told_once(rule: str, resource: dict[str, Any]) -> None:
    found = keys(validate(_without(resource)))
    assert found.count(rule) == 1
    assert set(found) - {rule} <= ALSO


@pytest.mark.parametrize("resource", [*UNBROKEN, *samples.ALL])
def test_a_valid_resource_has_no_error(resource: dict[str, Any]) -> None:
    assert [i for i in validate(_without(resource)) if i.severity != "warning"] == []


def test_every_expression_is_understood() -> None:
    rules = [rule for path in constraints._load() for rule in constraints.constraints(path)]
    assert len(rules) == 239
    for rule in rules:
        assert parsed(CORRECTED.get(rule.key, rule.expression))
    assert CORRECTED.keys() | STRUCTURAL <= {rule.key for rule in rules}


def test_the_rules_of_a_place_and_of_its_type() -> None:
    assert {rule.key for rule in rules_of("Narrative", "Patient.text")} == set()
    assert {rule.key for rule in rules_of("ContactPoint", "Organization.telecom")} == {"cpt-2", "org-3"}
    assert {rule.key for rule in rules_of("Patient.contact", "Patient.contact")} == {"pat-1"}
    assert {"dom-2", "dom-6"} <= {rule.key for rule in rules_of("Patient", "Patient")}


@needs_shared
def test_official_examples_are_valid_but_for_those_with_true_errors() -> None:
    faulty, unknown = set(), 0
    for name, resource in examples().items():
        issues = validate(resource)
        if any(i.severity == "error" for i in issues):
            faulty.add(name)
        unknown += sum(i.severity == "information" for i in issues)
    assert faulty == WRONG.keys()
    assert unknown == 0
