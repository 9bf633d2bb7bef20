"""The history of what the kit itself did: create, update, delete, in this order and no other.

https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import check_request, check_response, entries_of, place_of, version_of
from conformance.suites.rest.reading.history import time_of
from conformance.suites.rest.writing.ledger import Ledger
from conformance.suites.rest.writing.samples import note_of, sample
from conformance.suites.rest.writing.update import noted

HISTORY = "https://hl7.org/fhir/R4/http.html#history"
METHODS = Requirement(
    "rest.history.methods",
    Level.SHALL,
    "After a create, an update and a delete the history has a DELETE, a PUT and a POST, newest first.",
    HISTORY,
)
VERSIONS = Requirement(
    "rest.history.versions", Level.SHALL, "Each entry has the resource as it was after that write.", HISTORY
)
DELETED = Requirement(
    "rest.history.deleted", Level.SHOULD, "The entry of a deletion has no resource.", HISTORY
)
TIMES = Requirement("rest.history.times", Level.SHOULD, "Each entry has response.lastModified.", HISTORY)
REQUIREMENTS = (METHODS, VERSIONS, DELETED, TIMES)


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Of one resource made for it."""
    declared = session.statement.types[type].interactions
    entries: list[dict[str, Any]] | None = None
    async with session.check(METHODS, type) as check:
        if not {"history-instance", "update", "delete"} <= declared:
            raise NotDeclared(f"history-instance, update and delete are not all declared for {type}")
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        if (await ledger.send(check, "PUT", path, noted(before, "second"))).status != 200:
            raise Skipped("the resource could not be updated")
        if (await check.send("DELETE", path)).status not in (200, 204):
            raise Skipped("the resource could not be deleted")
        answer = await check.get(f"{path}/_history")
        if answer.status in (404, 410):  # which a server is free to do
            raise NotDeclared(f"the history goes with the resource: {answer.status}")
        check.status(answer, 200)
        entries = entries_of(answer.resource("Bundle"))
        methods = [check_request(one, place_of(index, one)) for index, one in enumerate(entries)]
        check.that(methods == ["DELETE", "PUT", "POST"], f"the methods are {', '.join(methods)}")
        for index, entry in enumerate(entries):
            check_response(entry, place_of(index, entry))
    seen = session.results[-1].exchanges
    async with session.check(VERSIONS, type) as check:
        check.exchanges += seen
        second, first = _of_three(entries)[1:]
        for entry, note in ((second, "second"), (first, "first")):
            found = note_of(entry.get("resource"))
            check.that(found == note, f"the note is {found!r} where it was {note!r}")
        versions = [version_of(one.get("resource")) for one in (second, first)]
        check.that(versions[0] != versions[1], f"both have the version {versions[0]!r}")
    async with session.check(DELETED, type) as check:
        check.exchanges += seen
        check.that("resource" not in _of_three(entries)[0], "the entry of the deletion has a resource")
    async with session.check(TIMES, type) as check:
        check.exchanges += seen
        for index, entry in enumerate(_of_three(entries)):
            if time_of({"response": entry.get("response")}) is None:
                raise Failed(f"{place_of(index, entry)} has no response.lastModified")


def _of_three(entries: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    if entries is None or len(entries) != 3:
        raise Skipped("there is no history of three versions")
    return entries
