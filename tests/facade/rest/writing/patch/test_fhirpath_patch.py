"""FHIRPath Patch: each operation as the specification describes it, and what is refused."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from facade.rest.writing.patch import apply_fhirpath_patch
from facade.rest.writing.patch.errors import BadPatch, PatchRefused
from facade.spec.check import check

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "active": False,
    "identifier": [{"value": "a"}, {"value": "b"}, {"value": "c"}],
    "name": [
        {"use": "official", "family": "Ek", "given": ["Ann", None, "B"], "_given": [None, {"id": "g"}, None]},
        {"use": "nickname", "text": "Annie"},
    ],
    "birthDate": "2000-01-01",
    "_birthDate": {"extension": [{"url": "http://example.org/t", "valueTime": "10:00:00"}]},
    "deceasedBoolean": False,
    "maritalStatus": {"coding": [{"code": "M"}], "text": "married"},
    "contact": [{"gender": "female", "name": {"text": "C"}}],
}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    """Parameters: each operation's parts, the type first; plain texts and numbers get their usual type."""
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "operation", "part": [part(name, value) for name, value in one.items()]}
            for one in operations
        ],
    }


def part(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"name": name, **value}
    if isinstance(value, list):
        return {"name": name, "part": value}
    kind = "valueCode" if name == "type" else "valueInteger" if isinstance(value, int) else "valueString"
    return {"name": name, kind: value}


def add(path: str, name: str, value: Any) -> dict[str, Any]:
    return {"type": "add", "path": path, "name": name, "value": value}


def insert(path: str, index: int, value: Any) -> dict[str, Any]:
    return {"type": "insert", "path": path, "index": index, "value": value}


def delete(path: str) -> dict[str, Any]:
    return {"type": "delete", "path": path}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"type": "replace", "path": path, "value": value}


def move(path: str, source: int, destination: int) -> dict[str, Any]:
    return {"type": "move", "path": path, "source": source, "destination": destination}


def ids(*values: str) -> list[dict[str, str]]:
    return [{"value": value} for value in values]


ANN = PATIENT["name"][0]
TIME = PATIENT["_birthDate"]["extension"]
NEW = {"url": "http://example.org/n", "valueCode": "x"}


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        # add: to a single element, to a list, to a list that is not there, with parts, of a choice
        (add("Patient", "gender", {"valueCode": "female"}), {"gender": "female"}),
        (add("Patient", "gender", {"valueString": "female"}), {"gender": "female"}),
        (
            add("Patient", "identifier", {"valueIdentifier": {"value": "d"}}),
            {"identifier": ids("a", "b", "c", "d")},
        ),
        (
            add("Patient", "telecom", {"valueContactPoint": {"value": "1", "rank": 1}}),
            {"telecom": [{"value": "1", "rank": 1}]},
        ),
        (
            add(
                "Patient",
                "contact",
                [
                    {"name": "name", "valueHumanName": {"text": "D"}},
                    {"name": "telecom", "valueContactPoint": {"value": "1"}},
                    {"name": "telecom", "valueContactPoint": {"value": "2"}},
                    {"name": "gender", "valueCode": "male"},
                ],
            ),
            {
                "contact": [
                    *PATIENT["contact"],
                    {"name": {"text": "D"}, "telecom": [{"value": "1"}, {"value": "2"}], "gender": "male"},
                ]
            },
        ),
        (
            add(
                "Patient",
                "link",
                [
                    {"name": "other", "valueReference": {"reference": "Patient/2"}},
                    {"name": "type", "valueCode": "seealso"},
                ],
            ),
            {"link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}]},
        ),
        (add("Patient", "multipleBirth", {"valueInteger": 2}), {"multipleBirthInteger": 2}),
        (add("Patient", "multipleBirth[x]", {"valueBoolean": True}), {"multipleBirthBoolean": True}),
        (
            add("Patient.contact[0]", "organization", {"valueReference": {"reference": "Organization/1"}}),
            {"contact": [{**PATIENT["contact"][0], "organization": {"reference": "Organization/1"}}]},
        ),
        (
            add("Patient.name.where(use = 'official')", "given", {"valueString": "C"}),
            {
                "name": [
                    {**ANN, "given": ["Ann", None, "B", "C"], "_given": [None, {"id": "g"}, None, None]},
                    PATIENT["name"][1],
                ]
            },
        ),
        (
            add("Patient.name.where(use = 'nickname')", "given", {"_valueString": {"id": "h"}}),
            {"name": [ANN, {**PATIENT["name"][1], "_given": [{"id": "h"}]}]},
        ),
        (
            add(
                "Patient.birthDate",
                "extension",
                [{"name": "url", "valueUri": NEW["url"]}, {"name": "value", "valueCode": "x"}],
            ),
            {"_birthDate": {"extension": [*TIME, NEW]}},
        ),
        (
            add(
                "Patient.active",
                "extension",
                [{"name": "url", "valueUri": NEW["url"]}, {"name": "value[x]", "valueCode": "x"}],
            ),
            {"_active": {"extension": [NEW]}},
        ),
        (
            add(
                "Patient", "contained", {"resource": {"resourceType": "Organization", "id": "o", "name": "O"}}
            ),
            {"contained": [{"resourceType": "Organization", "id": "o", "name": "O"}]},
        ),
        (
            add("Patient", "gender", {"valueCode": "male", "_valueCode": {"id": "x"}}),
            {"gender": "male", "_gender": {"id": "x"}},
        ),
        # insert: before, in the middle, at the end
        (
            insert("Patient.identifier", 0, {"valueIdentifier": {"value": "d"}}),
            {"identifier": ids("d", "a", "b", "c")},
        ),
        (
            insert("Patient.identifier", 2, {"valueIdentifier": {"value": "d"}}),
            {"identifier": ids("a", "b", "d", "c")},
        ),
        (
            insert("Patient.identifier", 3, {"valueIdentifier": {"value": "d"}}),
            {"identifier": ids("a", "b", "c", "d")},
        ),
        (
            insert("Patient.contact", 0, [{"name": "gender", "valueCode": "male"}]),
            {"contact": [{"gender": "male"}, *PATIENT["contact"]]},
        ),
        (
            insert("Patient.name[0].given", 1, {"valueString": "X"}),
            {
                "name": [
                    {**ANN, "given": ["Ann", "X", None, "B"], "_given": [None, None, {"id": "g"}, None]},
                    PATIENT["name"][1],
                ]
            },
        ),
        # delete: a single element, an item, nothing, the last of what held it
        (delete("Patient.birthDate"), {"birthDate": None, "_birthDate": None}),
        (delete("Patient.deceased"), {"deceasedBoolean": None}),
        (delete("Patient.deceased.ofType(boolean)"), {"deceasedBoolean": None}),
        (delete("Patient.deceased as dateTime"), {}),
        (delete("Patient.gender"), {}),
        (delete("Patient.identifier.where(value = 'z')"), {}),
        (delete("Patient.identifier[0]"), {"identifier": ids("b", "c")}),
        (delete("Patient.identifier.where(value = 'b')"), {"identifier": ids("a", "c")}),
        (delete("Patient.contact"), {"contact": None}),
        (delete("Patient.contact.name.text"), {"contact": [{"gender": "female"}]}),
        (delete("Patient.maritalStatus.coding"), {"maritalStatus": {"text": "married"}}),
        (delete("Patient.birthDate.extension('http://example.org/t')"), {"_birthDate": None}),
        (delete("Patient.birthDate.extension.where(url = 'http://example.org/t')"), {"_birthDate": None}),
        (
            delete("Patient.name[0].given[1]"),
            {"name": [{"use": "official", "family": "Ek", "given": ["Ann", "B"]}, PATIENT["name"][1]]},
        ),
        (
            delete("Patient.name[0].given[1].id"),
            {"name": [{"use": "official", "family": "Ek", "given": ["Ann", "B"]}, PATIENT["name"][1]]},
        ),
        # replace: a value, an item, a choice by another type, with parts
        (replace("Patient.birthDate", {"valueDate": "1930"}), {"birthDate": "1930", "_birthDate": None}),
        (
            replace("Patient.maritalStatus", {"valueCodeableConcept": {"text": "single"}}),
            {"maritalStatus": {"text": "single"}},
        ),
        (
            replace("Patient.maritalStatus.text", {"valueString": "m"}),
            {"maritalStatus": {"coding": [{"code": "M"}], "text": "m"}},
        ),
        (
            replace("Patient.identifier[1]", {"valueIdentifier": {"value": "x"}}),
            {"identifier": ids("a", "x", "c")},
        ),
        (replace("Patient.identifier[1].value", {"valueString": "x"}), {"identifier": ids("a", "x", "c")}),
        (
            replace("Patient.deceased", {"valueDateTime": "2020-01-01"}),
            {"deceasedBoolean": None, "deceasedDateTime": "2020-01-01"},
        ),
        (
            replace("Patient.contact[0]", [{"name": "gender", "valueCode": "male"}]),
            {"contact": [{"gender": "male"}]},
        ),
        (
            replace("Patient.name[0].given[0]", {"valueString": "Eve"}),
            {"name": [{**ANN, "given": ["Eve", None, "B"]}, PATIENT["name"][1]]},
        ),
        (replace("Patient.active", {"valueBoolean": True}), {"active": True}),
        # move: down, up, not at all
        (move("Patient.identifier", 0, 2), {"identifier": ids("b", "c", "a")}),
        (move("Patient.identifier", 2, 0), {"identifier": ids("c", "a", "b")}),
        (move("Patient.identifier", 1, 1), {}),
        (
            move("Patient.name[0].given", 1, 0),
            {
                "name": [
                    {**ANN, "given": [None, "Ann", "B"], "_given": [{"id": "g"}, None, None]},
                    PATIENT["name"][1],
                ]
            },
        ),
        (move("name", 0, 1), {"name": [PATIENT["name"][1], ANN]}),
    ],
)
def test_one_operation(operation: dict[str, Any], changed: dict[str, Any]) -> None:
    before, parameters = copy.deepcopy(PATIENT), patch(operation)
    kept = copy.deepcopy(parameters)
    after = apply_fhirpath_patch(before, parameters)
    whole = {name: value for name, value in {**PATIENT, **changed}.items() if value is not None}
    assert after == whole
    assert (before, parameters) == (PATIENT, kept)
    assert [issue for issue in check(after) if issue.code != "invariant"] == []


def test_operations_follow_one_another() -> None:
    """What is invalid in between, or empty, does no harm."""
    operations = [
        delete("Patient.maritalStatus.coding"),
        delete("Patient.maritalStatus.text"),
        add("Patient", "maritalStatus", {"valueCodeableConcept": {"text": "x"}}),
        delete("Patient.identifier[2]"),
        delete("Patient.identifier[1]"),
        delete("Patient.identifier[0]"),
        add("Patient", "identifier", {"valueIdentifier": {"value": "z"}}),
        delete("Patient.active"),
        add("Patient", "active", {"valueBoolean": False}),
    ]
    after = apply_fhirpath_patch(PATIENT, patch(*operations))
    assert after == {**PATIENT, "maritalStatus": {"text": "x"}, "identifier": ids("z")}


def test_nothing_to_do() -> None:
    assert apply_fhirpath_patch(PATIENT, {"resourceType": "Parameters"}) == PATIENT


def test_decimals_and_quantities() -> None:
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": Decimal("1.10"), "unit": "mg"},
    }
    after = apply_fhirpath_patch(
        observation,
        patch(
            replace("Observation.value.value", {"valueDecimal": Decimal("2.500")}),
            add(
                "Observation",
                "referenceRange",
                [
                    {"name": "low", "valueQuantity": {"value": Decimal("1.0")}},
                    {"name": "age", "part": [{"name": "low", "valueQuantity": {"value": 3}}]},
                ],
            ),
        ),
    )
    assert str(after["valueQuantity"]["value"]) == "2.500"
    assert str(after["referenceRange"][0]["low"]["value"]) == "1.0"
    assert after["referenceRange"][0]["age"] == {"low": {"value": 3}}
    by_whole = apply_fhirpath_patch(
        observation, patch(replace("Observation.value.value", {"valueInteger": 3}))
    )
    assert by_whole["valueQuantity"] == {"value": 3, "unit": "mg"}
    assert check(after) == []
    other = apply_fhirpath_patch(
        observation, patch(replace("Observation.value as Quantity", {"valueString": "low"}))
    )
    assert other["valueString"] == "low"
    assert "valueQuantity" not in other


ONE = "Operation 1 "


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (
            add("Patient.contact.where(gender = 'male')", "gender", {"valueCode": "x"}),
            "(add at Patient.contact.where(gender = '…')): nothing is found there.",
        ),
        (
            add("Patient.identifier", "value", {"valueString": "x"}),
            "(add at Patient.identifier): 3 elements are found there, and one is wanted.",
        ),
        (
            add("Patient", "birthDate", {"valueDate": "2020"}),
            "(add at Patient): there is such an element already, and there may be only one.",
        ),
        (
            add("Patient", "active", {"valueBoolean": True}),
            "(add at Patient): there is such an element already, and there may be only one.",
        ),
        (
            add("Patient", "deceased", {"valueDateTime": "2020"}),
            "(add at Patient): there is such an element already, and there may be only one.",
        ),
        (
            add("Patient", "telephone", {"valueString": "1"}),
            "(add at Patient): R4 has no element of the given name there.",
        ),
        (
            add("Patient", "multipleBirthInteger", {"valueInteger": 1}),
            "(add at Patient): R4 has no element of the given name there.",
        ),
        (
            add("Patient", "gender", {"valueInteger": 1}),
            "(add at Patient): its value is of the wrong type; code is wanted.",
        ),
        (
            add("Patient", "multipleBirth", {"valueString": "1"}),
            "(add at Patient): its value is of the wrong type; boolean or integer is wanted.",
        ),
        (
            add("Patient", "photo", {"valueHumanName": {"text": "x"}}),
            "(add at Patient): its value is of the wrong type; Attachment is wanted.",
        ),
        (
            add(
                "Patient",
                "contact",
                [{"name": "gender", "valueCode": "x"}, {"name": "gender", "valueCode": "y"}],
            ),
            "(add at Patient): there is such an element already, and there may be only one.",
        ),
        (
            add("Patient", "contact", [{"name": "nam", "valueString": "x"}]),
            "(add at Patient): R4 has no element of the given name there.",
        ),
        (
            add("Patient", "contact", [{"valueString": "x"}]),
            "(add at Patient): a part of its value has no name.",
        ),
        (
            add("Patient", "contact", {"valueString": "x"}),
            "(add at Patient): its value is of the wrong type; BackboneElement is wanted.",
        ),
        (
            add("Patient.active", "value", {"valueString": "x"}),
            "(add at Patient.active): R4 has no element of the given name there.",
        ),
        (
            insert("Patient.identifier", 4, {"valueIdentifier": {}}),
            "(insert at Patient.identifier): its index is not from 0 to 3.",
        ),
        (
            insert("Patient.identifier", -1, {"valueIdentifier": {}}),
            "(insert at Patient.identifier): its index is not from 0 to 3.",
        ),
        (
            insert("Patient.telecom", 0, {"valueContactPoint": {"value": "x"}}),
            "(insert at Patient.telecom): nothing is found there.",
        ),
        (
            insert("Patient.identifier.where(value = 'a')", 0, {"valueIdentifier": {}}),
            "(insert at Patient.identifier.where(value = '…')): that is not one whole list.",
        ),
        (
            insert("Patient.birthDate", 0, {"valueDate": "2020"}),
            "(insert at Patient.birthDate): that is not one whole list.",
        ),
        (
            insert("Patient.identifier", 0, {"valueHumanName": {"text": "x"}}),
            "(insert at Patient.identifier): its value is of the wrong type; Identifier is wanted.",
        ),
        (
            delete("Patient.identifier"),
            "(delete at Patient.identifier): 3 elements are found there, and one is wanted.",
        ),
        (delete("Patient"), "(delete at Patient): that is the whole resource."),
        (
            delete("Patient.nothing"),
            "(delete at Patient.nothing): the path names an element that R4 does not have there.",
        ),
        (
            delete("Patient.deceasedBoolean"),
            "(delete at Patient.deceasedBoolean): the path names an element that R4 does not have there.",
        ),
        (
            delete("Observation.status"),
            "(delete at Observation.status): the path names an element that R4 does not have there.",
        ),
        (
            replace("Patient.gender", {"valueCode": "male"}),
            "(replace at Patient.gender): nothing is found there.",
        ),
        (
            replace("Patient.name.use", {"valueCode": "x"}),
            "(replace at Patient.name.use): 2 elements are found there, and one is wanted.",
        ),
        (
            replace("Patient", {"resource": {"resourceType": "Patient"}}),
            "(replace at Patient): that is the whole resource.",
        ),
        (
            replace("Patient.deceased", {"valueString": "x"}),
            "(replace at Patient.deceased): its value is of the wrong type; boolean or dateTime is wanted.",
        ),
        (move("Patient.identifier", 3, 0), "(move at Patient.identifier): its source is not from 0 to 2."),
        (
            move("Patient.identifier", 0, 3),
            "(move at Patient.identifier): its destination is not from 0 to 2.",
        ),
        (move("Patient.contact.name", 0, 0), "(move at Patient.contact.name): that is not one whole list."),
        (
            delete("Patient.name.where(family ~ 'Ek')"),
            "(delete at Patient.name.where(family ~ '…')): "
            "the path cannot be read; it is FHIRPath as search parameters use it.",
        ),
        (
            delete("Patient.name.where(family = 'Ek"),
            "(delete at Patient.name.where(family = '…'): "
            "the path cannot be read; it is FHIRPath as search parameters use it.",
        ),
        (
            delete("Patient.managingOrganization.resolve()"),
            "(delete at Patient.managingOrganization.resolve()): "
            "the path calls a function that is not supported in a patch.",
        ),
        (
            delete("Patient.name.count()"),
            "(delete at Patient.name.count()): the path leads to a value, not to an element.",
        ),
        (
            delete("Patient.name.where(given = 'x' or given)"),
            "(delete at Patient.name.where(given = '…' or given)): "
            "the path finds several elements where it needs one.",
        ),
        (delete("(" * 900), "(delete at a path too long to show): the path is nested too deeply."),
        (
            delete("Patient." + "x" * 1000),
            "(delete at a path too long to show): the path is longer than 1000 characters.",
        ),
    ],
)
def test_what_does_not_fit(operation: dict[str, Any], text: str) -> None:
    before = copy.deepcopy(PATIENT)
    with pytest.raises(PatchRefused) as refused:
        apply_fhirpath_patch(before, patch(operation))
    assert refused.value.diagnostics == ONE + text
    assert (refused.value.status, refused.value.expression) == (422, "Parameters.parameter[0]")
    assert before == PATIENT


def test_the_operation_at_fault_is_named() -> None:
    fine = delete("Patient.gender")
    with pytest.raises(PatchRefused) as refused:
        apply_fhirpath_patch(PATIENT, patch(fine, fine, delete("Patient.identifier")))
    assert refused.value.diagnostics.startswith("Operation 3 (delete at ")
    assert refused.value.expression == "Parameters.parameter[2]"


KINDS = "its type is none of add, insert, delete, replace, move"


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ({}, KINDS),
        ({"type": "upsert"}, KINDS),
        ({"type": 1}, "its type is no valueCode"),
        ({"type": "delete"}, "it has no path, which delete needs"),
        ({"type": "add", "path": "Patient", "name": "x"}, "it has no value, which add needs"),
        ({"type": "insert", "path": "x", "value": {"valueCode": "x"}}, "it has no index, which insert needs"),
        ({"type": "move", "path": "x", "source": 1}, "it has no destination, which move needs"),
        ({"type": "move", "path": "x", "source": "1"}, "its source is no valueInteger"),
        ({"type": "move", "path": "x", "source": True}, "its source is no valueInteger"),
        (
            {"type": "delete", "pat": "x"},
            "its parts are type, path, name, index, source, destination and value",
        ),
        (
            {"type": "replace", "path": "x", "value": {}},
            "its value is not one value[x], resource or list of parts",
        ),
        (
            {"type": "replace", "path": "x", "value": {"valueCode": "x", "valueDate": "2020"}},
            "its value is not one value[x], resource or list of parts",
        ),
    ],
)
def test_what_is_no_operation(operation: dict[str, Any], text: str) -> None:
    with pytest.raises(BadPatch) as refused:
        apply_fhirpath_patch(PATIENT, patch(operation))
    assert refused.value.diagnostics == f"Operation 1: {text}."
    assert (refused.value.status, refused.value.expression) == (400, "Parameters.parameter[0]")


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({}, "its parts are not a list"),
        (True, "its parts are not a list"),
        ([None], "its parts are type, path, name, index, source, destination and value"),
        ([{"name": ["type"]}], "its parts are type, path, name, index, source, destination and value"),
        ([{"name": {}}], "its parts are type, path, name, index, source, destination and value"),
    ],
)
def test_parts_that_are_none(parts: Any, text: str) -> None:
    with pytest.raises(BadPatch) as refused:
        apply_fhirpath_patch(PATIENT, {**patch(), "parameter": [{"name": "operation", "part": parts}]})
    assert refused.value.diagnostics == f"Operation 1: {text}."


def test_what_is_no_patch() -> None:
    twice = patch(delete("Patient.gender"))
    twice["parameter"][0]["part"] *= 2
    for parameters, text in (
        (PATIENT, "A FHIRPath Patch is a Parameters resource."),
        ({**patch(), "parameter": {}}, "The parameters are not a list."),
        (patch(*[delete("Patient.gender")] * 1001), "A patch has at most 1000 operations."),
        (
            {**patch(), "parameter": [{"name": "other"}]},
            "Operation 1: a parameter of a patch has the name operation.",
        ),
        (twice, "Operation 1: it has its type twice."),
    ):
        with pytest.raises(BadPatch) as refused:
            apply_fhirpath_patch(PATIENT, parameters)
        assert refused.value.diagnostics == text


def test_a_part_that_follows_the_schema_is_still_checked_for_its_rules() -> None:
    """The result is looked at by whoever stores it."""
    after = apply_fhirpath_patch(PATIENT, patch(delete("Patient.contact.name")))
    assert [issue.diagnostics for issue in check(after)] == [
        "pat-1: one of name, telecom, address, organization is needed"
    ]
