"""Every declared interaction that writes is there, shown without writing: by bodies that no server can take.

https://hl7.org/fhir/R4/http.html

Only with --write, all the same: what a server does with a broken body is its own affair. The one resource
that is created, to see what is done with patches and new ids, is removed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Response
from conformance.model import Level, Requirement
from conformance.session import FHIR_TYPE, Check, Session
from conformance.suites.capability.answers import counted, permitted, status_and_words
from conformance.suites.capability.operations import call_on_own
from conformance.suites.capability.reading import TALLY, saw

_HTTP = "https://hl7.org/fhir/R4/http.html"
_RESOURCE = "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource."

CREATE = Requirement(
    "capability.create", Level.SHALL, "A type that declares create takes a POST.", f"{_HTTP}#create"
)
UPDATE = Requirement(
    "capability.update", Level.SHALL, "A type that declares update takes a PUT.", f"{_HTTP}#update"
)
PATCH = Requirement(
    "capability.patch", Level.SHALL, "A type that declares patch takes a PATCH.", f"{_HTTP}#patch"
)
DELETE = Requirement(
    "capability.delete", Level.SHALL, "A type that declares delete takes a DELETE.", f"{_HTTP}#delete"
)
BATCH = Requirement(
    "capability.batch", Level.SHALL, "A server that declares batch answers one.", f"{_HTTP}#transaction"
)
TRANSACTION = Requirement(
    "capability.transaction",
    Level.SHALL,
    "A server that declares transaction answers one.",
    f"{_HTTP}#transaction",
)
UPDATE_CREATE = Requirement(
    "capability.update-create",
    Level.SHALL,
    "A type that declares updateCreate takes a PUT to an id that is not there yet.",
    f"{_RESOURCE}updateCreate",
)
PATCH_FORMAT = Requirement(
    "capability.patch-format",
    Level.SHALL,
    "A patch in a declared patchFormat is not refused for its content type.",
    "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.patchFormat",
)
REQUIREMENTS = (CREATE, UPDATE, PATCH, DELETE, BATCH, TRANSACTION, UPDATE_CREATE, PATCH_FORMAT)
_WRITES = {"create": CREATE, "update": UPDATE, "patch": PATCH, "delete": DELETE}
_SYSTEM = {"batch": BATCH, "transaction": TRANSACTION}
_NEEDS = "it writes, and --write was not given"
_BROKEN = b'{"resourceType": '
_NEW: dict[str, dict[str, object]] = {
    "Basic": {"code": {"text": "made by a conformance test, and removed by it"}},
    "Patient": {"active": False},
    "Practitioner": {"active": False},
    "Organization": {"name": "made by a conformance test, and removed by it"},
}


async def check_writing(session: Session) -> None:
    """The interactions of each type, those of the system, and what is declared of updates and patches."""
    nowhere = f"zzz-conformance-{Random(session.options.seed).randrange(10**9)}"  # noqa: S311 - no secret
    if not session.options.write:
        await _told(session)
        return
    await session.gather(
        _interaction(session, type, interaction, nowhere)
        for type, declared in sorted(session.statement.types.items())
        for interaction in _WRITES
        if interaction in declared.interactions
    )
    for kind, requirement in _SYSTEM.items():
        async with session.check(requirement) as check:
            _expect(session, "system", kind)
            if kind not in session.statement.interactions:
                raise NotDeclared(f"{kind} is not declared")
            answer = permitted(await check.put_in("POST", "", {"resourceType": "Bundle", "type": kind}))
            check.that(answer.status in (200, 400, 422), f"an empty {kind} gives {status_and_words(answer)}")
            session.tally(TALLY).saw(f"system {kind}")
    await _own(session, nowhere)


async def _told(session: Session) -> None:
    """All of them are skipped, each with its types."""
    for interaction, requirement in _WRITES.items():
        types = session.statement.with_interaction(interaction)
        for type in types:
            _expect(session, type, interaction)
        async with session.check(requirement, counted(len(types), "type")):
            raise Skipped(_NEEDS) if types else NotDeclared(f"{interaction} is not declared")
    for kind, requirement in _SYSTEM.items():
        _expect(session, "system", kind)
        async with session.check(requirement):
            raise (
                Skipped(_NEEDS)
                if kind in session.statement.interactions
                else NotDeclared(f"{kind} is not declared")
            )
    for requirement in (UPDATE_CREATE, PATCH_FORMAT):
        async with session.check(requirement):
            raise Skipped(_NEEDS)


def _expect(session: Session, type: str, interaction: str) -> None:
    if type != "system" or interaction in session.statement.interactions:
        session.tally(TALLY).expect(f"{type} {interaction}", "" if session.options.write else _NEEDS)


async def _interaction(session: Session, type: str, interaction: str, nowhere: str) -> None:
    _expect(session, type, interaction)
    async with session.check(_WRITES[interaction], type) as check:
        missing: tuple[int, ...] = (405, 501)
        if interaction == "create":
            answer = await check.send("POST", type, headers=FHIR_TYPE, body=_BROKEN)
            missing = (404, 405, 501)
        elif interaction == "update":
            answer = await check.send("PUT", f"{type}/{nowhere}", headers=FHIR_TYPE, body=_BROKEN)
            missing = (404, 405, 501)
        elif interaction == "patch":
            headers = {"content-type": _patch_type(session)}
            answer = await check.send("PATCH", f"{type}/{nowhere}", headers=headers, body=b"[")
        else:
            answer = await check.send("DELETE", f"{type}/{nowhere}")
        permitted(answer)
        check.that(answer.status not in missing, f"it is declared, and gives {status_and_words(answer)}")
        if answer.status >= 500:
            raise Skipped(f"it cannot be told: {status_and_words(answer)}")
        saw(session, type, interaction)


def _patch_type(session: Session) -> str:
    formats = session.statement.patch_formats
    return formats[0] if formats else "application/json-patch+json"


async def _own(session: Session, id: str) -> None:
    """One resource of the kit's own: put where there is none, patched in vain, removed."""
    type = next((one for one in _NEW if _can_all(session, one)), None)
    path = f"{type}/{id}"
    async with session.check(UPDATE_CREATE, type or "") as check:
        if type is None:
            raise Skipped(f"none of {', '.join(_NEW)} declares update and delete")
        if not session.statement.types[type].update_create:
            raise NotDeclared(f"updateCreate is not declared for {type}")
        answer = permitted(await check.put_in("PUT", path, {"resourceType": type, "id": id, **_NEW[type]}))
        if answer.status not in (200, 201):
            raise Failed(f"a PUT to a new id gives {status_and_words(answer)}")
    if type is None or not session.statement.types[type].update_create:
        async with session.check(PATCH_FORMAT):
            raise Skipped("there is no resource of the kit's own to patch")
        return
    try:
        for media in session.statement.patch_formats:
            await _patched(session, type, path, media)
        await call_on_own(session, type, path)
    finally:
        await session.client.send("DELETE", path)


def _can_all(session: Session, type: str) -> bool:
    return all(session.statement.does(type, interaction) for interaction in ("update", "delete"))


async def _patched(session: Session, type: str, path: str, media: str) -> None:
    """A body that is no patch at all: a server that knows the format finds fault with that."""
    async with session.check(PATCH_FORMAT, media) as check:
        if not session.statement.does(type, "patch"):
            raise Skipped(f"patch is not declared for {type}")
        answer = await _patch(check, path, {"content-type": media})
        check.that(
            answer.status not in (405, 415, 501), f"a patch of this type gives {status_and_words(answer)}"
        )


async def _patch(check: Check, path: str, headers: Mapping[str, str]) -> Response:
    return permitted(await check.send("PATCH", path, headers=headers, body=b"["))
