"""patch, as JSON Patch and as FHIRPath Patch.

https://hl7.org/fhir/R4/http.html#patch · https://hl7.org/fhir/R4/fhirpatch.html
"""

from __future__ import annotations

from typing import Any

from conformance.errors import NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.rest.bundles import version_of
from conformance.suites.rest.writing.ledger import Ledger
from conformance.suites.rest.writing.samples import note_of, sample
from conformance.suites.rest.writing.update import unchanged

PATCH = "https://hl7.org/fhir/R4/http.html#patch"
FHIRPATCH = "https://hl7.org/fhir/R4/fhirpatch.html"
JSON_PATCH = "application/json-patch+json"
FHIR_JSON = "application/fhir+json"
JSON = Requirement("rest.patch.json", Level.SHALL, "A JSON Patch is applied, where it is declared.", PATCH)
TEST = Requirement(
    "rest.patch.test", Level.SHALL, "A JSON Patch whose test fails is refused and changes nothing.", PATCH
)
TEST_422 = Requirement("rest.patch.test-422", Level.SHOULD, "It is refused with 422.", PATCH)
WHOLE = Requirement(
    "rest.patch.whole",
    Level.SHALL,
    "A JSON Patch of which one operation fails changes nothing.",
    "https://www.rfc-editor.org/rfc/rfc6902#section-5",
)
MALFORMED = Requirement("rest.patch.malformed", Level.SHALL, "What is no JSON Patch is refused.", PATCH)
FHIRPATH = Requirement(
    "rest.patch.fhirpath", Level.SHALL, "A FHIRPath Patch is applied, where it is declared.", FHIRPATCH
)
FHIRPATH_NONE = Requirement(
    "rest.patch.fhirpath-none",
    Level.SHALL,
    "A FHIRPath Patch that replaces what there is not is refused and changes nothing.",
    FHIRPATCH,
)
STALE = Requirement(
    "rest.patch.stale", Level.SHALL, "A patch with another ETag in If-Match is refused (412).", PATCH
)
ID = Requirement("rest.patch.id", Level.SHALL, "No patch changes the id of a resource.", PATCH)
UNKNOWN = Requirement("rest.patch.unknown", Level.SHALL, "A patch of an unknown id is refused.", PATCH)
MEDIA = Requirement(
    "rest.patch.media-type",
    Level.SHOULD,
    "A patch in a format that the server does not take is a 415.",
    "https://hl7.org/fhir/R4/http.html#mime-type",
)
REQUIREMENTS = (
    JSON, TEST, TEST_422, WHOLE, MALFORMED, FHIRPATH, FHIRPATH_NONE, STALE, ID, UNKNOWN, MEDIA,
)  # fmt: skip
_NOT = {"op": "test", "path": "/identifier/1/value", "value": "not this"}
_NO_PATCHES: dict[str, Any] = {
    "an object": {"op": "x"},
    "an unknown operation": [{"op": "no-such", "path": "/x"}],
    "no path": [{"op": "add"}],
}


def replace_note(note: str) -> list[dict[str, Any]]:
    """A JSON Patch that changes a sample's note."""
    return [{"op": "replace", "path": "/identifier/1/value", "value": note}]


def fhirpath_patch(path: str, note: str) -> dict[str, Any]:
    """A FHIRPath Patch that replaces what is at the path by the note."""
    parts = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": path},
        {"name": "value", "valueString": note},
    ]
    return {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Of resources made for it, in the declared formats."""
    await _json(session, ledger, type)
    await _others(session, ledger, type)
    for requirement, path, wanted in (
        (FHIRPATH, f"{type}.identifier[1].value", "second"),
        (FHIRPATH_NONE, f"{type}.identifier[7].value", "first"),
    ):
        async with session.check(requirement, type) as check:
            if not any(one in session.statement.patch_formats for one in (FHIR_JSON, "json")):
                raise NotDeclared("FHIR's JSON is not among the patch formats")
            made, before = await ledger.make(check, sample(type, ledger.token(type)))
            body = fhirpath_patch(path, "second")
            answer = await ledger.send(check, "PATCH", made, body, {"content-type": FHIR_JSON})
            await _judge(ledger, check, answer, made, before, applied=wanted == "second")


async def _judge(
    ledger: Ledger, check: Check, answer: Response, path: str, before: dict[str, Any], *, applied: bool
) -> None:
    if not applied:
        check.that(400 <= answer.status < 500, f"the status is {answer.status}: it was not refused")
        await unchanged(ledger, check, path, before)
        return
    check.status(answer, 200)
    found = await ledger.read(check, path)
    check.that(note_of(found) == "second", f"the note of {path} is {note_of(found)!r}, not 'second'")
    check.that(version_of(found) != version_of(before) or not version_of(before), "the version is the same")


async def _send(
    session: Session, ledger: Ledger, check: Check, path: str, patch: Any, **headers: str
) -> Response:
    if JSON_PATCH not in session.statement.patch_formats:
        raise NotDeclared(f"{JSON_PATCH} is not among the patch formats")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await ledger.send(check, "PATCH", path, patch, {"content-type": JSON_PATCH} | named)


async def _json(session: Session, ledger: Ledger, type: str) -> None:
    status = 0
    cases = (
        (JSON, replace_note("second")),
        (TEST, [_NOT, *replace_note("second")]),
        (WHOLE, [*replace_note("second"), {"op": "remove", "path": "/identifier/7"}]),
    )
    for requirement, patch in cases:
        async with session.check(requirement, type) as check:
            path, before = await ledger.make(check, sample(type, ledger.token(type)))
            answer = await _send(session, ledger, check, path, patch)
            status = answer.status if requirement is TEST else status
            await _judge(ledger, check, answer, path, before, applied=requirement is JSON)
    async with session.check(TEST_422, type) as check:
        if status < 400:
            raise Skipped("no patch was refused for its test")
        check.that(status == 422, f"the status is {status}")
    for name, patch in _NO_PATCHES.items():
        async with session.check(MALFORMED, f"{type}, {name}") as check:
            path, before = await ledger.make(check, sample(type, ledger.token(type)))
            answer = await _send(session, ledger, check, path, patch)
            await _judge(ledger, check, answer, path, before, applied=False)


async def _others(session: Session, ledger: Ledger, type: str) -> None:
    async with session.check(STALE, type) as check:
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        stale = (await check.get(path)).header("etag")
        if not stale:
            raise Skipped("a read has no ETag")
        answer = await _send(session, ledger, check, path, replace_note("second"), if_match=stale)
        check.status(answer, 200)
        before = await ledger.read(check, path)
        answer = await _send(session, ledger, check, path, replace_note("third"), if_match=stale)
        check.status(answer, 412, 409)
        await unchanged(ledger, check, path, before)
    async with session.check(ID, type) as check:
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        other = ledger.id()
        await _send(session, ledger, check, path, [{"op": "replace", "path": "/id", "value": other}])
        found = await ledger.read(check, path)
        check.that(found.get("id") == before["id"], f"the id of {path} is now {found.get('id')!r}")
        check.status(await check.get(f"{type}/{other}"), 404)
    async with session.check(UNKNOWN, type) as check:
        answer = await _send(session, ledger, check, f"{type}/{ledger.id()}", replace_note("second"))
        check.that(400 <= answer.status < 500, f"the status is {answer.status}, not 404")
    async with session.check(MEDIA, type) as check:
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        answer = await ledger.send(check, "PATCH", path, b"note = second", {"content-type": "text/plain"})
        check.status(answer, 415)
        await unchanged(ledger, check, path, before)
