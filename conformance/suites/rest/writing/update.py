"""update: PUT of a whole resource; and who wins where two write at once.

https://hl7.org/fhir/R4/http.html#update · https://hl7.org/fhir/R4/http.html#concurrency
"""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.errors import NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import dicts
from conformance.suites.rest.bundles import meta_of, version_of
from conformance.suites.rest.headers import instant
from conformance.suites.rest.same import difference, missing
from conformance.suites.rest.writing.ledger import Ledger, location_of
from conformance.suites.rest.writing.samples import NOTE, note_of, sample

HTTP = "https://hl7.org/fhir/R4/http.html"
STATUS = Requirement("rest.update.status", Level.SHALL, "An update is answered 200.", f"{HTTP}#update")
VERSION = Requirement(
    "rest.update.version",
    Level.SHALL,
    "An update makes a new version: meta.versionId is another, meta.lastUpdated not earlier.",
    f"{HTTP}#update",
)
KEPT = Requirement("rest.update.kept", Level.SHOULD, "The resource is kept as it was sent.", f"{HTTP}#update")
EARLIER = Requirement(
    "rest.vread.earlier",
    Level.SHALL,
    "The version from before an update, where it can be read, is as it was.",
    f"{HTTP}#vread",
)
OTHER_ID = Requirement(
    "rest.update.other-id", Level.SHALL, "A body with another id than the URL's is a 400.", f"{HTTP}#update"
)
NO_ID = Requirement("rest.update.no-id", Level.SHALL, "A body without an id is a 400.", f"{HTTP}#update")
OTHER_TYPE = Requirement(
    "rest.update.other-type",
    Level.SHALL,
    "A body of another type than the URL's is refused.",
    f"{HTTP}#update",
)
BROKEN = Requirement(
    "rest.update.broken",
    Level.SHALL,
    "A body that is broken is refused and changes nothing.",
    f"{HTTP}#update",
)
AS_CREATE = Requirement(
    "rest.update.as-create",
    Level.SHALL,
    "An update of an unknown id creates it (201, with its Location), where updateCreate is declared.",
    f"{HTTP}#upsert",
)
NOT_AS_CREATE = Requirement(
    "rest.update.not-as-create",
    Level.SHALL,
    "An update of an unknown id is refused, where updateCreate is declared false.",
    f"{HTTP}#upsert",
)
MATCH = Requirement(
    "rest.update.if-match",
    Level.SHALL,
    "An update with the current ETag in If-Match is made.",
    f"{HTTP}#concurrency",
)
STALE = Requirement(
    "rest.update.stale",
    Level.SHALL,
    "An update with another ETag in If-Match is refused (412) and changes nothing.",
    f"{HTTP}#concurrency",
)
NEVER = Requirement(
    "rest.update.unknown-etag",
    Level.SHALL,
    "An update with an ETag in If-Match that the resource never had is refused (412).",
    "https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1",
)
RACE = Requirement(
    "rest.update.race",
    Level.SHALL,
    "Of several updates at once with the same If-Match one is made.",
    f"{HTTP}#concurrency",
)
REQUIREMENTS = (
    STATUS, VERSION, KEPT, EARLIER, OTHER_ID, NO_ID, OTHER_TYPE, BROKEN, AS_CREATE, NOT_AS_CREATE,
    MATCH, STALE, NEVER, RACE,
)  # fmt: skip
_AT_ONCE = 4


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """Of resources made for it."""
    await _good(session, ledger, type)
    await _bad(session, ledger, type)
    await _as_create(session, ledger, type)
    await _contention(session, ledger, type)


def noted(resource: dict[str, Any], note: str) -> dict[str, Any]:
    """The resource with another note."""
    kept = [one for one in dicts(resource.get("identifier")) if one.get("system") != NOTE]
    return resource | {"identifier": [*kept, {"system": NOTE, "value": note}]}


async def _good(session: Session, ledger: Ledger, type: str) -> None:
    before: dict[str, Any] = {}
    found: dict[str, Any] | None = None
    async with session.check(STATUS, type) as check:
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        sent = noted(before, "second")
        answer = await ledger.send(check, "PUT", path, sent)
        check.status(answer, 200)
        found = await ledger.read(check, path)
    seen = session.results[-1].exchanges
    async with session.check(VERSION, type) as check:
        check.exchanges += seen
        if found is None:
            raise Skipped("nothing was updated")
        old, new = version_of(before), version_of(found)
        if session.statement.types[type].versioning in ("versioned", "versioned-update"):
            check.that(new and new != old, f"the version was {old!r} and is {new!r}")
        earlier, later = (instant(meta_of(one).get("lastUpdated")) for one in (before, found))
        check.that(later is not None or not new, "there is a meta.versionId, but no meta.lastUpdated")
        check.that(not (earlier and later and later < earlier), f"lastUpdated was {earlier} and is {later}")
    async with session.check(KEPT, type) as check:
        check.exchanges += seen
        if found is None:
            raise Skipped("nothing was updated")
        where = missing({name: value for name, value in sent.items() if name != "meta"}, found)
        check.that(not where, f"{where} was sent and is not kept as it was")
    await _earlier(session, type, before, found is not None)


async def _earlier(session: Session, type: str, before: dict[str, Any], updated: bool) -> None:
    async with session.check(EARLIER, type) as check:
        version = version_of(before)
        if not updated or not version:
            raise Skipped("nothing was updated" if version else "the resource has no meta.versionId")
        if not session.statement.does(type, "vread"):
            raise NotDeclared(f"vread is not declared for {type}")
        answer = await check.get(f"{type}/{before['id']}/_history/{version}")
        if answer.status == 404:
            raise NotDeclared("earlier versions cannot be read")
        check.status(answer, 200)
        found = answer.resource(type)
        check.that(
            version_of(found) == version, f"its meta.versionId is {version_of(found)!r}, not {version!r}"
        )
        where = difference(before, found)
        check.that(not where, f"{where} differs from what was read when it was the current version")


async def _bad(session: Session, ledger: Ledger, type: str) -> None:
    other = "Practitioner" if type != "Practitioner" else "Patient"
    for requirement, change in ((OTHER_ID, {"id": ledger.id()}), (NO_ID, {"id": None}), (OTHER_TYPE, {})):
        async with session.check(requirement, type) as check:
            path, before = await ledger.make(check, sample(type, ledger.token(type)))
            sent = noted(before, "second") | change
            if requirement is OTHER_TYPE:
                sent = {"resourceType": other, "id": before["id"]}
            sent = {name: value for name, value in sent.items() if value is not None}
            answer = await ledger.send(check, "PUT", path, sent)
            if requirement is OTHER_TYPE:
                check.that(400 <= answer.status < 500, f"the status is {answer.status}, not 400")
            else:
                check.status(answer, 400)
            await unchanged(ledger, check, path, before)
    async with session.check(BROKEN, type) as check:
        path, before = await ledger.make(check, sample(type, ledger.token(type)))
        answer = await ledger.send(check, "PUT", path, b'{"resourceType": "')
        check.that(answer.status >= 400, f"the status is {answer.status}, not 400")
        await unchanged(ledger, check, path, before)


async def unchanged(ledger: Ledger, check: Check, path: str, before: dict[str, Any]) -> None:
    """Raises Failed unless a read gives what it gave before."""
    after = await ledger.read(check, path)
    check.that(note_of(after) == note_of(before), f"{path} was changed although the answer says it was not")
    check.that(version_of(after) == version_of(before), f"{path} has a new version although it was refused")


async def _as_create(session: Session, ledger: Ledger, type: str) -> None:
    declared = session.statement.types[type].update_create
    id = ledger.id()
    sent = sample(type, ledger.token(type)) | {"id": id}
    async with session.check(AS_CREATE if declared else NOT_AS_CREATE, type) as check:
        rest = session.statement.raw.get("rest")
        if not declared and "'updateCreate': False" not in str(rest):
            raise NotDeclared("updateCreate is not declared")
        answer = await ledger.send(check, "PUT", f"{type}/{id}", sent)
        if not declared:
            check.that(400 <= answer.status < 500, f"the status is {answer.status}, not 405")
            return
        check.status(answer, 201)
        told = location_of(answer.header("location"))
        check.that(told[:2] == (type, id), f"the Location is {answer.header('location')[:200]!r}")
        found = await ledger.read(check, f"{type}/{id}")
        check.that(found.get("id") == id, f"the id of what was created is {found.get('id')!r}")
    async with session.check(NOT_AS_CREATE if declared else AS_CREATE, type) as check:
        raise NotDeclared(f"updateCreate of {type} is {str(declared).lower()}")


async def _contention(session: Session, ledger: Ledger, type: str) -> None:
    async with session.check(MATCH, type) as check:
        path, before, etag = await _tagged(session, ledger, check, type)
        answer = await ledger.send(check, "PUT", path, noted(before, "second"), {"if-match": etag})
        check.status(answer, 200)
        check.that(note_of(await ledger.read(check, path)) == "second", f"{path} was not changed")
    async with session.check(STALE, type) as check:
        path, before, etag = await _tagged(session, ledger, check, type)
        answer = await ledger.send(check, "PUT", path, noted(before, "second"), {"if-match": etag})
        if answer.status != 200:
            raise Skipped(f"an update with the current ETag is answered {answer.status}")
        before = await ledger.read(check, path)
        answer = await ledger.send(check, "PUT", path, noted(before, "third"), {"if-match": etag})
        check.status(answer, 412, 409)
        await unchanged(ledger, check, path, before)
    async with session.check(NEVER, type) as check:
        path, before, _ = await _tagged(session, ledger, check, type)
        never = {"if-match": 'W/"conformance-no-such-version"'}
        check.status(await ledger.send(check, "PUT", path, noted(before, "second"), never), 412, 409)
        await unchanged(ledger, check, path, before)
    async with session.check(RACE, type) as check:
        path, before, etag = await _tagged(session, ledger, check, type)
        notes = [f"of {number}" for number in range(_AT_ONCE)]
        answers = await asyncio.gather(
            *(ledger.send(check, "PUT", path, noted(before, note), {"if-match": etag}) for note in notes)
        )
        won = [note for note, answer in zip(notes, answers, strict=True) if answer.status == 200]
        statuses = sorted(answer.status for answer in answers)
        check.that(len(won) == 1, f"{len(won)} of {_AT_ONCE} were answered 200: {statuses}")
        check.that(set(statuses) <= {200, 409, 412, 503}, f"the statuses are {statuses}")
        check.that(
            note_of(await ledger.read(check, path)) == won[0], f"{path} is not that of the one answered 200"
        )


async def _tagged(
    session: Session, ledger: Ledger, check: Check, type: str
) -> tuple[str, dict[str, Any], str]:
    """A new resource with its ETag, as a read gives it."""
    declared = session.statement.types[type]
    if declared.versioning not in ("versioned", "versioned-update") and "patch" not in declared.interactions:
        raise NotDeclared(f"versioning of {type} is {declared.versioning or 'not declared'}")
    path, before = await ledger.make(check, sample(type, ledger.token(type)))
    etag = (await check.get(path)).header("etag")
    if not etag:
        raise Skipped("a read has no ETag")
    return path, before, etag
