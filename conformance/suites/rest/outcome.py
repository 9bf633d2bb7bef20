"""Whether an OperationOutcome is one, and whether an error tells what it should not.

https://hl7.org/fhir/R4/operationoutcome.html · https://hl7.org/fhir/R4/security.html#AccessDenied
"""

from __future__ import annotations

import re
from typing import Any

from conformance.errors import Failed
from conformance.spec.definitions import Definitions
from conformance.validation import errors, validate

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
    for problem in errors(validate(outcome, definitions)):
        raise Failed(f"the OperationOutcome is not valid at {problem.path}: {problem.text}")


def leak(body: bytes) -> str:
    """What an error's text tells of the server's inside; empty for nothing."""
    text = body[:200_000].decode("utf-8", "replace").replace("\\n", "\n").replace('\\"', '"')
    return next((name for name, pattern in _LEAKS.items() if pattern.search(text)), "")
