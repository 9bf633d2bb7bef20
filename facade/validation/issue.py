"""What validation finds, and how it is told.

https://hl7.org/fhir/R4/operationoutcome.html · https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["fatal", "error", "warning", "information"]
_RANK = {"fatal": 0, "error": 1, "warning": 2, "information": 3}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: `expression` is FHIRPath with indices, `code` of issue-type, `diagnostics` names the rule.

    The diagnostics never hold a value of the resource.
    """

    severity: Severity
    code: str
    expression: str
    diagnostics: str


class CannotEvaluate(Exception):
    """What is asked cannot be known here: a target elsewhere, a value set without its codes."""


class OutOfTime(Exception):
    """The time that was given is over."""


def is_valid(issues: Sequence[Issue]) -> bool:
    """Whether nothing worse than a warning was found."""
    return all(_RANK[issue.severity] > 1 for issue in issues)


def to_outcome(issues: Sequence[Issue]) -> dict[str, Any]:
    """An OperationOutcome, the worst first; one issue that says so where nothing was found."""
    ordered = sorted(issues, key=lambda issue: _RANK[issue.severity])
    return {
        "resourceType": "OperationOutcome",
        "issue": [_issue(issue) for issue in ordered]
        or [{"severity": "information", "code": "informational", "diagnostics": "No issues were found."}],
    }


def _issue(issue: Issue) -> dict[str, Any]:
    row: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "diagnostics": issue.diagnostics,
    }
    if issue.expression:
        row["expression"] = [issue.expression]
    return row
