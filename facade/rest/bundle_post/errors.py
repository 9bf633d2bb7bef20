"""What is wrong with an entry is told with the entry's place in the Bundle.

https://hl7.org/fhir/R4/http.html#transaction-response
"""

from __future__ import annotations

from typing import Any

from facade.errors import FacadeError

_REQUEST = {
    "http.If-Match": "ifMatch",
    "http.If-None-Match": "ifNoneMatch",
    "http.If-None-Exist": "ifNoneExist",
}


class TooManyEntries(FacadeError):
    """The Bundle has more entries than are answered at once."""

    status, code = 413, "too-costly"


class EntryFailed(FacadeError):
    """One entry's failure, which is the whole transaction's."""

    def __init__(self, at: int, error: FacadeError) -> None:
        super().__init__(error.diagnostics, expression=place(at, error.expression))
        self.at = at
        self.status = error.status  # type: ignore[misc]  # that of the entry
        self.code = error.code  # type: ignore[misc]
        self._outcome = entry_outcome(at, error)

    def outcome(self) -> dict[str, Any]:
        return self._outcome


def entry_outcome(at: int, error: FacadeError) -> dict[str, Any]:
    """An error's OperationOutcome, its expressions those of the Bundle."""
    if isinstance(error, EntryFailed):
        return error.outcome()
    outcome = error.outcome()
    for issue in outcome["issue"]:
        (expression,) = issue.get("expression") or (None,)
        issue["expression"] = [place(at, expression)]
    return outcome


def place(at: int, expression: str | None) -> str:
    """Where in the Bundle that is which an entry's own error names: an element of its resource
    (`Patient.name`), a parameter or a header of its request (`http.name`)."""
    entry = f"Bundle.entry[{at}]"
    if expression is None:
        return entry
    if expression.startswith(entry):
        return expression
    if expression.startswith("http."):
        return f"{entry}.request.{_REQUEST.get(expression, 'url')}"
    _, dot, below = expression.partition(".")
    if expression == "resourceType":
        dot, below = ".", expression
    return f"{entry}.resource{dot}{below}"
