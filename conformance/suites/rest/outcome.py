"""Whether an OperationOutcome is one, and whether an error tells what it should not.

https://hl7.org/fhir/R4/operationoutcome.html · https://hl7.org/fhir/R4/security.html#AccessDenied
"""

from __future__ import annotations

import re
from typing import Any

from conformance.errors import Failed
from conformance.spec.definitions import Definitions

SEVERITY = "http://hl7.org/fhir/issue-severity"
TYPE = "http://hl7.org/fhir/issue-type"
_ELEMENTS = frozenset({
    "resourceType", "id", "meta", "implicitRules", "_implicitRules", "language", "_language", "text",
    "contained", "extension", "modifierExtension", "issue",
})  # fmt: skip
_LEAKS = {
    "a Python traceback": re.compile(r"Traceback \(most recent"),
    "a Python frame": re.compile(r'File "[^"]{1,200}\.py", line \d+'),
    "a Java stack trace": re.compile(r"\bat [a-z]\w*(\.[\w$]+){2,}\([\w$]+\.java:\d+\)"),
    "a .NET stack trace": re.compile(r"\bat [A-Z]\w*(\.[\w`<>]+)+\([^)]{0,200}\) in [^\n]{1,200}:line \d+"),
    "a JavaScript stack trace": re.compile(r"\bat [\w.<>]{0,80} ?\(?[^()\n]{1,200}\.[jt]s:\d+:\d+\)?"),
    "an SQL state": re.compile(r"SQLSTATE"),
    "an SQL statement": re.compile(r"\b(SELECT\b.{1,200}\bFROM|INSERT INTO|DELETE FROM)\s+[\w\"`\[]", re.S),
    "an Oracle error": re.compile(r"\bORA-\d{5}\b"),
}


def check_outcome(outcome: dict[str, Any], definitions: Definitions) -> None:
    """Raises Failed for the first thing that makes it no valid OperationOutcome."""
    unknown = sorted(set(outcome) - _ELEMENTS)
    if unknown:
        raise Failed(f"the OperationOutcome has an element {unknown[0]!r}, which the type does not have")
    issues = outcome.get("issue")
    if not isinstance(issues, list) or not issues:
        raise Failed("the OperationOutcome has no issue")
    severities, types = codes(definitions, SEVERITY), codes(definitions, TYPE)
    for number, issue in enumerate(issues, 1):
        if not isinstance(issue, dict):
            raise Failed(f"issue {number} of the OperationOutcome is not an object")
        if issue.get("severity") not in severities:
            raise Failed(
                f"issue {number} has the severity {issue.get('severity')!r}, which is no code of R4's"
            )
        if issue.get("code") not in types:
            raise Failed(
                f"issue {number} has the code {issue.get('code')!r}, which is no code of R4's issue-type"
            )
        for name in ("location", "expression"):
            if name in issue and not _strings(issue[name]):
                raise Failed(f"{name} of issue {number} is not an array of strings")
        for name, kind in (("diagnostics", str), ("details", dict)):
            if name in issue and not isinstance(issue[name], kind):
                raise Failed(f"{name} of issue {number} has the wrong type")


def _strings(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(one, str | None) for one in found)


def codes(definitions: Definitions, system: str) -> frozenset[str]:
    """All codes of one of R4's own code systems."""
    return frozenset(str(code) for code, *_ in definitions.code_systems[system]["concept"])


def leak(body: bytes) -> str:
    """What an error's text tells of the server's inside; empty for nothing."""
    text = body[:200_000].decode("utf-8", "replace").replace("\\n", "\n").replace('\\"', '"')
    return next((name for name, pattern in _LEAKS.items() if pattern.search(text)), "")
