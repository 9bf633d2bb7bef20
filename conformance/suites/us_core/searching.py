"""The searches that the guide asks, with values of the server's own resources.

https://hl7.org/fhir/us/core/CapabilityStatement-us-core-server.html#search-parameters
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level
from conformance.session import Check, Session
from conformance.statement import dicts
from conformance.suites.us_core import requirements as asks
from conformance.suites.us_core.asking import Value, search, values_of
from conformance.suites.us_core.guide import Combination, Wanted
from conformance.suites.us_core.holdings import Holdings

Json = dict[str, Any]


async def judge_searches(session: Session, holdings: Holdings, wanted: Wanted) -> None:
    """Every parameter and combination of one type, then other ways to say the same."""
    resources = await holdings.of(wanted.type)
    tally = session.tally("searches that the guide asks")
    for one in wanted.searches():
        subject = subject_of(wanted, one)
        tally.expect(subject)
        both = asks.PARAMETER if len(one.names) == 1 else asks.COMBINED
        async with session.check(both.at(one.level), subject) as check:
            declared(session, wanted, one)
            resource, chosen = choose(session, wanted, one, resources, holdings.why_none(wanted.type))
            found = await ask(session, check, wanted, chosen, resource)
            for name in one.names:
                _all_have(wanted, name, chosen[name], found)
            tally.saw(subject)
    if declared_type(session, wanted):
        await _forms(session, holdings, wanted, resources)


def subject_of(wanted: Wanted, one: Combination) -> str:
    return f"{wanted.type}?{'&'.join(one.names)}"


def declared_type(session: Session, wanted: Wanted) -> bool:
    return wanted.type in session.statement.types


def declared(session: Session, wanted: Wanted, one: Combination) -> None:
    """Raises NotDeclared for a type that the server does not have; Failed for a SHALL that it leaves out."""
    if not declared_type(session, wanted):
        raise NotDeclared(f"the server does not declare {wanted.type}")
    known = session.statement.types[wanted.type].parameters
    missing = [name for name in one.names if name not in known]
    if not session.statement.does(wanted.type, "search-type"):
        missing = list(one.names)
    if missing:
        text = f"not declared of {wanted.type}: {', '.join(missing)}"
        raise Failed(text) if one.level is Level.SHALL else NotDeclared(text)


def choose(
    session: Session, wanted: Wanted, one: Combination, resources: list[Json], none: str
) -> tuple[Json, dict[str, Value]]:
    """A resource that has a value for each parameter, and the values. Raises Skipped."""
    if not resources:
        raise Skipped(none)
    dice = random.Random(f"{session.options.seed} {wanted.type} {one.names}")  # noqa: S311
    for name in one.names:
        if name not in wanted.definitions:
            raise Skipped(f"the guide gives no definition of the parameter {name}")
    for resource in resources:
        values = {name: values_of(wanted, name, resource) for name in one.names}
        if all(values.values()):
            return resource, {name: dice.choice(each) for name, each in values.items()}
    raise Skipped(
        f"no {wanted.type} of the {len(resources)} that were read has a value for {' and '.join(one.names)}"
    )


async def ask(
    session: Session, check: Check, wanted: Wanted, chosen: dict[str, Value], resource: Json
) -> dict[str, Json]:
    """Search by the first form of each value; the resource must be found. Raises Failed, Skipped."""
    params = [(name, value.forms[0]) for name, value in chosen.items()]
    return await find(session, check, wanted, params, resource)


async def find(
    session: Session, check: Check, wanted: Wanted, params: list[tuple[str, str]], resource: Json
) -> dict[str, Json]:
    """A search whose answer must have this resource."""
    try:
        found = await search(check, wanted.type, params, until=resource["id"])
    except Failed:
        if _wants_status(session, check, wanted, params):
            raise Skipped("the server wants a status in this search, and documents it") from None
        raise
    if resource["id"] not in found:
        raise Failed(f"{wanted.type}/{resource['id']}, whose own values were asked for, is not found")
    return found


def _wants_status(session: Session, check: Check, wanted: Wanted, params: list[tuple[str, str]]) -> bool:
    """The guide lets a server refuse a search without status, if it documents it of its search-type."""
    last = check.exchanges[-1].response if check.exchanges else None
    if last is None or last.status != 400 or any("status" in name for name, _ in params):
        return False
    resources = [
        one for rest in dicts(session.statement.raw.get("rest")) for one in dicts(rest.get("resource"))
    ]
    return any(
        "status" in str(each.get("documentation")).lower()
        for one in resources
        for each in dicts(one.get("interaction"))
        if one.get("type") == wanted.type and each.get("code") == "search-type"
    )


def _all_have(wanted: Wanted, name: str, value: Value, found: dict[str, Json]) -> None:
    """Of references and tokens it can be told whether each match has the value that was asked."""
    type = wanted.definitions[name].get("type")
    for id, one in found.items():
        if one.get("resourceType") != wanted.type:
            raise Failed(f"a {one.get('resourceType')} is among the matches of a search for {wanted.type}")
        if type not in ("reference", "token") or len(value.forms) < 2:
            continue
        asked = value.forms[0].lower()
        own = [each.forms[0].lower() for each in values_of(wanted, name, one)]
        if asked not in own and not (type == "reference" and any(each.endswith(f"/{asked}") for each in own)):
            raise Failed(f"{wanted.type}/{id} was found, and its {name} is not the one asked for")


async def _forms(session: Session, holdings: Holdings, wanted: Wanted, resources: list[Json]) -> None:
    """Each parameter's other form: a token without its system, a reference without its type."""
    for name, one in smallest(session, wanted):
        type = wanted.definitions[name].get("type") if name in wanted.definitions else ""
        if type not in ("token", "reference"):
            continue
        requirement = asks.TOKEN_FORMS if type == "token" else asks.REFERENCE_FORMS
        async with session.check(requirement, f"{subject_of(wanted, one)} ({name})") as check:
            resource, chosen = choose(session, wanted, one, resources, holdings.why_none(wanted.type))
            if len(chosen[name].forms) < 2:
                raise Skipped("the value has only one form")
            params = [(each, value.forms[-1 if each == name else 0]) for each, value in chosen.items()]
            await find(session, check, wanted, params, resource)


def smallest(session: Session, wanted: Wanted) -> Iterator[tuple[str, Combination]]:
    """Each parameter with the smallest search asked for that it is part of, where all of it is declared."""
    known = session.statement.types[wanted.type].parameters
    seen: set[str] = set()
    for one in sorted(wanted.searches(), key=lambda each: (len(each.names), each.level, each.names)):
        for name in one.names if all(each in known for each in one.names) else ():
            if name not in seen:
                seen.add(name)
                yield name, one
