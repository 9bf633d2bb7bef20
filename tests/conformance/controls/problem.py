"""What the control server refuses, as an OperationOutcome.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """`code` is one of the issue types of R4."""

    def __init__(self, status: int, code: str, text: str, **headers: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.headers = status, code, text, headers


def outcome(code: str, text: str, severity: str = "error") -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "diagnostics": text}],
    }
