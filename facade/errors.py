"""One exception per outcome, each with its HTTP status and FHIR issue code.

https://hl7.org/fhir/R4/http.html#summary · https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class FacadeError(Exception):
    """Base: what a client or an operator is told. Never holds SQL, a stack trace or patient data.

    `expression` is the FHIRPath of the element, or the name of the parameter (`http.family`), at fault.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def __init__(self, diagnostics: str, *, expression: str | None = None) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics
        self.expression = expression

    def outcome(self) -> dict[str, Any]:
        """This error as an OperationOutcome."""
        return operation_outcome("error", self.code, self.diagnostics, self.expression)


class InvalidResource(FacadeError):
    """What a client sent is no valid resource. `faults` are (expression, issue code, diagnostics), all of
    them; the outcome lists MOST."""

    status, code = 422, "invalid"
    MOST = 50

    def __init__(self, faults: Sequence[tuple[str, str, str]]) -> None:
        expression, self.code, diagnostics = faults[0]  # type: ignore[misc]  # what a log or a batch tells in short
        super().__init__(diagnostics, expression=expression)
        self.faults = tuple(faults)

    def outcome(self) -> dict[str, Any]:
        """Each fault as an issue of its own."""
        issues = [issue("error", code, text, place) for place, code, text in self.faults[: self.MOST]]
        if (more := len(self.faults) - self.MOST) > 0:
            issues.append(issue("information", "informational", f"There are {more} more faults like these."))
        return {"resourceType": "OperationOutcome", "issue": issues}


class NotFhir(InvalidResource):
    """The same, and no FHIR parser could even read it."""

    status = 400


class BadRequest(FacadeError):
    """The request cannot be understood."""

    status, code = 400, "invalid"


class UnknownParameter(FacadeError):
    """A search parameter or modifier that is not supported; never ignored unless the client asked for it."""

    status, code = 400, "not-supported"


class NotIndexed(FacadeError):
    """A search parameter that the site defined, by which what is stored is not indexed yet. Never ignored:
    it will work."""

    status, code = 400, "not-supported"


class NotFound(FacadeError):
    """No such resource."""

    status, code = 404, "not-found"


class UnknownType(FacadeError):
    """No such resource type here."""

    status, code = 404, "not-supported"


class Gone(FacadeError):
    """The resource was deleted."""

    status, code = 410, "deleted"


class NotAcceptable(FacadeError):
    """No representation that the client accepts."""

    status, code = 406, "not-supported"


class NotWritable(FacadeError):
    """The type takes no writes from clients."""

    status, code = 405, "not-supported"


class VersionConflict(FacadeError):
    """What was to be written stands otherwise than the client presumed."""

    status, code = 409, "conflict"


class PreconditionFailed(FacadeError):
    """A condition of the request does not hold, so that nothing was done: If-Match, or too many matches."""

    status, code = 412, "conflict"


class Forbidden(FacadeError):
    """The client may not ask this."""

    status, code = 403, "forbidden"


class TooCostly(FacadeError):
    """The request would take more than its budget."""

    status, code = 403, "too-costly"


class Unavailable(FacadeError):
    """The store or a source cannot answer now."""

    status, code = 503, "transient"


class NotFresh(FacadeError):
    """What is stored is not what the client would take, and it forbids to ask the source (only-if-cached)."""

    status, code = 504, "transient"


def operation_outcome(
    severity: str, code: str, diagnostics: str, expression: str | None = None
) -> dict[str, Any]:
    """An OperationOutcome with one issue."""
    return {"resourceType": "OperationOutcome", "issue": [issue(severity, code, diagnostics, expression)]}


def issue(severity: str, code: str, diagnostics: str, expression: str | None = None) -> dict[str, Any]:
    """One issue of an OperationOutcome."""
    found: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": diagnostics}
    if expression:
        found["expression"] = [expression]
    return found
