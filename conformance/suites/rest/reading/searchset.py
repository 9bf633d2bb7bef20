"""The Bundle that a search answers with.

https://hl7.org/fhir/R4/bundle.html#searchset · https://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from typing import Any

from conformance.errors import Failed, NotDeclared
from conformance.harvest import link, matches
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.suites.rest.bundles import BUNDLE, check_full_url, check_unique, entries_of, place_of
from conformance.suites.rest.headers import check_json_type

HTTP = "https://hl7.org/fhir/R4/http.html"
SEARCH = "https://hl7.org/fhir/R4/search.html"
ANSWER = Requirement(
    "rest.searchset.bundle",
    Level.SHALL,
    "A search is answered 200 with a Bundle of type searchset.",
    f"{HTTP}#search",
)
TYPE = Requirement(
    "rest.searchset.content-type",
    Level.SHALL,
    "It comes as application/fhir+json, in UTF-8.",
    f"{HTTP}#mime-type",
)
SELF = Requirement(
    "rest.searchset.self",
    Level.SHALL,
    "Its link self says what was searched by.",
    f"{SEARCH}#conformance",
)
TOTAL = Requirement(
    "rest.searchset.total",
    Level.SHALL,
    "Its total, where there is one, is a whole number and not less than the matches in it.",
    f"{BUNDLE}#Bundle",
)
COUNT = Requirement(
    "rest.searchset.count", Level.SHALL, "A page has no more matches than _count.", f"{SEARCH}#count"
)
FULL_URL = Requirement(
    "rest.searchset.full-url",
    Level.SHALL,
    "Each entry has a fullUrl: absolute, without a version, and of the resource in it.",
    f"{BUNDLE}#bundle-unique",
)
MODE = Requirement(
    "rest.searchset.mode",
    Level.SHOULD,
    "Each entry says why it is there: search.mode.",
    f"{BUNDLE}#searchset",
)
ENTRIES = Requirement(
    "rest.searchset.entries",
    Level.SHALL,
    "Each entry has a resource (bdl-5), no request (bdl-3), no response (bdl-4), and is there once (bdl-7).",
    f"{BUNDLE}#Bundle",
)
OUTCOME = Requirement(
    "rest.searchset.outcome",
    Level.SHALL,
    "An OperationOutcome among the entries has the mode outcome, and no issue that is an error.",
    f"{HTTP}#search",
)
REQUIREMENTS = (ANSWER, TYPE, SELF, TOTAL, COUNT, FULL_URL, MODE, ENTRIES, OUTCOME)
_ASKED = 3


async def judge(session: Session, type: str) -> None:
    """A first page of the type's resources."""
    bundle: dict[str, Any] = {}
    entries: list[dict[str, Any]] | None = None
    async with session.check(ANSWER, type) as check:
        answer = await check.get(type, {"_count": str(_ASKED)})
        check.status(answer, 200)
        bundle = answer.resource("Bundle")
        check.that(bundle.get("type") == "searchset", f"the Bundle's type is {bundle.get('type')!r}")
        entries = entries_of(bundle)
    if entries is None:
        return
    seen = session.results[-1].exchanges
    async with session.check(TYPE, type) as check:
        check.exchanges += seen
        check_json_type(answer)
    async with session.check(SELF, type) as check:
        check.exchanges += seen
        check.that(link(bundle, "self"), "there is no link with the relation self")
    found = matches(bundle)
    async with session.check(TOTAL, type) as check:
        check.exchanges += seen
        if "total" not in bundle:
            raise NotDeclared("the Bundle has no total")
        total = bundle["total"]
        whole = isinstance(total, int) and not isinstance(total, bool)
        check.that(
            whole and total >= len(found), f"the total is {total!r}, but there are {len(found)} matches"
        )
    async with session.check(COUNT, type) as check:
        check.exchanges += seen
        check.that(len(found) <= _ASKED, f"there are {len(found)} matches for _count={_ASKED}")
    await _entries(session, type, entries)


async def _entries(session: Session, type: str, entries: list[dict[str, Any]]) -> None:
    seen = session.results[-1].exchanges
    async with session.check(FULL_URL, type) as check:
        check.exchanges += seen
        for index, entry in enumerate(entries):
            if not _is_outcome(entry):
                check_full_url(entry, place_of(index, entry))
    async with session.check(MODE, type) as check:
        check.exchanges += seen
        for index, entry in enumerate(entries):
            mode = _mode(entry)
            known = mode in ("match", "include", "outcome")
            check.that(known, f"the search.mode of {place_of(index, entry)} is {mode!r}")
    async with session.check(ENTRIES, type) as check:
        check.exchanges += seen
        for index, entry in enumerate(entries):
            place = place_of(index, entry)
            check.that(isinstance(entry.get("resource"), dict), f"{place} has no resource")
            for name in ("request", "response"):
                check.that(name not in entry, f"{place} has a {name}")
        check_unique(entries)
    async with session.check(OUTCOME, type) as check:
        check.exchanges += seen
        outcomes = [entry for entry in entries if _is_outcome(entry)]
        if type != "OperationOutcome" and not outcomes:
            raise NotDeclared("no OperationOutcome is among the entries")
        for entry in outcomes:
            _check_outcome(entry)


def _is_outcome(entry: dict[str, Any]) -> bool:
    resource = entry.get("resource")
    return isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"


def _mode(entry: dict[str, Any]) -> Any:
    search = entry.get("search")
    return search.get("mode") if isinstance(search, dict) else None


def _check_outcome(entry: dict[str, Any]) -> None:
    if _mode(entry) != "outcome":
        raise Failed(f"an OperationOutcome has the mode {_mode(entry)!r}")
    for issue in entry["resource"].get("issue", []):
        if issue.get("severity") in ("error", "fatal"):
            raise Failed(f"an OperationOutcome has an issue of severity {issue['severity']}")
