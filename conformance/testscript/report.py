"""What became of a script, action by action, and the TestReport that tells it.

https://hl7.org/fhir/R4/testreport.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Result(StrEnum):
    """https://hl7.org/fhir/R4/valueset-report-action-result-codes.html"""

    PASS = "pass"  # noqa: S105
    SKIP = "skip"
    FAIL = "fail"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Action:
    """`kind` is operation or assert."""

    kind: str
    result: Result
    message: str


@dataclass(slots=True)
class Part:
    """The setup, a test or the teardown; `why` says what is behind any result but pass, and `stopped` that it
    did not go on to its end."""

    id: str = ""
    name: str = ""
    description: str = ""
    actions: list[Action] = field(default_factory=list)
    result: Result = Result.PASS
    why: str = ""
    stopped: bool = False


def part_of(test: Json) -> Part:
    """A test of which nothing has been run yet."""
    return Part(str(test.get("id", "")), str(test.get("name", "")), str(test.get("description", "")))


@dataclass(slots=True)
class Run:
    """What a script came to. `trouble` says why it was not begun, if it was not."""

    file: str
    script: Json
    setup: Part | None = None
    tests: list[Part] = field(default_factory=list)
    teardown: Part | None = None
    trouble: str = ""
    broken: bool = False


def test_report(run: Run, server: str, issued: datetime) -> Json:
    """A valid R4 TestReport. `score` is of the tests that were not skipped."""
    tried = [one for one in run.tests if one.result is not Result.SKIP]
    passed = sum(one.result is Result.PASS for one in tried)
    report: Json = {
        "resourceType": "TestReport",
        "name": f"TestReport of {run.script.get('name') or run.file}",
        "status": "completed" if tried or run.broken else "stopped",
        "testScript": _script_of(run),
        "result": _result(run, len(tried), passed),
    }
    if tried:
        report["score"] = Decimal(passed * 100 / len(tried)).quantize(Decimal("0.1"))
    report |= {
        "tester": "facade-conformance",
        "issued": issued.isoformat(timespec="seconds"),
        "participant": [
            {"type": "test-engine", "uri": "urn:facade-conformance", "display": "facade-conformance"},
            {"type": "server", "uri": server},
        ],
    }
    if run.trouble and not run.tests:
        result = Result.ERROR if run.broken else Result.SKIP
        report["setup"] = {"action": [_action(Action("operation", result, run.trouble))]}
    elif run.setup is not None and run.setup.actions:
        report["setup"] = {"action": [_action(one) for one in run.setup.actions]}
    tests = [_test(one) for one in run.tests if one.actions]
    if tests:
        report["test"] = tests
    if run.teardown is not None and run.teardown.actions:
        report["teardown"] = {"action": [_action(one) for one in run.teardown.actions]}
    return report


def _script_of(run: Run) -> Json:
    url, id = run.script.get("url"), run.script.get("id")
    found: Json = {}
    if isinstance(url, str) and url:
        found["reference"] = url
    elif isinstance(id, str) and id:
        found["reference"] = f"TestScript/{id}"
    return found | {"display": str(run.script.get("title") or run.script.get("name") or run.file)}


def _result(run: Run, tried: int, passed: int) -> str:
    setup_failed = run.setup is not None and run.setup.result in (Result.FAIL, Result.ERROR)
    if run.broken or setup_failed or passed < tried:
        return "fail"
    return "pass" if tried and tried == len(run.tests) else "pending"


def _test(part: Part) -> Json:
    told = {"id": part.id, "name": part.name, "description": part.description}
    return {name: text for name, text in told.items() if text} | {
        "action": [_action(one) for one in part.actions]
    }


def _action(one: Action) -> Json:
    said: Json = {"result": str(one.result)}
    if one.message.strip():
        said["message"] = one.message
    return {one.kind: said}
