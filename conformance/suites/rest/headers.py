"""What headers of HTTP say, as FHIR uses them.

https://hl7.org/fhir/R4/http.html#versioning · https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from conformance.errors import Failed
from conformance.exchange import Response

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)",
    re.ASCII,
)


def media_type(answer: Response) -> tuple[str, dict[str, str]]:
    """A Content-Type and its parameters, both in lower case."""
    kind, *rest = answer.header("content-type").lower().split(";")
    pairs = [one.partition("=") for one in rest]
    return kind.strip(), {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def check_json_type(answer: Response) -> None:
    """Raises Failed unless the body is announced as FHIR's JSON, in UTF-8."""
    check_media_type(answer, "application/fhir+json")


def check_media_type(answer: Response, *allowed: str) -> None:
    """Raises Failed unless the body is announced as one of these, in UTF-8."""
    kind, parameters = media_type(answer)
    if kind not in allowed:
        raise Failed(f"the Content-Type is {kind or 'absent'}, not {' or '.join(allowed)}")
    if parameters.get("charset", "utf-8") not in ("utf-8", "utf8"):
        raise Failed(f"the charset is {parameters['charset']}, not utf-8")


def etag_version(etag: str) -> str:
    """The version in an ETag, weak or not; empty for what is none."""
    found = re.fullmatch(r'(?:W/)?"([^"]*)"', etag.strip())
    return found[1] if found else ""


def check_etag(etag: str, version: str) -> None:
    """Raises Failed unless the ETag is of this version."""
    if etag_version(etag) != version:
        raise Failed(f"the ETag is {etag}, but meta.versionId is {version}")


def http_second(header: str) -> datetime | None:
    """The moment of an HTTP date; None for what is none."""
    try:
        found = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def http_date(moment: datetime) -> str:
    """As a header says it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def instant(value: Any) -> datetime | None:
    """The moment of a FHIR instant, to the microsecond; None for what is none."""
    found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    fraction = (found[2] or ".0")[:7]
    try:
        return datetime.fromisoformat(found[1] + fraction.ljust(7, "0") + found[3].replace("Z", "+00:00"))
    except ValueError:
        return None


def instant_second(value: Any) -> datetime | None:
    """The same without the part of a second, which HTTP dates do not have."""
    found = instant(value)
    return found.replace(microsecond=0) if found else None
