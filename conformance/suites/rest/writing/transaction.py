"""transaction: all or nothing, and in an order of its own.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

from typing import Any

from conformance.errors import NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.rest.bundles import check_response
from conformance.suites.rest.writing.bundle import entry, post
from conformance.suites.rest.writing.ledger import Ledger, location_of
from conformance.suites.rest.writing.samples import SYSTEM, findable, note_of, sample
from conformance.suites.rest.writing.update import noted, unchanged

RULES = "https://hl7.org/fhir/R4/http.html#trules"
MIXED = Requirement(
    "rest.transaction.mixed",
    Level.SHALL,
    "Reads, updates, creates and deletes in one transaction are all done, and answered in the order asked.",
    RULES,
)
SEES = Requirement(
    "rest.transaction.order",
    Level.SHALL,
    "The order of the entries does not matter: a read sees the update that stands after it.",
    RULES,
)
ATOMIC = Requirement(
    "rest.transaction.atomic",
    Level.SHALL,
    "A transaction with one wrong entry is refused, and nothing of it is done.",
    RULES,
)
OUTCOME = Requirement(
    "rest.transaction.outcome",
    Level.SHALL,
    "A transaction that failed is answered with one OperationOutcome.",
    "https://hl7.org/fhir/R4/http.html#transaction-response",
)
TWICE = Requirement(
    "rest.transaction.identity", Level.SHALL, "A transaction with one resource in it twice fails.", RULES
)
EMPTY = Requirement(
    "rest.transaction.empty", Level.SHALL, "A transaction without entries is no error.", RULES
)
REQUIREMENTS = (MIXED, SEES, ATOMIC, OUTCOME, TWICE, EMPTY)


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Of resources made for it."""
    await _mixed(session, ledger, type)
    await _atomic(session, ledger, type)
    await _twice(session, ledger, type)
    async with session.check(EMPTY) as check:
        declared(session)
        answer = await ledger.send(check, "POST", "", {"resourceType": "Bundle", "type": "transaction"})
        check.status(answer, 200)
        found = answer.resource("Bundle").get("type")
        check.that(found == "transaction-response", f"the Bundle's type is {found!r}")


def declared(session: Session) -> None:
    """Raises NotDeclared."""
    if "transaction" not in session.statement.interactions:
        raise NotDeclared("transaction is not declared")


async def _mixed(session: Session, ledger: Ledger, type: str) -> None:
    found: list[dict[str, Any]] | None = None
    async with session.check(MIXED, type) as check:
        declared(session)
        if not {"update", "delete"} <= session.statement.types[type].interactions:
            raise NotDeclared(f"update and delete are not both declared for {type}")
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        doomed, _ = await ledger.make(check, sample(type, ledger.token(type)))
        entries = [
            entry("GET", path),
            entry("PUT", path, noted(before, "second")),
            entry("POST", type, sample(type, ledger.token(type))),
            entry("DELETE", doomed),
        ]
        found = await post(ledger, check, "transaction", entries)
        statuses = [check_response(one, "an entry") for one in found]
        check.that(statuses[:3] == [200, 200, 201], f"the statuses are {statuses}, not 200, 200, 201, 204")
        check.that(statuses[3] in (200, 202, 204), f"the status of the DELETE is {statuses[3]}")
        told = location_of(str(found[2]["response"].get("location", "")))
        check.that(told[0] == type, "the entry that created has no location of the resource")
        await ledger.read(check, "/".join(told[:2]))
        check.that(note_of(await ledger.read(check, path)) == "second", f"{path} was not updated")
        check.status(await check.get(doomed), 410, 404)
    async with session.check(SEES, type) as check:
        declared(session)
        if found is None:
            raise Skipped("there is no transaction-response")
        check.exchanges += session.results[-1].exchanges
        note = note_of(found[0].get("resource"))
        check.that(note == "second", f"the read gives {note!r}, which is from before the update")


async def _atomic(session: Session, ledger: Ledger, type: str) -> None:
    answer: Response | None = None
    async with session.check(ATOMIC, type) as check:
        declared(session)
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        token = ledger.token(type)
        entries = [
            entry("POST", type, sample(type, token)),
            entry("POST", type, {"resourceType": "NoSuchType"}),
        ]
        if "update" in session.statement.types[type].interactions:
            entries.append(entry("PUT", path, noted(before, "second")))
        answer = await fails(ledger, check, entries)
        await unchanged(ledger, check, path, before)
        if findable(session, type):
            many = len(await ledger.find(check, type, f"identifier={SYSTEM}%7C{token}"))
            check.that(many == 0, f"{many} of the refused transaction were created")
    async with session.check(OUTCOME, type) as check:
        declared(session)
        if answer is None:
            raise Skipped("no transaction was refused")
        check.exchanges += session.results[-1].exchanges
        answer.resource("OperationOutcome")


async def fails(ledger: Ledger, check: Check, entries: list[dict[str, Any]]) -> Response:
    """Post a transaction that is to fail. Raises Failed where it does not."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = await ledger.send(check, "POST", "", bundle)
    check.that(answer.status >= 400, f"the status is {answer.status}: the transaction was not refused")
    return answer


async def _twice(session: Session, ledger: Ledger, type: str) -> None:
    async with session.check(TWICE, type) as check:
        declared(session)
        if "update" not in session.statement.types[type].interactions:
            raise NotDeclared(f"update is not declared for {type}")
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        await fails(ledger, check, [entry("PUT", path, noted(before, note)) for note in ("second", "third")])
        await unchanged(ledger, check, path, before)
