"""Validation as a whole: it bears whatever comes, ends in time, says things once, and tells no value."""

from __future__ import annotations

import copy
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.spec.check import check
from facade.validation import validate as module
from facade.validation.issue import Issue, is_valid, to_outcome
from facade.validation.library import Library
from facade.validation.validate import validate
from tests.facade.spec import samples
from tests.facade.validation import us_core
from tests.facade.validation.test_profiles import BY_PATTERN, CODED, PROFILE, A, B, element, structure
from tests.paths import needs_shared

RULES = structure(
    BY_PATTERN,
    A,
    B,
    element("subject", min=1, type=[{"code": "Reference", "targetProfile": ["http://example.org/part"]}]),
    element("value[x]", type=[{"code": "Quantity"}], minValueQuantity={"value": 1}),
    element("status", fixedCode="final"),
    element("code", binding={"strength": "required", "valueSet": "http://whole"}),
)
LIBRARY = Library(resources=[RULES, CODED])

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text(max_size=5)
    | st.just("http://example.org"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["coding", "code", "system", "url", "reference", "extension", "id", "resourceType", "value"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Everything in a resource that can be replaced: its holder, and its name or index."""
    found = []
    for key, item in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        found.append((value, key))
        if isinstance(item, dict | list):
            found += places(item)
    return found


@given(st.sampled_from(samples.ALL), st.data())
@settings(max_examples=150, deadline=None)
def test_it_bears_whatever_comes(sample: dict[str, Any], data: st.DataObject) -> None:
    resource = copy.deepcopy(sample)
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(resource)))
        holder[key] = data.draw(junk)
    for issue in validate(resource, [PROFILE], LIBRARY):
        assert issue.severity in ("error", "warning", "information")
        assert issue.diagnostics
    assert is_valid(validate(resource, (), LIBRARY)) <= (not check(resource))


def test_no_value_is_told() -> None:
    secret = "Zanzibar"
    resource = {
        "resourceType": "Observation",
        "status": secret,
        "code": {"coding": [{"system": secret, "code": secret, "display": 1}], "text": secret},
        "subject": {"reference": f"Group/{secret}"},
        "valueQuantity": {"value": Decimal(0), "code": secret},
        "component": [{"code": {"text": secret}, "valueString": 5, "dataAbsentReason": {"text": secret}}],
    }
    issues = validate(resource, [PROFILE], LIBRARY)
    assert len([i for i in issues if i.severity == "error"]) > 5
    assert secret not in str(to_outcome(issues))


@pytest.mark.parametrize(
    "resource", [None, [], "x", {}, {"resourceType": "X"}, {"resourceType": ["Patient"]}]
)
def test_what_is_no_resource(resource: Any) -> None:
    assert not is_valid(validate(resource))


def test_it_ends_when_told_and_says_so() -> None:
    asked = count()
    issues = validate(samples.PATIENT, (), LIBRARY, lambda: next(asked) > 10)
    assert issues[-1] == Issue("error", "timeout", "", "the time allowed is over: not all was checked")
    assert next(asked) < 20


def test_what_repeats_is_told_a_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [{"use": "x"} for _ in range(30)]
    patient = {"resourceType": "Patient", "name": names, "contact": [{"gender": "male"}] * 30}
    monkeypatch.setattr(module, "MAX_ALIKE", 20)
    issues = validate(patient)
    assert len([i for i in issues if i.code == "code-invalid"]) == 20
    assert len([i for i in issues if i.code == "invariant" and i.severity == "error"]) == 20
    monkeypatch.setattr(module, "MAX_ERRORS", 25)
    issues = validate(patient)
    assert issues[-1] == Issue("error", "too-costly", "", "more than 25 errors: no more is told")
    assert len(issues) == 21


def test_the_outcome() -> None:
    issues = [Issue("warning", "invariant", "Patient", "w"), Issue("error", "value", "", "e")]
    assert to_outcome(issues) == {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "value", "diagnostics": "e"},
            {"severity": "warning", "code": "invariant", "diagnostics": "w", "expression": ["Patient"]},
        ],
    }
    assert check(to_outcome(issues)) == check(to_outcome([])) == []
    assert not is_valid(issues)
    assert is_valid(issues[:1])


@needs_shared
@given(st.sampled_from(("Patient-example", "Observation-blood-pressure", "Encounter-example-1")), st.data())
@settings(max_examples=100, deadline=None)
def test_it_bears_whatever_comes_of_us_core(name: str, data: st.DataObject) -> None:
    resource = copy.deepcopy(us_core.examples("6.1.0")[name])
    holder, key = data.draw(st.sampled_from(places(resource)))
    holder[key] = data.draw(junk)
    validate(resource, (), us_core.library("6.1.0"))
