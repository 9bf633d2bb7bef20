"""One request and what was answered, kept for the report.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from conformance.errors import Failed

SECRET = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
SHOWN = 4000  # characters of a body in a report


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. `url` is whole; `headers` are those the check set, none of them secret."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole. Header names are in lower case, repetitions joined with commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """The header's value; empty when absent."""
        return self.headers.get(name.lower(), "")

    def json(self) -> Any:
        """The body as JSON, decimals as Decimal with the digits they came with. Raises Failed."""
        try:
            return parse_json(self.body)
        except ValueError:
            kind = self.header("content-type").partition(";")[0] or "no content type"
            raise Failed(f"the answer ({self.status}, {kind}) is not JSON: {_begin(self.body)}") from None

    def resource(self, *types: str) -> dict[str, Any]:
        """The body as a resource, of one of these types if any are given. Raises Failed."""
        found = self.json()
        if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
            raise Failed(f"the answer ({self.status}) is JSON, but not a FHIR resource: {_begin(self.body)}")
        if types and found["resourceType"] not in types:
            told = said(found)
            raise Failed(
                f"the answer ({self.status}) is a {found['resourceType']}, not a {' or '.join(types)}"
                + (f": {told}" if told else "")
            )
        return found


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer, or with what was seen instead of one."""

    request: Request
    response: Response | None = None
    trouble: str = ""


def parse_json(body: bytes | str) -> Any:
    """JSON with exact decimals, in UTF-8 if it is bytes. Raises ValueError."""
    try:
        return json.loads(
            body if isinstance(body, str) else body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_none,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _none(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def write_json(value: Any) -> bytes:
    """The same as bytes, decimals with the digits they have."""
    return "".join(_parts(value)).encode()


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, Decimal):
        yield str(value)
    elif isinstance(value, dict):
        lead = "{"
        for name, item in value.items():
            yield f"{lead}{json.dumps(str(name), ensure_ascii=False)}: "
            yield from _parts(item)
            lead = ", "
        yield "}" if value else "{}"
    elif isinstance(value, list | tuple):
        lead = "["
        for item in value:
            yield lead
            yield from _parts(item)
            lead = ", "
        yield "]" if value else "[]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def said(outcome: Any) -> str:
    """What an OperationOutcome says, on one line; empty for anything else."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return ""
    issues = outcome.get("issue")
    texts = []
    for issue in issues if isinstance(issues, list) else []:
        details = issue.get("details") if isinstance(issue, dict) else None
        text = issue.get("diagnostics") if isinstance(issue, dict) else None
        text = text or (details.get("text") if isinstance(details, dict) else None)
        if text:
            texts.append(str(text))
    return " / ".join(texts)[:400]


def _begin(body: bytes) -> str:
    text = " ".join(body[:200].decode("utf-8", "replace").split())
    return repr(text[:80]) if text else "it is empty"
