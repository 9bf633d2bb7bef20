"""What the Bulk Data guide asks of a server.

https://hl7.org/fhir/uv/bulkdata/STU1.0.1/export/index.html
"""

from __future__ import annotations

from conformance.model import Level, Requirement

_EXPORT = "https://hl7.org/fhir/uv/bulkdata/STU1.0.1/export/index.html"

KICK_OFF = Requirement(
    "bulk.kick-off",
    Level.SHALL,
    "An export is accepted with 202 and the absolute URL of its status in Content-Location.",
    f"{_EXPORT}#response---success",
)
REFUSAL = Requirement(
    "bulk.refusal",
    Level.SHALL,
    "An export that is refused is refused with an OperationOutcome in JSON.",
    f"{_EXPORT}#response---error-eg-unsupported-search-parameter",
)
FORMATS = Requirement(
    "bulk.output-format",
    Level.SHALL,
    "NDJSON is accepted by its full name and by both of its short ones.",
    f"{_EXPORT}#query-parameters",
)
STATUS = Requirement(
    "bulk.status",
    Level.SHALL,
    "The status is 202 while the export is made, and 200 when it is.",
    f"{_EXPORT}#bulk-data-status-request",
)
MANIFEST = Requirement(
    "bulk.manifest",
    Level.SHALL,
    "The manifest is JSON with transactionTime, request, requiresAccessToken, output and error.",
    f"{_EXPORT}#response---complete-status",
)
FILES = Requirement(
    "bulk.files",
    Level.SHALL,
    "Each file is NDJSON of resources of its one type, each resource once.",
    f"{_EXPORT}#file-request",
)
TYPE = Requirement(
    "bulk.type",
    Level.SHALL,
    "With _type only resources of these types are exported.",
    f"{_EXPORT}#query-parameters",
)
SINCE = Requirement(
    "bulk.since",
    Level.SHALL,
    "With _since what has changed since then is exported.",
    f"{_EXPORT}#query-parameters",
)
DELETE = Requirement(
    "bulk.delete",
    Level.SHALL,
    "A DELETE of the status URL is answered with 202.",
    f"{_EXPORT}#bulk-data-delete-request",
)
UNAUTHORISED = Requirement(
    "bulk.unauthorised",
    Level.SHALL,
    "Who has no login gets no export.",
    f"{_EXPORT}#bulk-data-kick-off-request",
)
REQUIREMENTS = (
    KICK_OFF, REFUSAL, FORMATS, STATUS, MANIFEST, FILES, TYPE, SINCE, DELETE, UNAUTHORISED,
)  # fmt: skip
