"""The server's resources against the guide's profiles: validity, missing data, must-support elements.

https://hl7.org/fhir/us/core/general-requirements.html · https://hl7.org/fhir/us/core/must-support.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.session import Session
from conformance.statement import texts
from conformance.suites.us_core import requirements as asks
from conformance.suites.us_core.declaring import declared_profiles
from conformance.suites.us_core.guide import Wanted
from conformance.suites.us_core.holdings import Holdings
from conformance.validation import Node, Problem, against, errors, marks, must_support, read, tokens, told

Json = dict[str, Any]
_AT_MOST = 60  # resources of a profile that are validated


class Meant:
    """The resources of one type by the profiles that they are meant for."""

    def __init__(self) -> None:
        self.nodes: dict[str, list[Node]] = {}
        self.claimed: dict[str, str] = {}  # a profile that the server does not declare, and who claims it
        self.silent: dict[str, Node] = {}  # a profile, and a resource meant for it that does not say so


async def sort_out(session: Session, wanted: Wanted, resources: list[Json]) -> Meant:
    """By meta.profile where a resource has it; else by the codes that tell the declared profiles apart."""
    meant = Meant()
    declared = declared_profiles(session, wanted)
    for at, resource in enumerate(resources):
        if at % 10 == 0:
            await asyncio.sleep(0)  # others have answers to read
        node = read(resource, session.definitions)
        if node is None:
            continue
        meta = resource.get("meta")
        said = {
            url.partition("|")[0] for url in texts(meta.get("profile") if isinstance(meta, dict) else None)
        }
        said &= wanted.profiles.keys()
        for url in said - declared:
            meant.claimed.setdefault(url, f"{wanted.type}/{resource['id']}")
        for url in said or set(_fitting(session, wanted, node, declared)):
            meant.nodes.setdefault(url, []).append(node)
            if not said:
                meant.silent.setdefault(url, node)
    return meant


def _fitting(session: Session, wanted: Wanted, node: Node, declared: set[str]) -> Iterator[str]:
    for url in sorted(declared):
        found = marks(node, session.definitions, url)
        if found is not None and (found or len(wanted.profiles) == 1):
            yield url


async def _rare(session: Session, holdings: Holdings, wanted: Wanted, meant: Meant) -> list[Json]:
    """Resources of the profiles of which the sample has none, searched for by their codes."""
    known = session.statement.types[wanted.type].parameters
    asked: dict[tuple[str, str], None] = {}
    for url in wanted.profiles.keys() - meant.nodes.keys():
        marked = tokens(session.definitions, url)
        name = next((each for each in ("code", *sorted(marked)) if each in marked and each in known), "")
        if name and name in wanted.definitions:
            asked[name, "|".join(marked[name])] = None
    found: dict[str, Json] = {}
    for name, value in sorted(asked):
        found |= {one["id"]: one for one in await holdings.search(wanted.type, {name: value})}
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Case:
    """One profile: whether it is declared, the resources meant for it, and why there are none."""

    url: str
    type: str
    declared: bool
    nodes: list[Node]
    none: str

    @property
    def subject(self) -> str:
        return f"{self.type} {self.url.rpartition('/')[2]}"

    def tried(self) -> None:
        """Raises NotDeclared, or Skipped where there is nothing to judge."""
        if not self.declared and not self.nodes:
            raise NotDeclared("the server does not declare this profile")
        if not self.nodes:
            raise Skipped(self.none)


async def judge_profiles(session: Session, holdings: Holdings, wanted: Wanted) -> Meant:
    """All the profiles of one type."""
    resources = await holdings.of(wanted.type)
    meant = await sort_out(session, wanted, resources)
    rare = await _rare(session, holdings, wanted, meant) if resources else []
    if rare:
        known = {one["id"] for one in resources}
        resources = [*resources, *(one for one in rare if one["id"] not in known)]
        meant = await sort_out(session, wanted, resources)
    declared = declared_profiles(session, wanted)
    none = f"no {wanted.type} of the {len(resources)} read is meant for it"
    for url in wanted.profiles:
        case = Case(
            url,
            wanted.type,
            url in declared,
            meant.nodes.get(url, []),
            none if resources else holdings.why_none(wanted.type),
        )
        async with session.check(asks.CLAIMED, case.subject):
            case.tried()
            if url in meant.claimed:
                raise Failed(f"{meant.claimed[url]} claims {url}, which is not among supportedProfile")
        async with session.check(asks.META, case.subject):
            case.tried()
            if url in meant.silent:
                raise Failed(f"{wanted.type}/{meant.silent[url].value['id']} does not name {url}")
        await _valid(session, case)
        await _support(session, case)
    return meant


async def _problems(session: Session, url: str, nodes: list[Node]) -> dict[str, list[Problem]]:
    """The errors of each resource by its id."""
    found: dict[str, list[Problem]] = {}
    for at, node in enumerate(nodes[:_AT_MOST]):
        if at % 5 == 0:
            await asyncio.sleep(0)
        if wrong := errors(against(node, session.definitions, url)):
            found[node.value["id"]] = wrong
    return found


async def _valid(session: Session, case: Case) -> None:
    """Two checks: what is missing, and all else that is wrong."""
    found = await _problems(session, case.url, case.nodes)
    for requirement, missing in ((asks.VALID, False), (asks.MISSING, True)):
        async with session.check(requirement, case.subject) as check:
            case.tried()
            mine = {
                id: kept
                for id, wrong in found.items()
                if (kept := [one for one in wrong if _is_missing(one) == missing])
            }
            if mine:
                await check.get(f"{case.type}/{next(iter(mine))}")  # so that the report shows what is wrong
                raise Failed(told(case.type, mine, min(len(case.nodes), _AT_MOST)))


def _is_missing(problem: Problem) -> bool:
    return problem.key == "cardinality" and "is missing" in problem.text


async def _support(session: Session, case: Case) -> None:
    """What no resource has is told, but is no failure: there may be no data for it."""
    async with session.check(asks.SUPPORT, case.subject):
        case.tried()
        tally = session.tally(f"must-support elements of {case.url.rpartition('/')[2]}")
        for at, node in enumerate(case.nodes):
            if at % 10 == 0:
                await asyncio.sleep(0)
            for element in must_support(node, session.definitions, case.url):
                tally.expect(element.name, "no resource has it: data that the server lacks, or does not give")
                if element.nodes:
                    tally.saw(element.name)
        if tally.missing:
            raise Skipped(
                f"no resource has {', '.join(tally.missing)}: data that the server lacks, or does not give "
                f"({tally.seen} of {len(tally.items)} seen in {len(case.nodes)})"
            )
