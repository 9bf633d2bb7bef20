"""Parameters, includes and operations that are declared; what is not declared and done all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conformance.model import Status
from conformance.session import Session
from conformance.suites.capability.holdings import holdings
from conformance.suites.capability.includes import check_includes
from conformance.suites.capability.operations import check_operations
from conformance.suites.capability.parameters import COMBINATION, check_parameters
from conformance.suites.capability.undeclared import check_undeclared
from tests.conformance.suites.capability.judged import (
    Answer,
    failed,
    fhir,
    judge,
    of,
    outcome,
    searchset,
    stated,
)

PATIENTS: list[dict[str, Any]] = [{"resourceType": "Patient", "id": str(number)} for number in range(4)]
SEARCHED = {
    "type": "Patient",
    "interaction": [{"code": "read"}, {"code": "search-type"}],
    "searchParam": [
        {"name": "family", "type": "string"},
        {"name": "birthdate", "type": "date"},
        {"name": "patient", "type": "reference"},
    ],
    "searchInclude": ["Patient:organization", "Patient:general-practitioner"],
    "searchRevInclude": ["Observation:subject"],
}


def part(check: Callable[..., Any]) -> Callable[[Session], Any]:
    async def run(session: Session) -> None:
        await check(session, await holdings(session))

    return run


def server(
    ignores: str = "",
    refuses: str = "",
    silent: str = "",
    brings: str = "",
    needs: str = "",
    lies: bool = False,
) -> Answer:
    """A server that finds four patients, or none by a value that nothing has."""

    def answer(request: httpx.Request) -> httpx.Response:
        path, asked = request.url.path.removeprefix("/fhir/"), request.url.params
        names = {name.partition(":")[0] for name in asked}
        if refuses in names or (
            needs and len(names - {"_count"}) == 1 and needs not in names and names != {"_count"}
        ):
            return outcome(400)
        if path == "Patient/0":
            return fhir(PATIENTS[0])
        if path != "Patient":
            return outcome(404)
        unknown = names - {"family", "birthdate", "patient", "_count", "_include", "_revinclude"}
        if (unknown or any(":" in name for name in asked)) and not lies:
            return outcome(400)
        if "Patient:zzz-no-such-parameter" in asked.get_list("_include"):
            return outcome(400)
        never = [
            name
            for name, value in asked.multi_items()
            if value.startswith(("zzz", "1066")) or "/zzz" in value
        ]
        found = [] if set(never) - {ignores, "_include"} - unknown else PATIENTS
        return searchset(
            request, *found, *([{"resourceType": brings, "id": "x"}] if brings else []), without=silent
        )

    return answer


async def test_declared_parameters_are_accepted_and_filter() -> None:
    session = await judge(stated(SEARCHED), part(check_parameters), server())
    assert failed(session) == {}
    assert session.tally("declared search parameters").seen == 3


@pytest.mark.parametrize(
    ("broken", "requirement", "subject"),
    [
        (server(refuses="birthdate"), "capability.parameter.accepted", "Patient?birthdate"),
        (server(silent="birthdate"), "capability.parameter.self", "Patient"),
        (server(ignores="family"), "capability.parameter.filters", "Patient?family"),
        (server(ignores="birthdate"), "capability.parameter.filters", "Patient?birthdate"),
    ],
)
async def test_a_parameter_that_is_declared_in_vain(broken: Answer, requirement: str, subject: str) -> None:
    session = await judge(stated(SEARCHED), part(check_parameters), broken)
    assert [one.subject for one in of(session, requirement) if one.status is Status.FAIL] == [subject]
    if requirement.endswith("accepted"):
        assert session.tally("declared search parameters").missing == [subject]


async def test_a_server_that_insists_on_a_patient_is_not_accused() -> None:
    session = await judge(stated(SEARCHED), part(check_parameters), server(needs="patient"))
    assert failed(session) == {}


async def test_a_server_that_declares_combinations_may_refuse_one_alone() -> None:
    combined = SEARCHED | {"extension": [{"url": COMBINATION}]}
    session = await judge(stated(combined), part(check_parameters), server(refuses="birthdate"))
    assert failed(session) == {}
    assert session.tally("declared search parameters").missing == ["Patient?birthdate"]


async def test_declared_includes_are_accepted() -> None:
    session = await judge(stated(SEARCHED), part(check_includes), server())
    assert failed(session) == {}
    assert session.tally("declared includes").seen == 3
    refused = failed(await judge(stated(SEARCHED), part(check_includes), server(refuses="_revinclude")))
    assert set(refused) == {"capability.revinclude.accepted"}
    silent = failed(await judge(stated(SEARCHED), part(check_includes), server(silent="_include")))
    assert silent == {
        "capability.include.self": "the self link does not name _include=Patient:general-practitioner, "
        "_include=Patient:organization"
    }


async def test_an_include_brings_what_it_points_to() -> None:
    def brings(type: str) -> Answer:
        def answer(request: httpx.Request) -> httpx.Response:
            entry = {"resource": {"resourceType": type, "id": "x"}, "search": {"mode": "include"}}
            link = [{"relation": "self", "url": str(request.url)}]
            return fhir({"resourceType": "Bundle", "type": "searchset", "link": link, "entry": [entry]})

        return answer

    assert failed(await judge(stated(SEARCHED), part(check_includes), brings("Organization"))) == {}
    wrong = failed(await judge(stated(SEARCHED), part(check_includes), brings("Device")))
    assert wrong["capability.include.accepted"].startswith("it brings a Device")


def operation(name: str, definition: str) -> dict[str, Any]:
    url = f"http://hl7.org/fhir/OperationDefinition/{definition}"
    return SEARCHED | {"operation": [{"name": name, "definition": url}]}


def answering(path: str, body: dict[str, Any], post: int = 200) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(path):
            return fhir(body) if request.method == "GET" or post == 200 else outcome(post)
        return server()(request)

    return answer


BUNDLE = {"resourceType": "Bundle", "type": "searchset"}
EVERYTHING = stated(operation("everything", "Patient-everything"))


async def test_a_declared_operation_is_called() -> None:
    session = await judge(EVERYTHING, part(check_operations), answering("/$everything", BUNDLE))
    assert failed(session) == {}
    assert session.tally("declared operations").seen == 1


@pytest.mark.parametrize(
    ("answer", "requirement"),
    [
        (server(), "capability.operation.called"),
        (answering("/$everything", {"resourceType": "Patient", "id": "0"}), "capability.operation.called"),
        (answering("/$everything", BUNDLE, post=405), "capability.operation.post"),
    ],
)
async def test_an_operation_that_is_declared_in_vain(answer: Answer, requirement: str) -> None:
    assert requirement in failed(await judge(EVERYTHING, part(check_operations), answer))


@pytest.mark.parametrize(
    ("name", "definition", "why"),
    [
        ("meta-add", "Resource-meta-add", "it changes what is there"),
        ("apply", "PlanDefinition-apply", "it needs input that the kit does not make up"),
        ("own", "own", "its definition (http://hl7.org/fhir/OperationDefinition/own) is unknown"),
        ("expand", "ValueSet-expand", "the server holds nothing that it can be tried on"),
    ],
)
async def test_an_operation_that_is_not_called_says_why(name: str, definition: str, why: str) -> None:
    session = await judge(stated(operation(name, definition)), part(check_operations), server())
    assert failed(session) == {}
    assert any(one.reason.startswith(why) for one in of(session, "capability.operation.called"))
    assert session.tally("declared operations").why[f"Patient ${name}"].startswith(why)


async def test_what_is_not_declared_is_refused() -> None:
    session = await judge(stated(SEARCHED), part(check_undeclared), server())
    assert set(failed(session)) <= {"capability.undeclared.parameter-lenient"}


@pytest.mark.parametrize(
    "requirement",
    [
        *("unknown-type", "unknown-type-404", "type", "interaction", "parameter-strict", "parameter-self"),
        *("modifier", "include", "operation"),
    ],
)
async def test_what_is_not_declared_and_done(requirement: str) -> None:
    """A server that answers everything with all it has, and says that it did what was asked."""
    yes = await judge(stated(SEARCHED), part(check_undeclared), lambda request: searchset(request, *PATIENTS))
    assert f"capability.undeclared.{requirement}" in failed(yes)


async def test_an_ignored_parameter_left_out_of_the_self_link_is_honest() -> None:
    def lenient(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/fhir/Patient":
            return searchset(request, *PATIENTS, without="zzz-no-such-parameter")
        return outcome(404)

    found = of(
        await judge(stated(SEARCHED), part(check_undeclared), lenient), "capability.undeclared.parameter-self"
    )
    assert found[0].subject == "Patient?zzz-no-such-parameter"
    assert found[0].status is Status.PASS
