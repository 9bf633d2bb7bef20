"""Conditional create, update, patch and delete: by a search instead of an id.

https://hl7.org/fhir/R4/http.html#ccreate · https://hl7.org/fhir/R4/http.html#cond-update

Each is tried only after the same search was seen to find the kit's own resources and no others.
"""

from __future__ import annotations

from typing import Any

from conformance.errors import NotDeclared
from conformance.exchange import write_json
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.rest.writing.ledger import Ledger, location_of
from conformance.suites.rest.writing.patch import JSON_PATCH, replace_note
from conformance.suites.rest.writing.samples import note_of, sample
from conformance.suites.rest.writing.update import noted

HTTP = "https://hl7.org/fhir/R4/http.html"


def _of(name: str, section: str, text: str, level: Level = Level.SHALL) -> Requirement:
    return Requirement(f"rest.conditional-{name}", level, text, f"{HTTP}#{section}")


CREATE_NONE = _of("create.none", "ccreate", "Where nothing matches, a conditional create is a create (201).")
CREATE_ONE = _of(
    "create.one",
    "ccreate",
    "Where one matches, a conditional create makes nothing and is answered 200.",
)
CREATE_MANY = _of("create.many", "ccreate", "Where several match, a conditional create is a 412.")
UPDATE_NONE = _of(
    "update.none", "cond-update", "Where nothing matches, a conditional update is a create (201)."
)
UPDATE_ONE = _of("update.one", "cond-update", "Where one matches, a conditional update changes it (200).")
UPDATE_MANY = _of("update.many", "cond-update", "Where several match, a conditional update is a 412.")
UPDATE_OTHER = _of(
    "update.other-id", "cond-update", "Where one matches and the body has another id, it is a 400."
)
DELETE_ONE = _of("delete.one", "cdelete", "Where one matches, a conditional delete deletes it.")
DELETE_NONE = _of(
    "delete.none",
    "cdelete",
    "Where nothing matches, a conditional delete is answered as a delete is.",
    Level.SHOULD,
)
DELETE_MANY = _of(
    "delete.many",
    "cdelete",
    "Where several match, a conditional delete deletes all where that is declared, else it is a 412.",
)
PATCH_NONE = _of("patch.none", "patch", "Where nothing matches, a conditional patch is a 404.", Level.SHOULD)
PATCH_ONE = _of("patch.one", "patch", "Where one matches, a conditional patch changes it.", Level.SHOULD)
PATCH_MANY = _of("patch.many", "patch", "Where several match, a conditional patch is a 412.", Level.SHOULD)
REQUIREMENTS = (
    CREATE_NONE, CREATE_ONE, CREATE_MANY, UPDATE_NONE, UPDATE_ONE, UPDATE_MANY, UPDATE_OTHER,
    DELETE_ONE, DELETE_NONE, DELETE_MANY, PATCH_NONE, PATCH_ONE, PATCH_MANY,
)  # fmt: skip


async def judge(session: Session, ledger: Ledger, type: str) -> None:
    """What is declared of this type."""
    await _create(session, ledger, type)
    await _update(session, ledger, type)
    await _delete(session, ledger, type)
    await _patch(session, ledger, type)


def _wants(declared: object, what: str) -> None:
    if not declared:
        raise NotDeclared(f"{what} is not declared")


def _token(query: str) -> str:
    return query.partition("%7C")[2]


async def _create(session: Session, ledger: Ledger, type: str) -> None:
    for requirement, many, status in ((CREATE_NONE, 0, 201), (CREATE_ONE, 1, 200), (CREATE_MANY, 2, 412)):
        async with session.check(requirement, type) as check:
            _wants(session.statement.types[type].conditional_create, "conditionalCreate")
            query, paths = await ledger.some(check, type, many)
            sent = sample(type, _token(query), "second")
            answer = await ledger.send(check, "POST", type, sent, {"if-none-exist": query})
            check.status(answer, status)
            if many == 1:
                told = "/".join(location_of(answer.header("location"))[:2])
                check.that(told in ("/", paths[0]), f"the Location is {told}, but {paths[0]} is what matches")
            await _still(ledger, check, type, query, 1 if many == 0 else many)
            for path in paths:
                check.that(note_of(await ledger.read(check, path)) == "first", f"{path} was changed")


async def _still(ledger: Ledger, check: Check, type: str, query: str, many: int) -> None:
    found = await ledger.find(check, type, query)
    check.that(len(found) == many, f"afterwards the search finds {len(found)}, not {many}")


async def _update(session: Session, ledger: Ledger, type: str) -> None:
    cases = ((UPDATE_NONE, 0, 201), (UPDATE_ONE, 1, 200), (UPDATE_MANY, 2, 412), (UPDATE_OTHER, 1, 400))
    for requirement, many, status in cases:
        async with session.check(requirement, type) as check:
            _wants(session.statement.types[type].conditional_update, "conditionalUpdate")
            query, paths = await ledger.some(check, type, many)
            sent = noted(sample(type, _token(query)), "second")
            if requirement is UPDATE_OTHER:
                sent["id"] = ledger.id()
            answer = await ledger.send(check, "PUT", f"{type}?{query}", sent)
            check.status(answer, status)
            await _still(ledger, check, type, query, 1 if many == 0 else many)
            for path in paths:
                note = note_of(await ledger.read(check, path))
                wanted = "second" if status == 200 else "first"
                check.that(note == wanted, f"the note of {path} is {note!r}, not {wanted!r}")


async def _delete(session: Session, ledger: Ledger, type: str) -> None:
    declared = session.statement.types[type].conditional_delete
    for requirement, many in ((DELETE_NONE, 0), (DELETE_ONE, 1), (DELETE_MANY, 2)):
        async with session.check(requirement, type) as check:
            _wants(declared in ("single", "multiple"), "conditionalDelete")
            query, paths = await ledger.some(check, type, many)
            answer = await check.send("DELETE", f"{type}?{query}")
            if many == 2 and declared == "single":
                check.status(answer, 412)
                await _still(ledger, check, type, query, 2)
                continue
            check.status(answer, 200, 202, 204)
            if answer.status == 202:
                continue
            await _still(ledger, check, type, query, 0)
            for path in paths:
                check.status(await check.get(path), 410, 404)


async def _patch(session: Session, ledger: Ledger, type: str) -> None:
    for requirement, many, status in ((PATCH_NONE, 0, 404), (PATCH_ONE, 1, 200), (PATCH_MANY, 2, 412)):
        async with session.check(requirement, type) as check:
            declared = session.statement.types[type]
            _wants(
                declared.conditional_update and "patch" in declared.interactions,
                "patch with conditionalUpdate",
            )
            _wants(JSON_PATCH in session.statement.patch_formats, JSON_PATCH)
            query, paths = await ledger.some(check, type, many)
            body: Any = write_json(replace_note("second"))
            answer = await ledger.send(check, "PATCH", f"{type}?{query}", body, {"content-type": JSON_PATCH})
            check.status(answer, status)
            for path in paths:
                note = note_of(await ledger.read(check, path))
                wanted = "second" if status == 200 else "first"
                check.that(note == wanted, f"the note of {path} is {note!r}, not {wanted!r}")
