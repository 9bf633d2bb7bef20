"""delete, and what is left after it.

https://hl7.org/fhir/R4/http.html#delete
"""

from __future__ import annotations

from conformance.errors import NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import version_of
from conformance.suites.rest.writing.ledger import Ledger
from conformance.suites.rest.writing.samples import SYSTEM, findable, sample

DELETE = "https://hl7.org/fhir/R4/http.html#delete"
STATUS = Requirement(
    "rest.delete.status",
    Level.SHALL,
    "A delete is answered 200 with a body, 204 without one, or 202.",
    DELETE,
)
READ = Requirement(
    "rest.delete.read",
    Level.SHALL,
    "What was deleted is a 410, or a 404 where deletions are not tracked.",
    DELETE,
)
SEARCH = Requirement("rest.delete.search", Level.SHALL, "What was deleted is not found by a search.", DELETE)
TRACKED = Requirement(
    "rest.delete.gone", Level.SHALL, "Where the history has the deletion, a read is a 410.", DELETE
)
VREAD = Requirement(
    "rest.delete.vread",
    Level.SHOULD,
    "A version from before the deletion can be read, where versions can.",
    DELETE,
)
AGAIN = Requirement("rest.delete.again", Level.SHOULD, "A second delete is answered 200 or 204.", DELETE)
UNKNOWN = Requirement(
    "rest.delete.unknown", Level.SHOULD, "A delete of an unknown id is answered 200, 202 or 204.", DELETE
)
REQUIREMENTS = (STATUS, READ, SEARCH, TRACKED, VREAD, AGAIN, UNKNOWN)


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Of a resource made for it."""
    path, version = "", ""
    token = ledger.token(type)
    async with session.check(STATUS, type) as check:
        made, before = await ledger.make(check, sample(type, token))
        answer = await check.send("DELETE", made)
        check.status(answer, 200, 202, 204)
        check.that(answer.status != 204 or not answer.body, "the answer 204 has a body")
        if answer.status == 202:
            raise Skipped("the server takes it (202) and has not decided")
        path, version = made, version_of(before)
    status = 0
    async with session.check(READ, type) as check:
        answer = await check.get(_deleted(path))
        status = answer.status
        check.status(answer, 410, 404)
    async with session.check(SEARCH, type) as check:
        _deleted(path)
        if not findable(session, type):
            raise NotDeclared(f"{type} cannot be searched by identifier")
        found = await ledger.find(check, type, f"identifier={SYSTEM}%7C{token}")
        check.that(not found, f"the search by identifier finds {', '.join(found[:3])}")
    async with session.check(TRACKED, type) as check:
        _deleted(path)
        if not session.statement.does(type, "history-instance"):
            raise NotDeclared(f"history-instance is not declared for {type}")
        answer = await check.get(f"{path}/_history")
        if answer.status != 200 or b'"DELETE"' not in answer.body:
            raise NotDeclared("the history does not have the deletion")
        check.that(status == 410, f"the status of a read is {status}, not 410")
    async with session.check(VREAD, type) as check:
        _deleted(path)
        if not session.statement.does(type, "vread") or not version:
            raise NotDeclared(f"vread is not declared for {type}")
        answer = await check.get(f"{path}/_history/{version}")
        if answer.status == 404:  # which a server is free to do
            raise NotDeclared("the versions go with the resource")
        check.status(answer, 200)
    async with session.check(AGAIN, type) as check:
        check.status(await check.send("DELETE", _deleted(path)), 200, 204)
    async with session.check(UNKNOWN, type) as check:
        check.status(await check.send("DELETE", f"{type}/{ledger.id()}"), 200, 202, 204)


def _deleted(path: str) -> str:
    if not path:
        raise Skipped("nothing was deleted")
    return path
