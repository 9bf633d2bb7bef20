"""How the checks of this suite read an answer: is the thing done, refused, or not there at all?

https://hl7.org/fhir/R4/http.html#Status-Codes · https://hl7.org/fhir/R4/search.html#conformance
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.errors import Failed, Skipped
from conformance.exchange import Response, said
from conformance.harvest import link

NOT_DONE = (404, 405, 501)
"""What a server says to an interaction that it does not have."""


def permitted(response: Response) -> Response:
    """The same answer. Raises Skipped where it is not for this login: that says nothing of the server."""
    if response.status in (401, 403):
        raise Skipped(f"the login given may not do this (status {response.status})")
    return response


def status_and_words(response: Response) -> str:
    """`status 400 (what its OperationOutcome says)`."""
    try:
        words = said(response.json())
    except Failed:
        words = ""
    return f"status {response.status}" + (f" ({words[:160]})" if words else "")


def is_outcome(response: Response) -> bool:
    """Whether the body is an OperationOutcome, in JSON."""
    try:
        return bool(response.resource("OperationOutcome"))
    except Failed:
        return False


def bundle_of(response: Response, type: str) -> dict[str, Any]:
    """The Bundle of this type that a 200 must have. Raises Failed, and Skipped without permission."""
    if permitted(response).status != 200:
        raise Failed(f"{status_and_words(response)}, not 200")
    bundle = response.resource("Bundle")
    if bundle.get("type") != type:
        raise Failed(f"the Bundle is of type {bundle.get('type')!r}, not {type!r}")
    return bundle


def used(bundle: dict[str, Any]) -> list[tuple[str, str]]:
    """The parameters, and their values, with which the search was made as its self link says."""
    return parse_qsl(urlsplit(link(bundle, "self")).query, keep_blank_values=True)


def used_names(bundle: dict[str, Any]) -> set[str]:
    """Their names, without modifiers."""
    return {name.partition(":")[0] for name, _ in used(bundle)}


def counted(count: int, one: str) -> str:
    """`1 type`, `3 types`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
