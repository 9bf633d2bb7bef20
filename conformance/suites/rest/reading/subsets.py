"""_summary, _elements and _pretty.

https://hl7.org/fhir/R4/search.html#summary · https://hl7.org/fhir/R4/search.html#elements
"""

from __future__ import annotations

from typing import Any

from conformance.errors import NotDeclared, Skipped
from conformance.exchange import Response
from conformance.harvest import link, matches
from conformance.model import Level, Requirement
from conformance.session import Session
from conformance.statement import dicts
from conformance.suites.rest.bundles import meta_of
from conformance.suites.rest.reading.subjects import Subject
from conformance.suites.rest.same import difference

SEARCH = "https://hl7.org/fhir/R4/search.html"
TAGGED = Requirement(
    "rest.subset.tag",
    Level.SHOULD,
    "A resource with a part of its elements is tagged SUBSETTED.",
    f"{SEARCH}#summary",
)
ASKED = Requirement(
    "rest.subset.elements",
    Level.SHOULD,
    "_elements keeps the elements asked for, and those that the type requires.",
    f"{SEARCH}#elements",
)
OBEYED = Requirement(
    "rest.subset.obeyed",
    Level.SHOULD,
    "A search whose link self says _elements or _summary leaves out what these leave out.",
    f"{SEARCH}#conformance",
)
COUNT = Requirement(
    "rest.subset.count",
    Level.SHALL,
    "_summary=count, where answered, gives a total and no matches.",
    f"{SEARCH}#summary",
)
PRETTY = Requirement(
    "rest.pretty",
    Level.MAY,
    "_pretty changes nothing in what is said.",
    "https://hl7.org/fhir/R4/http.html#parameters",
)
REQUIREMENTS = (TAGGED, ASKED, OBEYED, COUNT, PRETTY)
_SUBSETTED = "SUBSETTED"
_META = frozenset({"resourceType", "id", "meta"})


async def judge(session: Session, subject: Subject) -> None:
    """Of one resource, by read and by search."""
    name = next((one for one in sorted(subject.resource) if one[0] != "_" and one not in _META), "")
    for query in (
        {"_summary": "true"},
        {"_summary": "text"},
        {"_summary": "data"},
        {"_elements": name or "id"},
    ):
        said = "&".join(f"{key}={value}" for key, value in query.items())
        async with session.check(TAGGED, f"{subject.path}?{said}") as check:
            found = _resource(await check.get(subject.path, query), subject)
            _check_tag(check, subject, found)
        async with session.check(TAGGED, f"{subject.type}?_id={subject.id}&{said}") as check:
            answer = await check.get(subject.type, {"_id": subject.id} | query)
            check.status(answer, 200)
            found = next(iter(matches(answer.resource("Bundle"))), {})
            if not found:
                raise Skipped("the search by _id finds nothing")
            _check_tag(check, subject, found)
    await _elements(session, subject, name)
    await _obeyed(session, subject)
    async with session.check(COUNT, f"{subject.type}?_summary=count") as check:
        answer = await check.get(subject.type, {"_summary": "count"})
        if answer.status == 400:
            raise NotDeclared("_summary=count is refused")
        check.status(answer, 200)
        bundle = answer.resource("Bundle")
        check.that(isinstance(bundle.get("total"), int), f"the total is {bundle.get('total')!r}")
        check.that(not matches(bundle), f"there are {len(matches(bundle))} matches in it")
    async with session.check(PRETTY, subject.path) as check:
        for value in ("true", "false"):
            found = _resource(await check.get(subject.path, {"_pretty": value}), subject)
            where = difference(subject.resource, found)
            check.that(not where, f"{where} differs with _pretty={value}")


def _resource(answer: Response, subject: Subject) -> dict[str, Any]:
    if answer.status == 400:
        raise NotDeclared("the parameter is refused for a read")
    if answer.status != 200:
        raise Skipped(f"the status is {answer.status}")
    return answer.resource(subject.type)


def _check_tag(check: Any, subject: Subject, found: dict[str, Any]) -> None:
    left_out = sorted(set(subject.resource) - set(found))
    if not left_out:
        raise NotDeclared("nothing was left out")
    codes = [one.get("code") for one in dicts(meta_of(found).get("tag"))]
    check.that(_SUBSETTED in codes, f"{', '.join(left_out[:3])} is left out, and there is no tag SUBSETTED")


async def _elements(session: Session, subject: Subject, name: str) -> None:
    async with session.check(ASKED, f"{subject.path}?_elements={name}") as check:
        if not name:
            raise Skipped("the resource has no element to ask for")
        found = _resource(await check.get(subject.path, {"_elements": name}), subject)
        where = difference(subject.resource[name], found.get(name), name)
        check.that(not where, f"{where} was asked for and differs from what was read")
        for required in sorted(_required(session, subject.type)):
            kept = required not in subject.resource or required in found
            check.that(kept, f"{required}, which {subject.type} requires, is left out")


async def _obeyed(session: Session, subject: Subject) -> None:
    for key, value, kept in (("_elements", "id", "min"), ("_summary", "true", "isSummary")):
        async with session.check(OBEYED, f"{subject.type}?_id={subject.id}&{key}={value}") as check:
            doomed = [one for one in _plain(session, subject.type, kept) if one in subject.resource]
            if not doomed:
                raise NotDeclared("the resource has no element that would be left out")
            answer = await check.get(subject.type, {"_id": subject.id, key: value})
            if answer.status != 200:
                raise NotDeclared(f"the parameter is answered {answer.status}")
            bundle = answer.resource("Bundle")
            if f"{key}=" not in link(bundle, "self"):
                raise NotDeclared(f"the link self does not say {key}")
            found = next(iter(matches(bundle)), {})
            left = [one for one in doomed if one in found]
            check.that(not left, f"{', '.join(left[:3])} is still there")


def _plain(session: Session, type: str, kept: str) -> list[str]:
    """The names of the type's own elements that neither `kept` nor their being modifiers keeps."""
    structure = session.definitions.structure(type) or {}
    return [
        one["path"].split(".")[1]
        for one in structure.get("element", [])
        if one["path"].count(".") == 1
        and not one.get("isModifier")
        and not one.get("min")
        and not one.get(kept)
        and one["path"].split(".")[1] not in _META
    ]


def _required(session: Session, type: str) -> set[str]:
    """The names of the type's own elements that there must be one of, but for choices of types."""
    structure = session.definitions.structure(type) or {}
    paths = [one["path"] for one in structure.get("element", []) if one.get("min", 0) > 0]
    return {path.split(".")[1] for path in paths if path.count(".") == 1 and not path.endswith("[x]")}
