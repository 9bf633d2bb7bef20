"""The suite against the control server: nothing is found in it, and in each mutant its fault."""

from __future__ import annotations

import httpx
import pytest

from conformance.model import Level, Status
from conformance.options import Options
from conformance.run import Report, run
from tests.conformance.controls import BASE, make_app

MUTANTS = {
    "statement-without-status": "capability.statement.valid",
    "statement-kind-unknown": "capability.statement.kind",
    "parameter-type-wrong": "capability.parameter.type",
    "parameter-unserved": "capability.parameter.accepted",
    "parameter-does-nothing": "capability.parameter.filters",
    "operation-unserved": "capability.operation.called",
    "xml-declared": "capability.format.served",
    "self-missing": "capability.parameter.self",
    "unknown-type-empty": "capability.undeclared.unknown-type",
    "unknown-modifier-ignored": "capability.undeclared.modifier",
    "unknown-unfiltered": "capability.undeclared.parameter-strict",
    "not-modified-200": "capability.conditional-read",
    "vread-latest": "capability.read-history",
}


async def report_on(fault: str | None, write: bool = False) -> Report:
    options = Options(BASE, suites=("capability",), rate=1e6, write=write, sample=20)
    return await run(options, transport=httpx.ASGITransport(make_app(fault)))


async def test_nothing_is_found_in_the_control_server() -> None:
    report = await report_on(None, write=True)
    assert [(one.requirement.id, one.subject, one.reason) for one in report.failures(Level.SHALL)] == []
    for name in ("types", "interactions", "search parameters", "includes", "formats"):
        assert report.tallies[f"declared {name}"].missing == []
    assert not report.untried()


async def test_without_write_nothing_is_written() -> None:
    report = await report_on(None)
    methods = {each.request.method for one in report.results for each in one.exchanges}
    assert methods <= {"GET", "POST"}
    posts = {
        each.request.url
        for one in report.results
        for each in one.exchanges
        if each.request.method == "POST" and "/$" not in each.request.url
    }
    assert posts == set()
    writes = [one for one in report.results if one.requirement.id == "capability.create"]
    assert [one.status for one in writes] == [Status.SKIPPED]


@pytest.mark.parametrize("fault", MUTANTS)
async def test_a_mutant_is_caught_by_name(fault: str) -> None:
    report = await report_on(fault)
    assert MUTANTS[fault] in {one.requirement.id for one in report.results if one.status is Status.FAIL}
