"""A correct server meets a small guide; each fault is found by the check that asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.model import Status
from tests.conformance.controls.app import BASE
from tests.conformance.suites.us_core.guide import PATIENT, VITAL, write_package
from tests.conformance.suites.us_core.server import Altered, Json, failed, judged, resources, result


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("guide"))


async def test_without_a_guide_it_is_skipped() -> None:
    report = await judged(None, Altered())
    assert [(one.status, one.reason) for one in report.results] == [
        (Status.SKIPPED, "no guide was given (--ig package.tgz)")
    ]


async def test_a_correct_server(package: Path) -> None:
    report = await judged(package, Altered())
    assert {id for id in failed(report) if not id.startswith("uscore.profile.meta")} == set()
    assert failed(report) == {"uscore.profile.meta": ["Patient patient", "Observation vital"]}
    passed = {one.requirement.id for one in report.results if one.status is Status.PASS}
    assert passed >= {
        "uscore.statement.instantiates", "uscore.statement.at-least", "uscore.statement.profile",
        "uscore.statement.interaction", "uscore.read", "uscore.search.parameter", "uscore.search.combination",
        "uscore.search.combination.should", "uscore.search.token-forms", "uscore.search.reference-forms",
        "uscore.search.comparator", "uscore.search.or", "uscore.search.and.should",
        "uscore.provenance.revinclude", "uscore.profile.valid", "uscore.profile.missing-data",
        "uscore.reference.resolves",
    }  # fmt: skip
    assert result(report, "uscore.profile.valid", "Observation lab").status is Status.SKIPPED
    assert result(report, "uscore.read", "Goal").status is Status.NOT_DECLARED
    assert result(report, "uscore.security.unauthorized", "Patient").status is Status.SKIPPED
    searches = report.tallies["searches that the guide asks"]
    assert (searches.seen, searches.missing) == (10, [])


async def test_the_must_support_walk(package: Path) -> None:
    report = await judged(package, Altered())
    patient = report.tallies["must-support elements of patient"]
    assert patient.items == {"Patient.name": True, "Patient.name.family": True, "Patient.photo": False}
    told = result(report, "uscore.must-support", "Patient patient")
    assert told.status is Status.SKIPPED
    assert told.reason.startswith("no resource has Patient.photo: data that the server lacks")
    assert report.tallies["must-support elements of vital"].items == {
        "Observation.category:mine": True,
        "Observation.subject": True,
        "Observation.subject → Patient": True,
        "Observation.effective[x]": True,
        "Observation.performer": True,
    }


FAULTS = {
    "parameter-does-nothing": "uscore.search.combination",
    "bare-token-as-no-system": "uscore.search.token-forms",
    "ge-as-eq": "uscore.search.comparator",
    "le-as-eq": "uscore.search.comparator",
    "or-as-and": "uscore.search.or",
    "second-and-ignored": "uscore.search.and.should",
    "revinclude-forgotten": "uscore.provenance.revinclude",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_mutant_is_caught(package: Path, fault: str) -> None:
    assert FAULTS[fault] in failed(await judged(package, Altered(fault)))


def _statement(change: Any) -> Any:
    def alter(url: httpx.URL, body: Json) -> None:
        if body["resourceType"] == "CapabilityStatement":
            change(body, {one["type"]: one for one in body["rest"][0]["resource"]})

    return alter


def _of(type: str, change: Any) -> Any:
    def alter(url: httpx.URL, body: Json) -> None:
        for one in resources(body, type):
            change(one)

    return alter


def _without(name: str) -> Any:
    def change(body: Json, types: Any) -> None:
        kept = [one for one in types["Observation"]["searchParam"] if one["name"] != name]
        types["Observation"]["searchParam"] = kept

    return change


def _id_only(url: httpx.URL, body: Json) -> Any:
    """References are understood as ids, and not as Type/id."""
    if "Patient" in url.params.get("patient", ""):
        body["entry"] = []
    return None


def _unreadable(url: httpx.URL, body: Json) -> Any:
    return 404 if url.path.startswith("/fhir/Practitioner/") else None


ALTERED: dict[str, tuple[Any, str, str]] = {
    "no instantiates": (
        _statement(lambda body, types: body.pop("instantiates")),
        "uscore.statement.instantiates",
        "Server 1",
    ),
    "Patient alone": (
        _statement(lambda body, types: types["Observation"].pop("supportedProfile")),
        "uscore.statement.at-least",
        "Server 1",
    ),
    "no read": (
        _statement(lambda body, types: types["Observation"].update(interaction=[{"code": "search-type"}])),
        "uscore.statement.interaction",
        "Observation read",
    ),
    "no category": (
        _statement(_without("category")),
        "uscore.search.combination",
        "Observation?patient&category",
    ),
    "no revinclude": (
        _statement(lambda body, types: types["Patient"].pop("searchRevInclude")),
        "uscore.provenance.revinclude",
        "Patient Provenance:target",
    ),
    "ids only": (_id_only, "uscore.search.parameter", "Observation?patient"),
    "a claim that is not declared": (
        _of(
            "Patient", lambda one: one.setdefault("meta", {}).update(profile=[VITAL.replace("vital", "goal")])
        ),
        "uscore.profile.meta",
        "Patient patient",
    ),
    "no family or name": (
        _of("Patient", lambda one: one.pop("name", None)),
        "uscore.profile.missing-data",
        "Patient patient",
    ),
    "a wrong target": (
        _of("Observation", lambda one: one.update(subject={"reference": "Device/1"})),
        "uscore.profile.valid",
        "Observation vital",
    ),
    "a wrong choice": (
        _of("Observation", lambda one: one.update(effectiveInstant=one.pop("effectiveDateTime", "2020"))),
        "uscore.profile.valid",
        "Observation vital",
    ),
    "a reference to nothing": (
        _unreadable,
        "uscore.reference.resolves",
        "vital Observation.performer → Practitioner",
    ),
}


@pytest.mark.parametrize("name", ALTERED)
async def test_an_altered_server_is_caught(package: Path, name: str) -> None:
    alter, id, subject = ALTERED[name]
    assert subject in failed(await judged(package, Altered(alter=alter))).get(id, ())


async def test_a_claimed_profile_must_be_declared(package: Path) -> None:
    def alter(url: httpx.URL, body: Json) -> None:
        _statement(lambda body, types: types["Patient"].pop("supportedProfile"))(url, body)
        _of("Patient", lambda one: one.setdefault("meta", {}).update(profile=[PATIENT]))(url, body)

    assert failed(await judged(package, Altered(alter=alter)))["uscore.profile.claimed"] == [
        "Patient patient"
    ]


async def test_who_gives_no_login_is_let_in(package: Path) -> None:
    report = await judged(package, Altered(), headers={"authorization": "Bearer secret-secret"})
    assert failed(report)["uscore.security.unauthorized"] == ["Patient"]


async def test_a_server_that_wants_a_patient_in_each_search(package: Path) -> None:
    """What it holds is then asked for patient by patient."""

    def alter(url: httpx.URL, body: Json) -> Any:
        if url.path == "/fhir/Observation" and "patient" not in url.params:
            body.clear()
            body.update(resourceType="OperationOutcome", issue=[{"severity": "error", "code": "required"}])
            return 400
        return None

    report = await judged(package, Altered(alter=alter))
    assert result(report, "uscore.search.combination", "Observation?patient&code").status is Status.PASS


async def test_nonsense_ends_as_reasons(package: Path) -> None:
    """A server whose every Bundle is of odd shape: each check says so, and none breaks."""

    def alter(url: httpx.URL, body: Json) -> Any:
        if body["resourceType"] == "Bundle":
            body["entry"] = [
                7,
                {"resource": "x"},
                {"resource": {"resourceType": "Patient", "id": 3, "meta": 1}},
            ]
        elif body["resourceType"] != "CapabilityStatement":
            body.update(meta=[], id=None)
        return None

    report = await judged(package, Altered(alter=alter))
    assert not [one for one in report.results if "no sense could be made" in one.reason]


async def test_resources_of_a_profile_that_the_sample_lacks_are_searched_for(package: Path) -> None:
    """By the codes of the profile; here the server's first page has no vital signs."""

    def alter(url: httpx.URL, body: Json) -> None:
        if url.path == "/fhir/Observation" and set(url.params) == {"_count"}:
            body["entry"] = [one for one in body["entry"] if "category" not in one["resource"]]

    report = await judged(package, Altered(alter=alter))
    assert result(report, "uscore.profile.valid", "Observation vital").status is Status.PASS


async def test_references_may_be_absolute(package: Path) -> None:
    """Some of a server's references are relative, some have its base: they are the same."""

    def change(one: Json) -> None:
        if one["id"] in ("bp", "w3"):
            one["subject"]["reference"] = f"{BASE}/{one['subject']['reference']}"

    report = await judged(package, Altered(alter=_of("Observation", change)))
    assert set(failed(report)) == {"uscore.profile.meta"}


async def test_a_status_may_be_demanded_by_who_documents_it(package: Path) -> None:
    def alter(url: httpx.URL, body: Json) -> Any:
        if url.path == "/fhir/Observation" and "patient" in url.params and "status" not in url.params:
            body.clear()
            body.update(resourceType="OperationOutcome", issue=[{"severity": "error", "code": "required"}])
            return 400
        return None

    def documented(url: httpx.URL, body: Json) -> Any:
        _statement(
            lambda body, types: types["Observation"].update(
                interaction=[{"code": "search-type", "documentation": "Give a status."}, {"code": "read"}]
            )
        )(url, body)
        return alter(url, body)

    silent = await judged(package, Altered(alter=alter))
    assert "Observation?patient" in failed(silent)["uscore.search.parameter"]
    report = await judged(package, Altered(alter=documented))
    assert result(report, "uscore.search.parameter", "Observation?patient").status is Status.SKIPPED
    assert set(failed(report)) == {"uscore.profile.meta"}
