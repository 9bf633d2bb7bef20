"""A batch that only reads.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from conformance.errors import Failed, NotDeclared
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import check_response, entries_of, place_of
from conformance.suites.rest.reading.subjects import NOBODY, Subject
from conformance.suites.rest.same import difference

HTTP = "https://hl7.org/fhir/R4/http.html"
READS = Requirement(
    "rest.batch.reads",
    Level.SHALL,
    "A batch of reads is answered 200 with a batch-response: an entry for each, in order, with its status.",
    f"{HTTP}#transaction-response",
)
CONTENT = Requirement(
    "rest.batch.content", Level.SHALL, "A read in a batch gives what a read gives.", f"{HTTP}#brules"
)
REQUIREMENTS = (READS, CONTENT)


async def judge(session: Session, subject: Subject) -> None:
    """A resource that there is, one that there is not, and a search."""
    urls = [f"{subject.type}/{NOBODY}", subject.path, f"{subject.type}?_count=1"]
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": url}} for url in urls],
    }
    entries = None
    async with session.check(READS) as check:
        if "batch" not in session.statement.interactions:
            raise NotDeclared("batch is not declared")
        answer = await check.put_in("POST", "", bundle)
        check.status(answer, 200)
        found = answer.resource("Bundle")
        check.that(found.get("type") == "batch-response", f"the Bundle's type is {found.get('type')!r}")
        entries = entries_of(found)
        check.that(len(entries) == len(urls), f"there are {len(entries)} entries for {len(urls)}")
        statuses = [check_response(one, place_of(index, one)) for index, one in enumerate(entries)]
        check.that(statuses == [404, 200, 200], f"the statuses are {statuses}, not 404, 200, 200")
    async with session.check(CONTENT, subject.path) as check:
        if entries is None or len(entries) < len(urls):
            raise NotDeclared("there is no batch-response")
        check.exchanges += [subject.exchange, *session.results[-1].exchanges]
        for entry, type in zip(entries[1:], (subject.type, "Bundle"), strict=True):
            resource = entry.get("resource")
            kind = resource.get("resourceType") if isinstance(resource, dict) else None
            if kind != type:
                raise Failed(f"the entry's resource is {kind}, not {type}")
        where = difference(subject.resource, entries[1]["resource"])
        check.that(not where, f"{where} differs from what was read")
