"""Whole scripts against the control server: what is asserted, what writes, what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.exchange import parse_json
from conformance.model import Status
from conformance.spec.definitions import definitions
from conformance.validation import errors, validate
from tests.conformance.testscript.kit import Json, check, judged, operation, script, write

READ = operation("read", resource="Patient", params="/a1")
PATIENT: Json = {
    "resourceType": "Patient",
    "id": "mine",
    "active": True,
    "name": [{"family": "Script", "given": ["One", "Two"]}],
}


async def statuses(folder: Path, content: Json, **options: Any) -> list[tuple[Status, str]]:
    """How each test ended."""
    results = await judged(write(folder, content), **options)
    return [(one.status, one.reason) for one in results if one.requirement.id == "testscript.test"]


HOLDS: list[Json] = [
    {"response": "okay"},
    {"response": "notFound", "operator": "notEquals"},
    {"responseCode": "200"},
    {"responseCode": "200,201", "operator": "in"},
    {"contentType": "json"},
    {"contentType": "application/fhir+json"},
    {"headerField": "ETag", "operator": "notEmpty"},
    {"headerField": "X-None", "operator": "empty"},
    {"headerField": "Accept", "direction": "request", "operator": "contains", "value": "json"},
    {"resource": "Patient"},
    {"requestMethod": "get"},
    {"requestURL": "/Patient/a1"},
    {"requestURL": "a1", "operator": "contains"},
    {"expression": "Patient.gender = 'female'"},
    {"expression": "Patient.gender", "value": "female"},
    {"expression": "Patient.name.given.count()", "operator": "greaterThan", "value": "1"},
    {"expression": "Patient.active", "operator": "eval"},
    {"path": "fhir:Patient/fhir:birthDate/@value", "value": "1980-02-29"},
    {"path": "$.gender", "operator": "in", "value": "male,female"},
    {"minimumId": "little"},
    {"validateProfileId": "patient"},
    {"compareToSourceId": "little", "compareToSourceExpression": "Patient.gender"},
    {"compareToSourceId": "little", "compareToSourcePath": "$.gender", "path": "$.gender"},
]
FAILS: list[Json] = [
    {"response": "created"},
    {"responseCode": "200,201", "operator": "notIn"},
    {"contentType": "xml"},
    {"headerField": "ETag", "operator": "empty"},
    {"headerField": "X-None", "operator": "notEmpty"},
    {"resource": "Observation"},
    {"requestMethod": "post"},
    {"requestURL": "/Patient/a"},
    {"expression": "Patient.gender = 'male'"},
    {"expression": "Patient.photo"},
    {"expression": "Patient.gender", "value": "male"},
    {"path": "fhir:Patient/fhir:birthDate/@value", "value": "1980-02"},
    {"minimumId": "other"},
    {"navigationLinks": True},
    {"compareToSourceId": "other", "compareToSourceExpression": "Patient.gender"},
]
BESIDE: Json = {
    "fixture": [
        {"id": "little", "autocreate": False, "autodelete": False, "resource": {"reference": "#little"}},
        {"id": "other", "autocreate": False, "autodelete": False, "resource": {"reference": "#other"}},
    ],
    "contained": [
        {"resourceType": "Patient", "id": "little", "gender": "female", "name": [{"given": ["Marie"]}]},
        {"resourceType": "Patient", "id": "other", "gender": "male"},
    ],
    "profile": [{"id": "patient", "reference": "http://hl7.org/fhir/StructureDefinition/Patient"}],
}


async def test_what_holds_and_what_does_not(tmp_path: Path) -> None:
    tests = [[READ, check(**one)] for one in (*HOLDS, *FAILS)]
    found = await statuses(tmp_path, script(*tests, **BESIDE))
    ended = dict(zip(map(json.dumps, (*HOLDS, *FAILS)), found, strict=True))
    assert [name for name in map(json.dumps, HOLDS) if ended[name][0] is not Status.PASS] == []
    assert [name for name in map(json.dumps, FAILS) if ended[name][0] is not Status.FAIL] == []


async def test_a_search_by_post_and_its_pages(tmp_path: Path) -> None:
    params = "?family=Smith&_count=1"
    post = operation("search", resource="Patient", params=params, method="post")
    found = await statuses(
        tmp_path,
        script(
            [post, check(requestMethod="post"), check(expression="Bundle.entry.count() = 1")],
            [operation("search", resource="Patient", params="?_id=a1"), check(navigationLinks=True)],
        ),
    )
    assert found == [(Status.PASS, "")] * 2


async def test_a_url_that_is_not_encoded(tmp_path: Path) -> None:
    params = {"resource": "Patient", "params": '?family="x"'}
    plain = {"encodeRequestUrl": False} | params
    found = await statuses(
        tmp_path,
        script(
            [operation("search", **params), check(requestURL="%22", operator="notContains")],
            [operation("search", **plain), check(response="okay")],
        ),
    )
    assert found == [(Status.PASS, "")] * 2


async def test_variables(tmp_path: Path) -> None:
    variables = [
        {"name": "id", "defaultValue": "a1"},
        {"name": "seen", "expression": "Patient.name.first().family", "sourceId": "answer"},
        {"name": "tag", "headerField": "ETag", "sourceId": "answer"},
        {"name": "born", "path": "$.birthDate"},
        {"name": "none", "headerField": "X-None", "sourceId": "answer"},
        {"name": "asked", "hint": "yours"},
    ]
    read = operation("read", resource="Patient", params="/${id}", responseId="answer")
    tests = [
        [
            read,
            check(expression="Patient.name.family", value="${seen}"),
            check(path="$.birthDate", value="${born}"),
        ],
        [
            operation(
                "read",
                resource="Patient",
                params="/${id}",
                requestHeader=[{"field": "If-None-Match", "value": "${tag}"}],
            ),
            check(response="notModified"),
        ],
        [operation("read", resource="Patient", params="/${none}")],
        [operation("read", resource="Patient", params="/${asked}"), check(response="okay")],
        [operation("vread", targetId="answer"), check(response="okay")],
    ]
    found = await statuses(tmp_path, script(*tests, variable=variables))
    assert [status for status, _ in found] == [
        Status.PASS,
        Status.PASS,
        Status.FAIL,
        Status.SKIPPED,
        Status.PASS,
    ]
    assert found[2][1] == "the variable none is empty: answer has none"
    assert "--testscript-variable asked=" in found[3][1]
    found = await statuses(tmp_path, script(*tests, variable=variables), testscript_variables={"asked": "b2"})
    assert found[3] == (Status.PASS, "")


WRITING = script(
    [
        operation("read", targetId="mine"),
        check(response="okay"),
        check(minimumId="mine"),
        operation("update", sourceId="mine", targetId="mine", contentType="xml"),
        check(response="okay"),
        operation("history", targetId="mine"),
        check(expression="Bundle.entry.count()", value="2"),
    ],
    [operation("read", resource="Patient", params="/a1"), check(response="okay")],
    fixture=[
        {"id": "mine", "autocreate": True, "autodelete": True, "resource": {"reference": "Patient/mine"}}
    ],
)


async def test_a_script_that_writes(tmp_path: Path) -> None:
    write(tmp_path, PATIENT, "patient.json")
    reports = tmp_path / "reports"
    found = await statuses(tmp_path, WRITING, write=True, testscript_reports=reports)
    assert found == [(Status.PASS, "")] * 2
    report = parse_json((reports / "TestReport-s.json").read_bytes())
    assert errors(validate(report, definitions())) == []
    assert (report["status"], report["result"]) == ("completed", "pass")
    kinds = "".join(kind[0] for each in report["test"][0]["action"] for kind in each)
    assert kinds == "oaaoaoa"
    assert report["teardown"]["action"][0]["operation"]["message"].startswith("DELETE Patient/")


async def test_a_script_that_writes_is_left_out_without_leave(tmp_path: Path) -> None:
    write(tmp_path, PATIENT, "patient.json")
    reports = tmp_path / "reports"
    found = await statuses(tmp_path, WRITING, testscript_reports=reports)
    assert [status for status, _ in found] == [Status.SKIPPED] * 2
    assert "--write" in found[0][1]
    report = parse_json((reports / "TestReport-s.json").read_bytes())
    assert errors(validate(report, definitions())) == []
    assert (report["status"], report["result"]) == ("stopped", "pending")
    one = script(
        [operation("delete", resource="Patient", params="/a1")],
        [READ, check(response="okay")],
        teardown={"action": [operation("delete", resource="Patient", params="/a1")]},
    )
    found = await statuses(tmp_path, one)
    assert [status for status, _ in found] == [Status.SKIPPED, Status.PASS]


async def test_a_setup_that_fails_skips_the_tests_and_the_teardown_is_run(tmp_path: Path) -> None:
    one = script(
        [READ, check(response="okay")],
        setup={"action": [READ, check(response="gone", description="Gone."), READ]},
        teardown={"action": [READ]},
    )
    reports = tmp_path / "reports"
    results = await judged(write(tmp_path, one), testscript_reports=reports)
    ended = {result.requirement.id: result for result in results}
    assert ended["testscript.setup"].status is Status.FAIL
    assert ended["testscript.setup"].reason == "Gone: the status is 200, and should be 410"
    assert ended["testscript.test"].status is Status.SKIPPED
    report = parse_json((reports / "TestReport-s.json").read_bytes())
    assert errors(validate(report, definitions())) == []
    assert report["result"] == "fail"
    assert [each[kind]["result"] for each in report["setup"]["action"] for kind in each] == [
        "pass",
        "fail",
        "skip",
    ]
    assert report["teardown"]["action"][0]["operation"]["result"] == "pass"


async def test_a_warning_does_not_stop(tmp_path: Path) -> None:
    one = script([READ, check(response="gone", warningOnly=True), check(response="okay")])
    reports = tmp_path / "reports"
    assert await statuses(tmp_path, one, testscript_reports=reports) == [(Status.PASS, "")]
    report = parse_json((reports / "TestReport-s.json").read_bytes())
    assert report["test"][0]["action"][1]["assert"]["result"] == "warning"


async def test_what_is_not_declared_is_left_out(tmp_path: Path) -> None:
    found = await statuses(tmp_path, script([operation("read", resource="Basic", params="/1")], [READ]))
    assert found == [(Status.NOT_DECLARED, "the test uses read of Basic, not declared"), (Status.PASS, "")]
    wanted = {
        "resourceType": "CapabilityStatement",
        "id": "c",
        "rest": [{"mode": "server", "resource": [{"type": "Patient", "searchParam": [{"name": "shoe"}]}]}],
    }
    capability = {"required": True, "validated": False, "capabilities": "CapabilityStatement/c"}
    one = script([READ], contained=[wanted], metadata={"capability": [capability]})
    one["metadata"]["capability"][0]["capabilities"] = "#c"
    found = await statuses(tmp_path, one)
    assert found == [(Status.NOT_DECLARED, "the script requires Patient?shoe, not declared")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (script([operation("read", resource="Patient", params="/${x}")]), "t1: there is no variable x"),
        (script([READ, check(minimumId="m")]), "t1: there is no fixture m"),
        (script([READ, check(validateProfileId="p")]), "t1: there is no profile p"),
        (script([READ, check(response="fine")]), "t1: there is no response fine"),
        (script([READ, check(operator="resembles", response="okay")]), "t1: there is no operator resembles"),
        (script([READ, check(response="okay", resource="Patient")]), "asks for resource and response"),
        (script([READ, check()]), "t1: an assert asks for nothing"),
        (script([READ, check(responseCode="200", direction="request")]), "a request has no status"),
        (script([{"operation": {}, "assert": {}}]), "either an operation or an assert"),
        (script([operation(resource="Patient")]), "neither a type nor a URL"),
        (script([operation("read", resource="Patient", params="/1", destination=3)]), "no destination 3"),
        (
            script([READ], fixture=[{"id": "f", "resource": {"reference": "Patient/zz"}}]),
            "not beside the script",
        ),
        (
            script([READ], variable=[{"name": "v", "path": "x", "headerField": "y"}]),
            "it may have one of them",
        ),
        (script([READ], variable=[{"name": "v", "path": "x", "sourceId": "q"}]), "there is no fixture q"),
        (script(), "it has no tests"),
        ({"resourceType": "TestScript", "test": [{"action": [{"operation": {"type": 7}}]}]}, "cannot be run"),
        ({"resourceType": "Patient"}, "it is a Patient, not a TestScript"),
    ],
)
async def test_a_script_that_is_wrong_is_said(tmp_path: Path, content: Json, why: str) -> None:
    reports = tmp_path / "reports"
    results = await judged(write(tmp_path, content), testscript_reports=reports)
    (one,) = [result for result in results if result.status is Status.FAIL]
    assert one.requirement.id == "testscript.script"
    assert why in one.reason
    report = parse_json((reports / "TestReport-s.json").read_bytes())
    assert errors(validate(report, definitions())) == []
    assert report["result"] == "fail"
    assert why.removeprefix("cannot be run") in json.dumps(report, default=str)


@pytest.mark.parametrize("text", ["", "[]", "<TestScript", "nothing", '{"resourceType": 4}'])
async def test_a_file_that_is_no_script(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.json").write_text(text)
    (one,) = await judged(tmp_path / "s.json")
    assert one.status is Status.FAIL
    assert one.requirement.id == "testscript.script"


async def test_nothing_given_or_nothing_there(tmp_path: Path) -> None:
    (one,) = await judged(tmp_path / "none")
    assert "there is no such file or folder" in one.reason
    (one,) = await judged(tmp_path)
    assert one.reason == "the script cannot be run: it holds no TestScript"


async def test_an_expression_that_cannot_be_evaluated_is_the_scripts_fault(tmp_path: Path) -> None:
    ((status, reason),) = await statuses(
        tmp_path, script([READ, check(expression="Patient.gender.unknown()", value="1")])
    )
    assert status is Status.SKIPPED
    assert reason.startswith(
        "the script is wrong: the expression 'Patient.gender.unknown()' cannot be evaluated"
    )


async def test_nobody_else_is_written_to(tmp_path: Path) -> None:
    ((status, reason),) = await statuses(
        tmp_path, script([operation("delete", url="http://elsewhere/Patient/1")]), write=True
    )
    assert status is Status.SKIPPED
    assert "is not the server that is judged" in reason


@pytest.mark.parametrize("fault", ["html-errors", "text-plain"])
async def test_answers_that_are_no_resources(tmp_path: Path, fault: str) -> None:
    one = script([operation("read", resource="Patient", params="/none"), check(resource="OperationOutcome")])
    ((status, _),) = await statuses(tmp_path, one, fault=fault)
    assert status is (Status.FAIL if fault == "html-errors" else Status.PASS)
