"""The resources of a correct server are valid; what is wrong with one is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.options import Options
from conformance.run import Report, run
from tests.conformance.controls.app import BASE, make_app
from tests.conformance.suites.us_core.server import Altered, Json, failed, resources


async def judged(transport: httpx.AsyncBaseTransport, **options: Any) -> Report:
    return await run(Options(BASE, suites=("resources",), rate=1e6, **options), transport=transport)


async def test_a_correct_server() -> None:
    report = await judged(httpx.ASGITransport(make_app()))
    assert failed(report) == {}
    assert [
        (one.requirement.id, one.subject) for one in report.results if "claimed" in one.requirement.id
    ] == [("resources.claimed", "Observation bp")]
    assert {one.status for one in report.results} == {Status.PASS}
    tally = report.tallies["types of which resources were validated"]
    assert tally.seen == len(tally.items) == 9


@pytest.mark.parametrize(
    ("fault", "id", "subject", "said"),
    [
        ("code-unknown", "resources.valid", "Patient", "Patient.gender: 'f' is no code of"),
        ("mandatory-missing", "resources.valid", "Observation", "Observation.status: status is missing"),
        ("claim-untrue", "resources.claimed", "Observation bp", "Observation.category"),
    ],
)
async def test_a_mutant_is_caught(fault: str, id: str, subject: str, said: str) -> None:
    report = await judged(httpx.ASGITransport(make_app(fault)))
    assert failed(report) == {id: [subject]}
    (one,) = (each for each in report.results if each.status is Status.FAIL)
    assert one.reason.startswith(said)
    assert one.exchanges  # which show the resource


async def test_what_cannot_be_read_is_skipped_and_not_passed() -> None:
    def alter(url: httpx.URL, body: Json) -> Any:
        return 500 if url.path == "/fhir/Patient" else None

    report = await judged(Altered(alter=alter))
    assert ("Patient", Status.SKIPPED) in {(one.subject, one.status) for one in report.results}


async def test_nonsense_is_told() -> None:
    def alter(url: httpx.URL, body: Json) -> None:
        for one in resources(body, "Patient"):
            one.clear()
            one.update(resourceType="Patients", id=7, meta={"profile": 3})

    report = await judged(Altered(alter=alter))
    (one,) = (each for each in report.results if each.subject == "Patient")
    assert one.reason == "a search for Patient matches a Patients"


async def test_a_profile_that_is_not_here_is_not_judged() -> None:
    def alter(url: httpx.URL, body: Json) -> None:
        for one in resources(body, "Patient"):
            one["meta"] = {"profile": ["http://nowhere/x|1"]}

    report = await judged(Altered(alter=alter))
    (one,) = (each for each in report.results if each.subject == "Patient x")
    assert (one.status, one.reason) == (
        Status.NOT_DECLARED,
        "no definition of http://nowhere/x is here (--ig)",
    )


async def test_the_one_that_is_unlike_the_others_is_among_those_looked_at() -> None:
    """Five hundred alike, and one that has an element more, which is wrong."""

    def alter(url: httpx.URL, body: Json) -> None:
        if url.path == "/fhir/Patient":
            some = [{"resourceType": "Patient", "id": f"x{at}", "active": True} for at in range(500)]
            some.insert(321, {"resourceType": "Patient", "id": "odd", "gender": "f"})
            body["entry"] = [{"resource": one, "search": {"mode": "match"}} for one in some]
            body["link"] = []

    report = await judged(Altered(alter=alter), sample=1000)
    (one,) = (each for each in report.results if each.subject == "Patient")
    assert "(1 of 60: Patient/odd)" in one.reason
