"""Bulk data: exports of the whole system, of all patients, of a group, where `$export` is declared.

https://hl7.org/fhir/uv/bulkdata/STU1.0.1/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from conformance.errors import NotDeclared, Skipped
from conformance.session import Check, Session
from conformance.statement import Statement
from conformance.suites import Suite
from conformance.suites.bulk.job import (
    ASYNC,
    Export,
    Json,
    begin,
    discard,
    follow,
    location_of,
    manifest_of,
    read_files,
)
from conformance.suites.bulk.requirements import (
    DELETE,
    FILES,
    FORMATS,
    KICK_OFF,
    MANIFEST,
    REFUSAL,
    REQUIREMENTS,
    SINCE,
    STATUS,
    TYPE,
    UNAUTHORISED,
)

_FORMATS = ("application/fhir+ndjson", "application/ndjson", "ndjson")


async def run_bulk(session: Session) -> None:
    """Level after level, one export at a time: they are heavy."""
    levels = dict(declared(session.statement))
    if not levels:
        for requirement in REQUIREMENTS:
            async with session.check(requirement):
                raise NotDeclared("$export is not declared")
        return
    for level, path in levels.items():
        place = await _group(session, path) if level == "Group" else path
        if place is None:
            async with session.check(KICK_OFF, path):
                raise Skipped("there is no Group to export")
            continue
        await _Level(session, place, level).run()


def declared(statement: Statement) -> Iterator[tuple[str, str]]:
    """`(level, path)`: System, Patient and Group, as far as they are declared."""
    everywhere = {definition.rpartition("/")[2]: name for name, definition in statement.operations}
    if "export" in everywhere.values() and not {"patient-export", "group-export"} >= everywhere.keys():
        yield "System", "$export"
    for type, word in (("Patient", "patient-export"), ("Group", "group-export")):
        own = statement.types.get(type)
        named = {name for name, _ in own.operations} if own else set()
        if named & {"export", word} or word in everywhere:
            yield type, f"{type}/$export"


async def _group(session: Session, path: str) -> str | None:
    pool = await session.harvest.of("Group")
    ids = sorted(str(one["id"]) for one in pool.resources if isinstance(one.get("id"), str))
    return f"Group/{ids[0]}/$export" if ids else None


class _Level:
    """The checks of one level."""

    def __init__(self, session: Session, path: str, level: str) -> None:
        self._session = session
        self._path = path
        self._level = level

    async def run(self) -> None:
        whole = await self._whole()
        await self._delete()
        await self._formats()
        await self._refusal()
        await self._unauthorised()
        if whole is None:
            for requirement in (TYPE, SINCE):
                async with self._session.check(requirement, self._path):
                    raise Skipped("there is no export to compare with")
            return
        await self._of_a_type(whole)
        await self._since(whole)

    async def _whole(self) -> Export | None:
        """A whole export, from the kick-off to the files."""
        location = ""
        export = None
        async with self._session.check(KICK_OFF, self._path) as check:
            location = await begin(check, self._path)
        if not location:
            return None
        answer = None
        async with self._session.check(STATUS, self._path) as check:
            answer = await follow(self._session, check, location)
        if answer is not None:
            async with self._session.check(MANIFEST, self._path) as check:
                export = Export(self._path, manifest_of(check, answer))
        if export is not None:
            async with self._session.check(FILES, self._path) as check:
                await read_files(self._session, check, export)
                if not export.manifest["output"]:
                    raise Skipped("the export is empty")
        return export if export and export.resources else None

    async def _delete(self) -> None:
        async with self._session.check(DELETE, self._path) as check:
            answer = await discard(self._session, check, await self._begun(check))
            check.status(answer, 202)

    async def _begun(self, check: Check) -> str:
        answer = await check.send("GET", self._path, headers=ASYNC)
        if answer.status != 202:
            raise Skipped(f"another export is not begun: status {answer.status}")
        return location_of(check, answer)

    async def _formats(self) -> None:
        for form in _FORMATS:
            async with self._session.check(FORMATS, f"{self._path}?_outputFormat={form}") as check:
                await discard(self._session, check, await begin(check, self._path, _outputFormat=form))

    async def _refusal(self) -> None:
        async with self._session.check(REFUSAL, self._path) as check:
            params = {"_type": "NoSuchType"}
            answer = await check.send("GET", self._path, params=params, headers=ASYNC)
            if answer.status == 202:
                await discard(self._session, check, answer.header("content-location"))
                raise Skipped("the export of a type that there is not was not refused")
            check.that(answer.status >= 400, f"the status is {answer.status}")
            answer.resource("OperationOutcome")

    async def _unauthorised(self) -> None:
        async with self._session.check(UNAUTHORISED, self._path) as check:
            if not self._session.options.headers:
                raise Skipped("no login was given, so that none can be left out (--auth)")
            answer = await check.send("GET", self._path, headers=ASYNC, anonymous=True)
            check.that(400 <= answer.status < 500, f"without a login the status is {answer.status}")

    async def _again(self, parameter: str, check: Check, **params: str) -> Export:
        answer = await check.send("GET", self._path, params=params, headers=ASYNC)
        if 400 <= answer.status < 500:
            raise NotDeclared(f"{parameter} is refused with {answer.status}: the server does without it")
        export = Export(
            self._path, manifest_of(check, await follow(self._session, check, location_of(check, answer)))
        )
        await read_files(self._session, check, export)
        return export

    async def _of_a_type(self, whole: Export) -> None:
        type = min(whole.resources, key=lambda one: (len(whole.resources[one]), one))
        async with self._session.check(TYPE, f"{self._path}?_type={type}") as check:
            found = await self._again("_type", check, _type=type)
            other = sorted(found.resources.keys() - {type})
            check.that(not other, f"there are files of {', '.join(other)}")
            seen, wanted = _ids(found.resources.get(type, [])), _ids(whole.resources[type])
            check.that(seen >= wanted, f"{len(wanted - seen)} of {len(wanted)} {type} are missing")

    async def _since(self, whole: Export) -> None:
        async with self._session.check(SINCE, self._path) as check:
            every = [one for type in whole.resources.values() for one in type]
            times = sorted({text for one in every if (text := _updated(one))}, key=datetime.fromisoformat)
            if len(times) < 2 or not whole.whole:
                raise Skipped("the export has no two resources with different meta.lastUpdated")
            since = times[len(times) // 2 - 1]
            found = await self._again("_since", check, _since=since)
            moment = datetime.fromisoformat(since)
            newer = {
                f"{one['resourceType']}/{one.get('id')}"
                for one in every
                if (text := _updated(one)) and datetime.fromisoformat(text) > moment
            }
            again = [one for type in found.resources.values() for one in type]
            seen = {f"{one['resourceType']}/{one.get('id')}" for one in again}
            check.that(
                newer <= seen, f"{len(newer - seen)} of {len(newer)} that changed after it are missing"
            )
            older = [
                one for one in again if (text := _updated(one)) and datetime.fromisoformat(text) < moment
            ]
            if self._level == "System":  # others may send what is referred to, however old
                check.that(not older, f"{len(older)} that were last changed before it are there")


def _ids(resources: list[Json]) -> set[str]:
    return {str(one.get("id")) for one in resources}


def _updated(resource: Json) -> str:
    meta = resource.get("meta")
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return ""
    return str(text) if found is not None and found.tzinfo is not None else ""


SUITE = Suite("bulk", "Bulk data", run_bulk, REQUIREMENTS)
