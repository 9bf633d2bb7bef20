"""history of a resource, of a type and of the system.

https://hl7.org/fhir/R4/http.html#history · https://hl7.org/fhir/R4/bundle.html#history
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Exchange
from conformance.harvest import link
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.rest.bundles import (
    BUNDLE,
    check_full_url,
    check_request,
    check_response,
    entries_of,
    meta_of,
    place_of,
    version_of,
)
from conformance.suites.rest.headers import instant
from conformance.suites.rest.reading.subjects import NOBODY, Subject, some

HISTORY = "https://hl7.org/fhir/R4/http.html#history"
ANSWER = Requirement("rest.history.bundle", Level.SHALL, "A history is a Bundle of type history.", HISTORY)
ENTRIES = Requirement(
    "rest.history.entries",
    Level.SHALL,
    "Each entry has a request and a response (bdl-3, bdl-4), and after PUT and POST the resource.",
    f"{BUNDLE}#Bundle",
)
FULL_URL = Requirement(
    "rest.history.full-url",
    Level.SHALL,
    "Each entry has a fullUrl: absolute, without a version, and of the resource in it.",
    f"{BUNDLE}#bundle-unique",
)
ORDER = Requirement("rest.history.order", Level.SHALL, "The newest versions come first.", HISTORY)
CURRENT = Requirement(
    "rest.history.current",
    Level.SHALL,
    "A resource's history begins with the version that a read gives.",
    HISTORY,
)
COUNT = Requirement("rest.history.count", Level.SHALL, "There are no more entries than _count.", HISTORY)
PAGING = Requirement(
    "rest.history.paging",
    Level.SHALL,
    "Pages of a history follow each other by next, and no version comes twice.",
    "https://hl7.org/fhir/R4/http.html#paging",
)
SINCE = Requirement(
    "rest.history.since", Level.SHALL, "_since leaves only versions made at that time or after it.", HISTORY
)
UNKNOWN = Requirement("rest.history.unknown", Level.SHOULD, "The history of an unknown id is a 404.", HISTORY)
REQUIREMENTS = (ANSWER, ENTRIES, FULL_URL, ORDER, CURRENT, COUNT, PAGING, SINCE, UNKNOWN)
_INSTANCES, _TYPES, _PAGES = 8, 6, 4


async def judge(session: Session, subjects: list[Subject]) -> None:
    """Of some resources, some types, and the system."""
    for subject in some(session, subjects, _INSTANCES):
        declared = session.statement.does(subject.type, "history-instance")
        await _one(session, f"{subject.path}/_history", declared, subject)
        async with session.check(UNKNOWN, subject.type) as check:
            if not declared:
                raise NotDeclared(f"history-instance is not declared for {subject.type}")
            check.status(await check.get(f"{subject.type}/{NOBODY}/_history"), 404)
    for subject in some(session, subjects, _TYPES):
        await _one(session, f"{subject.type}/_history", session.statement.does(subject.type, "history-type"))
    await _one(session, "_history", "history-system" in session.statement.interactions)


async def _one(session: Session, path: str, declared: bool, subject: Subject | None = None) -> None:
    entries: list[dict[str, Any]] | None = None
    async with session.check(ANSWER, path) as check:
        if not declared:
            raise NotDeclared(f"{path} is not declared")
        answer = await check.get(path, {"_count": "20"})
        check.status(answer, 200)
        bundle = answer.resource("Bundle")
        check.that(bundle.get("type") == "history", f"the Bundle's type is {bundle.get('type')!r}")
        entries = entries_of(bundle)
    if entries is None:
        return
    seen = session.results[-1].exchanges
    await _entries(session, path, entries, seen)
    if subject is not None:
        await _current(session, path, subject, entries, seen)
    async with session.check(COUNT, path) as check:
        page = entries_of((await check.get(path, {"_count": "1"})).resource("Bundle"))
        check.that(len(page) <= 1, f"there are {len(page)} entries for _count=1")
    await _paging(session, path)
    await _since(session, path, entries)


async def _entries(
    session: Session, path: str, entries: list[dict[str, Any]], seen: tuple[Exchange, ...]
) -> None:
    async with session.check(ENTRIES, path) as check:
        check.exchanges += seen
        for index, entry in enumerate(entries):
            place = place_of(index, entry)
            method = check_request(entry, place)
            check_response(entry, place)
            if method in ("PUT", "POST") and not isinstance(entry.get("resource"), dict):
                raise Failed(f"{place} is a {method} without the resource")
            check.that("search" not in entry, f"{place} has a search, which only a searchset has")
    async with session.check(FULL_URL, path) as check:
        check.exchanges += seen
        for index, entry in enumerate(entries):
            check_full_url(entry, place_of(index, entry))
    async with session.check(ORDER, path) as check:
        check.exchanges += seen
        _check_order([time for entry in entries if (time := time_of(entry))])


def _check_order(times: list[datetime]) -> None:
    for newer, older in pairwise(times):
        if older > newer:
            raise Failed(f"{newer.isoformat()} comes before {older.isoformat()}")


def time_of(entry: dict[str, Any]) -> datetime | None:
    """When a version was made; None where the entry does not say."""
    response = entry.get("response")
    said = response.get("lastModified") if isinstance(response, dict) else None
    return instant(said) or instant(meta_of(entry.get("resource")).get("lastUpdated"))


async def _current(
    session: Session,
    path: str,
    subject: Subject,
    entries: list[dict[str, Any]],
    seen: tuple[Exchange, ...],
) -> None:
    async with session.check(CURRENT, path) as check:
        check.exchanges += [subject.exchange, *seen]
        check.that(entries, "the history is empty")
        resource = entries[0].get("resource")
        if not isinstance(resource, dict):
            raise Failed("the first entry has no resource, but the resource can be read")
        check.that(resource.get("id") == subject.id, f"the first entry is of {resource.get('id')!r}")
        if not subject.version:
            raise Skipped("the resource has no meta.versionId")
        version = version_of(resource)
        check.that(version == subject.version, f"it begins with {version!r}; {subject.version!r} was read")


async def _paging(session: Session, path: str) -> None:
    async with session.check(PAGING, path) as check:
        keys: set[str] = set()
        times: list[datetime] = []
        url, params = path, {"_count": "2"}
        for _ in range(_PAGES):
            bundle = await _page(check, session, url, params)
            for entry in entries_of(bundle):
                key = _version_in(entry)
                check.that(not key or key not in keys, f"{key} comes twice")
                keys.add(key)
                times += [time for time in (time_of(entry),) if time]
            url, params = link(bundle, "next"), {}
            if not url:
                break
        _check_order(times)


def _version_in(entry: dict[str, Any]) -> str:
    """What tells a version from all others, of deletions too; empty where the entry does not say."""
    response = entry.get("response")
    etag = response.get("etag") if isinstance(response, dict) else None
    version = version_of(entry.get("resource")) or etag or time_of(entry)
    return f"{entry['fullUrl']}, {version}" if version and "fullUrl" in entry else ""


async def _page(check: Check, session: Session, url: str, params: dict[str, str]) -> dict[str, Any]:
    if url.startswith("http") and not session.client.is_here(url):
        raise Skipped(f"the next page is on another server: {url[:200]}")
    answer = await check.get(url, params)
    check.status(answer, 200)
    return answer.resource("Bundle")


async def _since(session: Session, path: str, entries: list[dict[str, Any]]) -> None:
    async with session.check(SINCE, path) as check:
        times = sorted({time for entry in entries if (time := time_of(entry))})
        if not times:
            raise Skipped("no entry says when its version was made")
        since = times[len(times) // 2].replace(microsecond=0)
        answer = await check.get(path, {"_since": since.isoformat(), "_count": "20"})
        check.status(answer, 200)
        found = entries_of(answer.resource("Bundle"))
        check.that(found, f"nothing is left for _since={since.isoformat()}, when a version was made")
        for index, entry in enumerate(found):
            time = time_of(entry)
            early = time is not None and time < since
            check.that(not early, f"{place_of(index, entry)} is from {time}, before {since.isoformat()}")
