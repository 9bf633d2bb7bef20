"""What a type declares of versions and conditional reads is so.

https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.versioning
"""

from __future__ import annotations

from typing import Any

from conformance.errors import NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import dicts
from conformance.suites.capability.answers import permitted
from conformance.suites.capability.holdings import Holdings
from conformance.suites.capability.reading import read

_DEFINITIONS = (
    "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource."
)

VERSIONING = Requirement(
    "capability.versioning",
    Level.SHALL,
    "A type that declares versioning gives its resources a meta.versionId.",
    f"{_DEFINITIONS}versioning",
)
READ_HISTORY = Requirement(
    "capability.read-history",
    Level.SHALL,
    "A type that declares readHistory gives past versions by vread.",
    f"{_DEFINITIONS}readHistory",
)
CONDITIONAL_READ = Requirement(
    "capability.conditional-read",
    Level.SHALL,
    "A type that declares conditional reads answers 304 to a read of what has not changed.",
    f"{_DEFINITIONS}conditionalRead",
)
REQUIREMENTS = (VERSIONING, READ_HISTORY, CONDITIONAL_READ)


async def check_versions(session: Session, held: Holdings) -> None:
    """One resource of each type that holds any."""
    types = sorted(held.ids)
    await session.gather(_versioning(session, type, held.ids[type]) for type in types)
    await session.gather(_read_history(session, type, held.of[type]) for type in types)
    await session.gather(_conditional(session, type, held.ids[type]) for type in types)


async def _versioning(session: Session, type: str, id: str) -> None:
    declared = session.statement.types[type]
    async with session.check(VERSIONING, type) as check:
        if declared.versioning not in ("versioned", "versioned-update"):
            raise NotDeclared(f"its versioning is {declared.versioning or 'not given'}")
        if "read" not in declared.interactions:
            raise Skipped("read is not declared")
        resource, _ = await read(check, type, id)
        meta = resource.get("meta")
        version = meta.get("versionId") if isinstance(meta, dict) else None
        check.that(version, f"{type}/{id} has no meta.versionId, and {declared.versioning} is declared")


async def _read_history(session: Session, type: str, resources: list[dict[str, Any]]) -> None:
    declared = session.statement.types[type]
    async with session.check(READ_HISTORY, type) as check:
        if not declared.read_history:
            raise NotDeclared("readHistory is not declared")
        if not {"vread", "history-instance"} <= declared.interactions:
            raise Skipped(
                "vread and history-instance, by which past versions are found, are not both declared"
            )
        id = str(max(resources, key=_version)["id"])
        history = permitted(await check.get(f"{type}/{id}/_history"))
        check.status(history, 200)
        versions = [
            version
            for entry in dicts(history.resource("Bundle").get("entry"))
            for resource in dicts([entry.get("resource")])
            for meta in dicts([resource.get("meta")])
            if isinstance(version := meta.get("versionId"), str)
        ]
        if len(versions) < 2:
            raise Skipped(f"no resource with two versions was found ({type}/{id} has {len(versions)})")
        past = permitted(await check.get(f"{type}/{id}/_history/{versions[-1]}"))
        check.status(past, 200)
        meta = past.resource(type).get("meta")
        got = meta.get("versionId") if isinstance(meta, dict) else None
        check.that(got == versions[-1], f"version {versions[-1]} was asked for, and {got!r} came")


def _version(resource: dict[str, Any]) -> int:
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return int(version) if isinstance(version, str) and version.isdecimal() and len(version) < 10 else 0


async def _conditional(session: Session, type: str, id: str) -> None:
    declared = session.statement.types[type]
    async with session.check(CONDITIONAL_READ, type) as check:
        kind = declared.conditional_read
        if kind not in ("modified-since", "not-match", "full-support"):
            raise NotDeclared(f"conditionalRead is {kind or 'not given'}")
        if "read" not in declared.interactions:
            raise Skipped("read is not declared")
        first = permitted(await check.get(f"{type}/{id}"))
        check.status(first, 200)
        by_tag, by_time = kind != "modified-since", kind != "not-match"
        if by_tag:
            tag = first.header("etag")
            check.that(tag, f"{kind} is declared, and the read has no ETag to ask by")
            again = await check.get(f"{type}/{id}", if_none_match=tag)
            check.that(again.status == 304, f"If-None-Match: {tag} gives status {again.status}, not 304")
        if by_time:
            time = first.header("last-modified")
            check.that(time, f"{kind} is declared, and the read has no Last-Modified to ask by")
            again = await check.get(f"{type}/{id}", if_modified_since=time)
            check.that(again.status == 304, f"If-Modified-Since: {time} gives status {again.status}, not 304")
