"""One interaction, by itself or as an entry of a batch: what is asked and what is answered.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.conformance.controls.problem import Problem


@dataclass(slots=True)
class Call:
    """`parts` are the path below the base; header names are in lower case; `body` is parsed JSON; `new_id`
    is the id that a create is to give, if that was settled before."""

    method: str
    parts: list[str]
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    new_id: str = ""

    def preference(self, name: str) -> str:
        """Of the header Prefer: `return=minimal`, `handling=strict`."""
        for one in self.headers.get("prefer", "").replace(",", ";").split(";"):
            key, _, value = one.strip().partition("=")
            if key == name:
                return value.strip('"')
        return ""


@dataclass(slots=True)
class Reply:
    status: int
    resource: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


def call_of_entry(entry: dict[str, Any], base: str) -> Call:
    """An entry of a Bundle as a call. Raises Problem."""
    request = entry.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        raise Problem(400, "required", "An entry without a request.")
    if request.get("method") not in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        raise Problem(400, "value", "The method of an entry is GET, HEAD, POST, PUT, PATCH or DELETE.")
    path, _, query = request["url"].removeprefix(base + "/").partition("?")
    named = {
        "ifMatch": "if-match",
        "ifNoneMatch": "if-none-match",
        "ifNoneExist": "if-none-exist",
        "ifModifiedSince": "if-modified-since",
    }
    headers = {header: request[name] for name, header in named.items() if name in request}
    return Call(
        request["method"],
        [part for part in path.split("/") if part],
        pairs(query),
        headers,
        entry.get("resource"),
    )


def pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Problem(400, "invalid", "The query is not UTF-8.") from None
