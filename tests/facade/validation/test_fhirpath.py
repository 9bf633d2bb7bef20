"""FHIRPath with FHIR's functions: what fhirpathpy lacks or mistakes, and bounds on what a profile may ask."""

from __future__ import annotations

import time
from typing import Any

import pytest

from facade.validation import functions
from facade.validation.fhirpath import Evaluator
from facade.validation.functions import fullmatch
from facade.validation.issue import CannotEvaluate, OutOfTime
from facade.validation.nodes import descend, root_node

GIVEN = {
    "resourceType": "Patient",
    "id": "p",
    "contained": [{"resourceType": "Organization", "id": "o", "name": "x"}],
    "name": [
        {
            "family": "Doe",
            "_family": {"extension": [{"url": "http://a", "valueString": "y"}]},
            "given": ["A", None],
            "_given": [None, {"extension": [{"url": "http://a", "valueString": "z"}]}],
        },
        {"given": ["B"]},
    ],
    "birthDate": "2020-01-31",
    "active": True,
    "deceasedBoolean": False,
    "generalPractitioner": [{"reference": "#o"}, {"reference": "Practitioner/1"}],
    "managingOrganization": {"reference": "#o"},
}


def at_root(expression: str, resource: dict[str, Any] = GIVEN) -> list[Any]:
    return Evaluator().evaluate(expression, root_node(resource))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("name.family.count()", [1]),  # a value and its extensions are one element
        ("name.given.count()", [3]),  # one of them has only an extension
        ("name.given.where(hasValue()).count()", [2]),
        ("name.where(given.where($this = 'B').exists() and $this.family.empty()).count()", [1]),
        ("name.select(given.where(hasValue()).select($this & '!'))", ["A!", "B!"]),
        ("name.first().select(given.where($this = 'A').replace('A', $this.family))", ["Doe"]),
        ("name.all(given.exists())", [True]),
        ("name.exists(family = 'Doe')", [True]),
        ("managingOrganization.resolve().name", ["x"]),
        ("generalPractitioner.first().resolve() is Organization", [True]),
        ("%resource.id", ["p"]),
        ("birthDate < @2020-02", [True]),
        ("birthDate < @2020", []),  # cannot be said
        ("birthDate >= @2020-01-31", [True]),
        ("active or managingOrganization", [True]),  # as many a profile writes for exists()
        ("deceased implies {}", [True]),
        ("{} implies active", [True]),
        ("active and {}", []),
        ("active xor deceased", [True]),
        ("name.first().family.matches('D')", [False]),  # the whole string
        ("name.first().family.matches('D.*')", [True]),
        ("name.first().family.replaceMatches('(D)(o)', '$2$1')", ["oDe"]),
        ("name.family.startsWith('D')", [True]),
        ("maritalStatus.text.startsWith('D').not()", [True]),
        ("deceased is boolean", [True]),
        ("multipleBirth is boolean", [False]),
        ("deceased.as(boolean)", [False]),
        ("repeat(contained).count()", [1]),
        ("descendants().where($this = 'B').count()", [1]),
        ("birthDate.toString()", ["2020-01-31"]),
    ],
)
def test_what_it_gives(expression: str, expected: list[Any]) -> None:
    assert at_root(expression) == expected


def test_a_rule_that_gives_nothing_is_not_met_and_one_that_cannot_be_evaluated_is_not_known() -> None:
    evaluator, node = Evaluator(), root_node(GIVEN)
    assert evaluator.holds("active", node) is True
    assert evaluator.holds("deceased", node) is False
    assert evaluator.holds("birthDate < @2020", node) is False
    assert evaluator.holds("nothing.of(this) kind", node) is None
    assert evaluator.holds("name.unheardOf()", node) is None
    assert evaluator.holds("generalPractitioner[1].resolve().name.exists()", node) is None
    assert evaluator.holds("code.memberOf('http://x')", node) is False
    assert evaluator.holds("active.memberOf('http://x')", node) is None
    assert evaluator.holds("active = " + "(" * 3000 + "true" + ")" * 3000, node) is None
    assert evaluator.holds("active or true" * 2000, node) is None


def test_a_type_is_known_without_the_resource() -> None:
    second = "generalPractitioner[1].resolve()"
    assert at_root(f"{second} is Practitioner") == [True]
    assert at_root(f"{second}.ofType(Patient).empty()") == [True]
    with pytest.raises(CannotEvaluate):
        at_root(f"{second}.active")


def test_entries_of_a_bundle_are_at_hand() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": "urn:uuid:1",
                "resource": {"resourceType": "Practitioner", "id": "1", "active": True},
            },
            {
                "resource": {
                    "resourceType": "Patient",
                    "generalPractitioner": [{"reference": "urn:uuid:1"}, {"reference": "Practitioner/1"}],
                }
            },
        ],
    }
    (patient,) = [node for node in descend(root_node(bundle)) if node.path == "Patient"]
    assert Evaluator().evaluate("generalPractitioner.resolve().active", patient) == [True, True]


def test_a_pattern_without_end_is_ended() -> None:
    with pytest.raises(CannotEvaluate):
        fullmatch("(a|aa)+b", "a" * 60)
    with pytest.raises(CannotEvaluate):
        fullmatch("(", "a")


def test_an_expression_that_multiplies_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "MAX_ITEMS", 1000)
    product = ".select(%resource.descendants())" * 6
    assert Evaluator().holds(f"descendants(){product}.exists()", root_node(GIVEN)) is None
    monkeypatch.setattr(functions, "MAX_ITEMS", 10**9)
    ends = time.monotonic() + 0.05

    def tick() -> None:
        if time.monotonic() > ends:
            raise OutOfTime

    with pytest.raises(OutOfTime):
        Evaluator(tick=tick).holds(f"descendants(){product}.exists()", root_node(GIVEN))
