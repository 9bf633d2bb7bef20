"""Every declared interaction that reads is tried on every declared type.

https://hl7.org/fhir/R4/http.html · https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import dicts
from conformance.suites.capability.answers import (
    NOT_DONE,
    bundle_of,
    counted,
    permitted,
    status_and_words,
)
from conformance.suites.capability.holdings import Holdings

HTTP = "https://hl7.org/fhir/R4/http.html"
DECLARED = "https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest"

READ = Requirement(
    "capability.read",
    Level.SHALL,
    "A type that declares read gives a resource of it by its id.",
    f"{HTTP}#read",
)
VREAD = Requirement(
    "capability.vread",
    Level.SHALL,
    "A type that declares vread gives the current version of a resource by its version id.",
    f"{HTTP}#vread",
)
HISTORY_INSTANCE = Requirement(
    "capability.history-instance",
    Level.SHALL,
    "A type that declares history-instance gives the history of a resource.",
    f"{HTTP}#history",
)
HISTORY_TYPE = Requirement(
    "capability.history-type",
    Level.SHALL,
    "A type that declares history-type gives the history of its resources.",
    f"{HTTP}#history",
)
SEARCH_TYPE = Requirement(
    "capability.search-type",
    Level.SHALL,
    "A type that declares search-type answers a search with a searchset.",
    f"{HTTP}#search",
)
HISTORY_SYSTEM = Requirement(
    "capability.history-system",
    Level.SHALL,
    "A server that declares history-system gives the history of all its resources.",
    f"{HTTP}#history",
)
SEARCH_SYSTEM = Requirement(
    "capability.search-system",
    Level.SHALL,
    "A server that declares search-system answers a search over all types with a searchset.",
    f"{HTTP}#search",
)
REQUIREMENTS = (READ, VREAD, HISTORY_INSTANCE, HISTORY_TYPE, SEARCH_TYPE, HISTORY_SYSTEM, SEARCH_SYSTEM)
TALLY = "declared interactions"
TYPES = "declared types"
_OF_INSTANCES = {"read": READ, "vread": VREAD, "history-instance": HISTORY_INSTANCE}


async def check_reading(session: Session, held: Holdings) -> None:
    """The interactions that read, of the types and of the whole system."""
    jobs: list[Coroutine[Any, Any, None]] = [_system(session)]
    missing: dict[str, list[str]] = defaultdict(list)
    for type, declared in sorted(session.statement.types.items()):
        session.tally(TYPES).expect(type, "none of its interactions could be tried")
        if "search-type" in declared.interactions:
            jobs.append(_search(session, type))
        if "history-type" in declared.interactions:
            jobs.append(_history(session, type))
        for interaction in _OF_INSTANCES:
            if interaction not in declared.interactions:
                continue
            session.tally(TALLY).expect(f"{type} {interaction}", held.why.get(type, ""))
            if type in held.ids:
                jobs.append(_instance(session, type, held.ids[type], interaction))
            else:
                missing[interaction].append(type)
    await session.gather(jobs)
    for interaction, types in missing.items():
        async with session.check(_OF_INSTANCES[interaction], counted(len(types), "type")):
            raise Skipped(f"there is no resource to read of {_list(types)}: {held.why[types[0]]}")


def saw(session: Session, type: str, interaction: str) -> None:
    """This interaction of this type was seen to be there."""
    session.tally(TALLY).saw(f"{type} {interaction}")
    session.tally(TYPES).saw(type)


async def _search(session: Session, type: str) -> None:
    """By the first request of the harvest."""
    session.tally(TALLY).expect(f"{type} search-type")
    pool = await session.harvest.of(type)
    async with session.check(SEARCH_TYPE, type) as check:
        check.exchanges += pool.exchanges[:1]
        answer = pool.exchanges[0].response if pool.exchanges else None
        if answer is None:
            raise Failed(pool.trouble or "there was no answer")
        if 400 <= answer.status < 500 and answer.status not in NOT_DONE:
            raise Skipped(f"a search without criteria is refused: {status_and_words(answer)}")
        bundle_of(answer, "searchset")
        saw(session, type, "search-type")


async def _history(session: Session, type: str) -> None:
    session.tally(TALLY).expect(f"{type} history-type")
    async with session.check(HISTORY_TYPE, type) as check:
        bundle_of(await check.get(f"{type}/_history", {"_count": "1"}), "history")
        saw(session, type, "history-type")


async def _instance(session: Session, type: str, id: str, interaction: str) -> None:
    async with session.check(_OF_INSTANCES[interaction], f"{type}/{id}") as check:
        if interaction == "read":
            await read(check, type, id)
        elif interaction == "vread":
            resource, version = await read(check, type, id)
            if not version:
                raise Skipped("the resource has no version id, and its read no ETag")
            again = permitted(await check.get(f"{type}/{id}/_history/{version}"))
            check.status(again, 200)
            got = again.resource(type)
            check.that(
                got.get("id") == resource["id"], f"the id of the version is {got.get('id')!r}, not {id!r}"
            )
        else:
            bundle = bundle_of(await check.get(f"{type}/{id}/_history"), "history")
            check.that(dicts(bundle.get("entry")), f"the history of {type}/{id}, which can be read, is empty")
        saw(session, type, interaction)


async def read(check: Check, type: str, id: str) -> tuple[dict[str, Any], str]:
    """The resource, and its version id (by its meta, else by the ETag; empty if neither has it)."""
    answer = permitted(await check.get(f"{type}/{id}"))
    if answer.status != 200:
        raise Failed(f"a resource that a search returned gives {status_and_words(answer)}, not 200")
    resource = answer.resource(type)
    check.that(resource.get("id") == id, f"the id is {resource.get('id')!r}, not {id!r}")
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    if not isinstance(version, str):
        version = answer.header("etag").removeprefix("W/").strip('"')
    return resource, version


async def _system(session: Session) -> None:
    declared = session.statement.interactions
    for interaction in sorted(declared & {"history-system", "search-system"}):
        session.tally(TALLY).expect(f"system {interaction}")
    async with session.check(HISTORY_SYSTEM) as check:
        if "history-system" not in declared:
            raise NotDeclared("history-system is not declared")
        bundle_of(await check.get("_history", {"_count": "1"}), "history")
        session.tally(TALLY).saw("system history-system")
    async with session.check(SEARCH_SYSTEM) as check:
        if "search-system" not in declared:
            raise NotDeclared("search-system is not declared")
        searched = session.statement.with_interaction("search-type")
        params = {"_type": min(searched)} if searched else {}
        answer = permitted(await check.get("", params | {"_count": "1"}))
        if answer.status in (400, 422):
            raise Skipped(f"a search without criteria is refused: {status_and_words(answer)}")
        bundle_of(answer, "searchset")
        session.tally(TALLY).saw("system search-system")


def _list(types: list[str]) -> str:
    return ", ".join(types[:5]) + (f" and {len(types) - 5} more" if len(types) > 5 else "")
