"""vread: a version by its id.

https://hl7.org/fhir/R4/http.html#vread
"""

from __future__ import annotations

from conformance.errors import NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import version_of
from conformance.suites.rest.headers import check_etag
from conformance.suites.rest.reading.subjects import NOBODY, Subject
from conformance.suites.rest.same import difference

VREAD = "https://hl7.org/fhir/R4/http.html#vread"
CURRENT = Requirement(
    "rest.vread.current",
    Level.SHALL,
    "The current version is answered with its id and meta.versionId.",
    VREAD,
)
SAME = Requirement("rest.vread.same", Level.SHALL, "The current version is what a read gives.", VREAD)
ETAG = Requirement("rest.vread.etag", Level.SHOULD, "A version is answered with its ETag.", VREAD)
UNKNOWN = Requirement("rest.vread.unknown", Level.SHALL, "A version that never was is a 404.", VREAD)
REQUIREMENTS = (CURRENT, SAME, ETAG, UNKNOWN)


async def judge(session: Session, subject: Subject) -> None:
    """The version that was read a moment ago, and one that never was."""
    declared = session.statement.does(subject.type, "vread")
    found = None
    async with session.check(CURRENT, subject.path) as check:
        if not declared:
            raise NotDeclared(f"vread is not declared for {subject.type}")
        check.that(subject.version, "vread is declared, but the resource has no meta.versionId")
        answer = await check.get(f"{subject.path}/_history/{subject.version}")
        check.status(answer, 200)
        found = answer.resource(subject.type)
        check.that(found.get("id") == subject.id, f"its id is {found.get('id')!r}")
        version = version_of(found)
        check.that(version == subject.version, f"its meta.versionId is {version!r}")
    exchanges = session.results[-1].exchanges
    async with session.check(SAME, subject.path) as check:
        if found is None:
            raise Skipped("no version could be read")
        check.exchanges += [subject.exchange, *exchanges]
        where = difference(subject.resource, found)
        check.that(not where, f"{where} differs from what was read")
    async with session.check(ETAG, subject.path) as check:
        if found is None:
            raise Skipped("no version could be read")
        check.exchanges += exchanges
        check.that(answer.header("etag"), "there is no ETag")
        check_etag(answer.header("etag"), subject.version)
    await _unknown(session, subject, declared)


async def _unknown(session: Session, subject: Subject, declared: bool) -> None:
    never = "999999999" if subject.version.isdigit() else "no-such-version"
    for name, path in (
        ("version", f"{subject.path}/_history/{never}"),
        ("id", f"{subject.type}/{NOBODY}/_history/1"),
    ):
        async with session.check(UNKNOWN, f"{subject.type}, unknown {name}") as check:
            if not declared:
                raise NotDeclared(f"vread is not declared for {subject.type}")
            check.status(await check.get(path), 404)
