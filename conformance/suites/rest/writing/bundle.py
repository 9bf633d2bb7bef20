"""batch and transaction: several interactions in one request.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from typing import Any

from conformance.errors import Failed, NotDeclared
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.rest.bundles import check_response, entries_of, place_of
from conformance.suites.rest.reading.subjects import NOBODY
from conformance.suites.rest.writing.ledger import Ledger, location_of
from conformance.suites.rest.writing.samples import SYSTEM, findable, note_of, sample
from conformance.suites.rest.writing.update import noted

HTTP = "https://hl7.org/fhir/R4/http.html"
INDEPENDENT = Requirement(
    "rest.batch.independent",
    Level.SHALL,
    "Entries of a batch are done each by itself, answered in order; a wrong one does not spoil the others.",
    f"{HTTP}#brules",
)
LOCATION = Requirement(
    "rest.batch.location",
    Level.SHALL,
    "An entry that created has its location.",
    f"{HTTP}#transaction-response",
)
NO_BUNDLE = Requirement(
    "rest.batch.no-bundle",
    Level.SHOULD,
    "What is no Bundle is refused at the base URL.",
    f"{HTTP}#transaction",
)
REQUIREMENTS = (INDEPENDENT, LOCATION, NO_BUNDLE)


def entry(method: str, url: str, resource: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An entry of a batch or transaction; `full_url` and what else goes into its request."""
    full_url = more.pop("full_url", None)
    made: dict[str, Any] = {"fullUrl": full_url} if full_url else {}
    if resource is not None:
        made["resource"] = resource
    return made | {"request": {"method": method, "url": url} | more}


async def post(
    ledger: Ledger, check: Check, kind: str, entries: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries of the response. Raises Failed unless it is 200, of the right type and length."""
    answer = await ledger.send(check, "POST", "", {"resourceType": "Bundle", "type": kind, "entry": entries})
    check.status(answer, 200)
    bundle = answer.resource("Bundle")
    check.that(bundle.get("type") == f"{kind}-response", f"the Bundle's type is {bundle.get('type')!r}")
    found = entries_of(bundle)
    check.that(len(found) == len(entries), f"there are {len(found)} entries for {len(entries)}")
    for index, one in enumerate(found):
        check_response(one, place_of(index, one))
    return found


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """A batch of a create, a read of nothing, a wrong create, an update and a read."""
    found: list[dict[str, Any]] | None = None
    async with session.check(INDEPENDENT, type) as check:
        if "batch" not in session.statement.interactions:
            raise NotDeclared("batch is not declared")
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        token = ledger.token(type)
        found = await post(
            ledger,
            check,
            "batch",
            [
                entry("GET", f"{type}/{NOBODY}"),
                entry("POST", type, sample(type, token)),
                entry("POST", type, {"resourceType": "NoSuchType"}),
                entry("PUT", path, noted(before, "second")),
                entry("GET", path),
            ],
        )
        statuses = [check_response(one, "an entry") for one in found]
        right = [
            statuses[0] == 404,
            statuses[1] == 201,
            400 <= statuses[2] < 600,
            *(one == 200 for one in statuses[3:]),
        ]
        check.that(all(right), f"the statuses are {statuses}, not 404, 201, 4xx, 200, 200")
        check.that(note_of(await ledger.read(check, path)) == "second", f"{path} was not updated")
        if findable(session, type):
            many = len(await ledger.find(check, type, f"identifier={SYSTEM}%7C{token}"))
            check.that(many == 1, f"{many} were created, not 1")
    async with session.check(LOCATION, type) as check:
        if found is None:
            raise NotDeclared("there is no batch-response")
        check.exchanges += session.results[-1].exchanges
        told = location_of(str(found[1]["response"].get("location", "")))
        check.that(told[0] == type and told[1], "the entry that created has no location of the resource")
    async with session.check(NO_BUNDLE) as check:
        if not {"batch", "transaction"} & session.statement.interactions:
            raise NotDeclared("neither batch nor transaction is declared")
        answer = await ledger.send(check, "POST", "", sample(type, ledger.token(type)))
        if not 400 <= answer.status < 500:
            raise Failed(f"the status is {answer.status}, not 400")
