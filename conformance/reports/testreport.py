"""The report as a FHIR TestReport: a test a requirement, an action a check.

https://hl7.org/fhir/R4/testreport.html
"""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, Decimal
from typing import Any

from conformance.model import Level, Requirement, Result, Status
from conformance.reports.tables import by_requirement, requirements
from conformance.reports.text import clean
from conformance.run import Report

_ENGINE = "urn:facade:conformance"


def write_test_report(report: Report) -> str:
    """The resource as JSON."""
    return json.dumps(as_test_report(report), indent=1, ensure_ascii=False) + "\n"


def as_test_report(report: Report) -> dict[str, Any]:
    """`score` is the percentage of passes among the checks of what is declared: a skip is none, and what was
    never tried is a skip."""
    results = by_requirement(report.results)
    tests = [_test(each, results.get(each.id, [])) for each in requirements(report)]
    found: dict[str, Any] = {
        "resourceType": "TestReport",
        "name": "FHIR R4 conformance",
        "status": "stopped" if report.cut_short else "completed",
        "testScript": {
            "display": "facade-conformance, suites " + ", ".join(suite.name for suite in report.suites)
        },
        "result": _result(report),
        "score": float(_score(report)),
        "tester": "facade-conformance",
        "issued": report.begun.isoformat(timespec="seconds"),
        "participant": [
            {"type": "test-engine", "uri": _ENGINE, "display": "facade-conformance"},
            {"type": "server", "uri": clean(report.base_url)},
        ],
    }
    if report.software.strip():
        found["participant"][1]["display"] = clean(report.software.strip())
    if tests:
        found["test"] = tests
    return found


def _result(report: Report) -> str:
    if report.failures(Level.SHALL):
        return "fail"
    if report.cut_short:
        return "pending"
    return "fail" if report.vacuous else "pass"


def _score(report: Report) -> Decimal:
    """Never rounded up: 100 says that there is nothing else than passes."""
    declared = [one for one in report.results if one.status is not Status.NOT_DECLARED]
    passed = sum(one.status is Status.PASS for one in declared)
    of = len(declared) + len(report.untried())
    return (Decimal(100 * passed) / max(of, 1)).quantize(Decimal("0.01"), ROUND_DOWN)


def _test(requirement: Requirement, results: list[Result]) -> dict[str, Any]:
    skip = {"result": "skip", "message": "there was nothing to try it on", "detail": requirement.source}
    actions = [_action(one) for one in results] or [{"assert": skip}]
    return {
        "name": requirement.id,
        "description": clean(f"{requirement.level}: {requirement.text}"),
        "action": actions,
    }


def _action(one: Result) -> dict[str, Any]:
    match one.status:
        case Status.PASS:
            result = "pass"
        case Status.FAIL:
            result = "fail" if one.requirement.level is Level.SHALL else "warning"
        case _:
            result = "skip"
    reason = f"not declared: {one.reason}" if one.status is Status.NOT_DECLARED else one.reason
    message = ": ".join(part for part in (one.subject, reason) if part)
    found = {"result": result, "detail": one.requirement.source}
    return {"assert": found | ({"message": clean(message)} if message.strip() else {})}
