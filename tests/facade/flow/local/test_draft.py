"""What a client sent, checked: every fault with its place, and a status by what kind it is of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from facade.errors import InvalidResource, NotFhir
from facade.flow.local import draft_resource
from facade.flow.local.draft import named
from facade.search import Setting


def refused(resource: dict[str, Any]) -> InvalidResource:
    with pytest.raises(InvalidResource) as refusal:
        draft_resource({"resourceType": "Patient", **resource}, Setting(), "a")
    return refusal.value


def test_what_is_not_valid_is_unprocessable() -> None:
    error = refused({"gender": "x", "birthDate": "200"})
    assert (error.status, error.expression) == (422, "Patient.gender")
    assert [place for place, _, _ in error.faults] == ["Patient.gender", "Patient.birthDate"]
    assert [issue["expression"] for issue in error.outcome()["issue"]] == [
        ["Patient.gender"],
        ["Patient.birthDate"],
    ]


def test_what_r4_has_no_place_for_is_no_fhir() -> None:
    error = refused({"gender": "x", "colour": "blue"})
    assert isinstance(error, NotFhir)
    assert error.status == 400
    assert [issue["code"] for issue in error.outcome()["issue"]] == ["code-invalid", "structure"]


def test_fifty_faults_are_listed_and_the_rest_counted() -> None:
    issues = refused({"name": [{"use": "x"}] * 60}).outcome()["issue"]
    assert len(issues) == 51
    assert issues[-1] == {
        "severity": "information",
        "code": "informational",
        "diagnostics": "There are 10 more faults like these.",
    }


@pytest.mark.parametrize("id", ["", "a b", "x" * 65, 5, None])
def test_an_id_that_is_none(id: Any) -> None:
    with pytest.raises(InvalidResource) as refusal:
        draft_resource({"resourceType": "Patient"}, Setting(), id)
    assert refusal.value.expression == "Patient.id"


def test_what_json_cannot_bear_is_refused() -> None:
    name: Any = {"url": "urn:x", "valueDecimal": 10**30}
    assert refused({"extension": [name]}).status == 400
    fine = {"resourceType": "Patient", "extension": [{**name, "valueDecimal": Decimal(10**30)}]}
    assert b"1000000" in draft_resource(fine, Setting(), "a").content.tail


def test_the_resource_that_was_given_stays_as_it_was() -> None:
    resource = {"resourceType": "Patient", "id": "theirs", "meta": {"versionId": "3"}}
    draft_resource(resource, Setting(), "a")
    assert resource == {"resourceType": "Patient", "id": "theirs", "meta": {"versionId": "3"}}


def test_under_another_id_it_is_as_if_sent_so() -> None:
    resource = {"resourceType": "Patient", "active": True}
    assert named(draft_resource(resource, Setting(), "a"), "b") == draft_resource(resource, Setting(), "b")
