"""What is wrong with a statement is said; what cannot be told is not held against it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model import Status
from conformance.suites.capability.claims import check_claims
from tests.conformance.suites.capability.judged import BASE, failed, fhir, judge, of, outcome, stated

HL7 = "http://hl7.org/fhir/SearchParameter/"
OPERATION = "http://hl7.org/fhir/OperationDefinition/"


def patient(**more: Any) -> dict[str, Any]:
    return {"type": "Patient", "interaction": [{"code": "read"}], **more}


def parameter(name: str, type: str, url: str = "") -> dict[str, str]:
    return {"name": name, "type": type} | ({"definition": url} if url else {})


async def test_a_sound_statement() -> None:
    sound = patient(
        profile="http://hl7.org/fhir/StructureDefinition/Patient",
        searchParam=[
            parameter("family", "string", HL7 + "individual-family"),
            parameter("_id", "token", HL7 + "Resource-id|4.0.1"),
            parameter("own", "string", "http://example.org/SearchParameter/own"),
        ],
        searchInclude=["Patient:organization", "Patient:link:RelatedPerson", "Patient:*", "*"],
        searchRevInclude=["Observation:subject"],
        operation=[{"name": "everything", "definition": OPERATION + "Patient-everything"}],
    )
    assert failed(await judge(stated(sound), check_claims)) == {}


@pytest.mark.parametrize(
    ("resource", "requirement", "reason"),
    [
        (patient(type="Person2"), "capability.statement.types", "not a resource type of R4: Person2"),
        (
            patient(searchParam=[parameter("family", "string", HL7 + "individual-family")] * 2),
            "capability.statement.once",
            "listed more than once: family",
        ),
        (
            patient(interaction=[{"code": "read"}, {"code": "read"}]),
            "capability.statement.repeated",
            "interaction lists more than once: read",
        ),
        (
            patient(searchParam=[parameter("family", "string")]),
            "capability.parameter.definition",
            "family is defined by the specification, and names no definition",
        ),
        (
            patient(searchParam=[parameter("code", "token", HL7 + "clinical-code")]),
            "capability.parameter.definition",
            f"{HL7}clinical-code (code) is for ",
        ),
        (
            patient(searchParam=[parameter("family", "string", HL7 + "Patient-zzz")]),
            "capability.parameter.definition",
            f"R4 has no definition {HL7}Patient-zzz (family)",
        ),
        (
            patient(searchParam=[parameter("birthdate", "string", HL7 + "individual-birthdate")]),
            "capability.parameter.type",
            "birthdate is declared as string, and defined as date",
        ),
        (
            patient(searchInclude=["Patient:family"]),
            "capability.include.reference",
            "Patient:family names a parameter of type string",
        ),
        (
            patient(searchInclude=["general-practitioner"]),
            "capability.include.reference",
            "general-practitioner is not of the form Type:parameter",
        ),
        (
            patient(searchRevInclude=["Observation:zzz"]),
            "capability.include.reference",
            "Observation:zzz names no search parameter that is declared or defined",
        ),
        (
            patient(profile="http://hl7.org/fhir/StructureDefinition/Observation"),
            "capability.profile",
            "http://hl7.org/fhir/StructureDefinition/Observation is a profile of Observation",
        ),
        (
            patient(operation=[{"name": "lastn", "definition": OPERATION + "Observation-lastn"}]),
            "capability.operation.definition",
            f"{OPERATION}Observation-lastn is not for Patient",
        ),
        (
            patient(operation=[{"name": "all", "definition": OPERATION + "Patient-everything"}]),
            "capability.operation.name",
            f"it is declared as all, and {OPERATION}Patient-everything defines everything",
        ),
        (patient(interaction=[{"code": "look"}]), "capability.statement.valid", "CapabilityStatement.rest"),
    ],
)
async def test_what_is_wrong_is_said(resource: dict[str, Any], requirement: str, reason: str) -> None:
    assert failed(await judge(stated(resource), check_claims))[requirement].startswith(reason)


@pytest.mark.parametrize(
    ("statement", "requirement"),
    [
        (stated(patient(), patient()), "capability.statement.types"),
        (stated(patient()) | {"kind": "capability"}, "capability.statement.kind"),
        (stated(patient()) | {"rest": [{"mode": "client"}]}, "capability.statement.server"),
        (stated(patient()) | {"format": []}, "capability.statement.server"),
        (stated(patient()) | {"format": ["json", "json"]}, "capability.statement.repeated"),
        (stated(patient()) | {"kind": "capability"}, "capability.statement.valid"),
    ],
)
async def test_the_statement_as_a_whole(statement: dict[str, Any], requirement: str) -> None:
    assert requirement in failed(await judge(statement, check_claims))


async def test_what_a_guide_defines_that_was_not_given_cannot_be_told() -> None:
    url = "http://example.org/guide/"
    foreign = patient(
        searchParam=[parameter("own", "string", url + "SearchParameter/own")],
        profile=url + "StructureDefinition/own",
        operation=[{"name": "own", "definition": url + "OperationDefinition/own"}],
    )
    session = await judge(stated(foreign), check_claims)
    assert failed(session) == {}
    for id in ("parameter.definition", "parameter.type", "profile", "operation.definition"):
        assert [one.status for one in of(session, f"capability.{id}")] == [Status.SKIPPED]


async def test_the_servers_own_operation_is_asked_of_it() -> None:
    own = patient(operation=[{"name": "own", "definition": f"{BASE}/OperationDefinition/own"}])
    definition = {"resourceType": "OperationDefinition", "code": "own", "resource": ["Patient"]}
    assert failed(await judge(stated(own), check_claims, lambda _: fhir(definition))) == {}
    gone = failed(await judge(stated(own), check_claims, lambda _: outcome(404)))
    assert gone["capability.operation.definition"].endswith("gives status 404")


@pytest.mark.parametrize(
    "resource",
    [
        {"type": 7},
        {"type": "Patient", "searchParam": {"name": "family"}},
        {"type": "Patient", "searchParam": ["family", {"name": 1}], "searchInclude": [1, None, "x"]},
        {"type": "Patient", "operation": [{"name": None}], "interaction": "read", "profile": 3},
    ],
)
async def test_a_malformed_statement_fails_and_breaks_nothing(resource: dict[str, Any]) -> None:
    session = await judge(stated(resource), check_claims)
    assert "capability.statement.valid" in failed(session)
    assert not [one for one in session.results if "no sense could be made" in one.reason]
