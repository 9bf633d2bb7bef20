"""read, and HEAD where it is answered.

https://hl7.org/fhir/R4/http.html#read · https://hl7.org/fhir/R4/http.html#versioning
"""

from __future__ import annotations

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import meta_of
from conformance.suites.rest.headers import check_etag, check_json_type, http_second, instant_second
from conformance.suites.rest.reading.subjects import NOBODY, Subject

HTTP = "https://hl7.org/fhir/R4/http.html"
READ = Requirement(
    "rest.read.status", Level.SHALL, "A resource that search gives can be read.", f"{HTTP}#read"
)
ID = Requirement("rest.read.id", Level.SHALL, "What is read has the id of its URL.", f"{HTTP}#read")
TYPE = Requirement(
    "rest.read.content-type",
    Level.SHALL,
    "JSON is answered as application/fhir+json, in UTF-8.",
    f"{HTTP}#mime-type",
)
ETAG = Requirement("rest.read.etag", Level.SHOULD, "A read of a versioned type has an ETag.", f"{HTTP}#read")
ETAG_VERSION = Requirement(
    "rest.read.etag-version", Level.SHALL, "An ETag holds meta.versionId.", f"{HTTP}#concurrency"
)
ETAG_WEAK = Requirement(
    "rest.read.etag-weak", Level.SHOULD, 'An ETag is weak and in quotes: W/"…".', f"{HTTP}#versioning"
)
MODIFIED = Requirement(
    "rest.read.last-modified",
    Level.SHOULD,
    "A read has the header Last-Modified, which says meta.lastUpdated.",
    f"{HTTP}#versioning",
)
NO_VERSION = Requirement(
    "rest.read.no-version",
    Level.SHALL,
    "A server that declares a type without versions gives its resources no meta.versionId.",
    f"{HTTP}#versions",
)
UNKNOWN = Requirement("rest.read.unknown", Level.SHALL, "A read of an unknown id is a 404.", f"{HTTP}#read")
MALFORMED = Requirement(
    "rest.read.malformed-id",
    Level.SHALL,
    "A read of what cannot be an id is refused.",
    f"{HTTP}#read",
)
HEAD = Requirement(
    "rest.head.status",
    Level.SHALL,
    "HEAD is answered as GET without a body, or with 405 or 501 where it is not supported.",
    f"{HTTP}#head",
)
HEAD_SAME = Requirement(
    "rest.head.headers",
    Level.SHOULD,
    "HEAD has the headers of GET.",
    "https://www.rfc-editor.org/rfc/rfc9110#HEAD",
)
REQUIREMENTS = (
    READ, ID, TYPE, ETAG, ETAG_VERSION, ETAG_WEAK, MODIFIED, NO_VERSION, UNKNOWN, MALFORMED, HEAD, HEAD_SAME,
)  # fmt: skip
_NO_IDS = {
    "an underscore": "a_b",
    "more than 64 characters": "a" * 65,
    "a space": "a%20b",
    "a quote": "a%27b",
}


async def read(session: Session, type: str, id: str) -> Subject | None:
    """Read a resource. None where it cannot be read, which is a failure of its own."""
    path = f"{type}/{id}"
    async with session.check(READ, path) as check:
        answer = await check.get(path)
        check.status(answer, 200)
        return Subject(type, id, check.exchanges[-1], answer, answer.resource(type))
    return None


async def judge(session: Session, subject: Subject) -> None:
    """All that a read of this resource is to have, and what is answered for others."""
    await _body(session, subject)
    await _etag(session, subject)
    await _modified(session, subject)
    await _head(session, subject)
    await _others(session, subject)


async def _body(session: Session, subject: Subject) -> None:
    declared = session.statement.types[subject.type].versioning
    async with session.check(ID, subject.path) as check:
        check.exchanges.append(subject.exchange)
        found = subject.resource.get("id")
        check.that(found == subject.id, f"the body's id is {found!r}")
    async with session.check(TYPE, subject.path) as check:
        check.exchanges.append(subject.exchange)
        check_json_type(subject.answer)
    async with session.check(NO_VERSION, subject.path) as check:
        check.exchanges.append(subject.exchange)
        if declared != "no-version":
            raise NotDeclared(f"versioning of {subject.type} is {declared or 'not declared'}")
        check.that("versionId" not in meta_of(subject.resource), "meta.versionId is there")


async def _etag(session: Session, subject: Subject) -> None:
    etag = subject.etag
    async with session.check(ETAG, subject.path) as check:
        check.exchanges.append(subject.exchange)
        if not subject.version and not etag:
            raise NotDeclared("the resource has no meta.versionId")
        check.that(etag, "there is no ETag")
    async with session.check(ETAG_VERSION, subject.path) as check:
        check.exchanges.append(subject.exchange)
        if not etag or not subject.version:
            raise Skipped("there is no ETag" if not etag else "the resource has no meta.versionId")
        check_etag(etag, subject.version)
    async with session.check(ETAG_WEAK, subject.path) as check:
        check.exchanges.append(subject.exchange)
        if not etag:
            raise Skipped("there is no ETag")
        check.that(etag.startswith('W/"') and etag.endswith('"'), f"the ETag is {etag}")


async def _modified(session: Session, subject: Subject) -> None:
    async with session.check(MODIFIED, subject.path) as check:
        check.exchanges.append(subject.exchange)
        header = subject.answer.header("last-modified")
        check.that(header, "there is no Last-Modified")
        said = http_second(header)
        check.that(said, f"Last-Modified is no HTTP date: {header!r}")
        known = meta_of(subject.resource).get("lastUpdated")
        if known is None:
            raise Skipped("the resource has no meta.lastUpdated to compare with")
        updated = instant_second(known)
        check.that(updated, f"meta.lastUpdated is no instant: {known!r}")
        check.that(said == updated, f"Last-Modified is {header}, but meta.lastUpdated is {known}")


async def _head(session: Session, subject: Subject) -> None:
    supported = False
    async with session.check(HEAD, subject.path) as check:
        answer = await check.send("HEAD", subject.path)
        if answer.status in (405, 501):
            raise NotDeclared(f"HEAD is answered {answer.status}")
        check.status(answer, 200)
        check.that(not answer.body, "the answer to HEAD has a body")
        supported = True
    async with session.check(HEAD_SAME, subject.path) as check:
        if not supported:
            raise Skipped("HEAD was not answered")
        check.exchanges += [subject.exchange, session.results[-1].exchanges[-1]]
        for name in ("content-type", "etag", "last-modified"):
            got, had = answer.header(name), subject.answer.header(name)
            check.that(got == had, f"{name} is {got or 'absent'} for HEAD and {had or 'absent'} for GET")


async def _others(session: Session, subject: Subject) -> None:
    async with session.check(UNKNOWN, subject.type) as check:
        check.status(await check.get(f"{subject.type}/{NOBODY}"), 404)


async def malformed(session: Session, type: str) -> None:
    """Reads of this type by what cannot be an id."""
    for name, id in _NO_IDS.items():
        async with session.check(MALFORMED, f"{type}, {name}") as check:
            answer = await check.get(f"{type}/{id}")
            if not 400 <= answer.status < 500:
                raise Failed(f"the status is {answer.status}, not 404 or 400")
