"""The resources that are served: valid by R4, and true to the profiles that they claim.

https://hl7.org/fhir/R4/conformance-rules.html · https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.harvest import Pool
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.statement import texts
from conformance.suites import Suite
from conformance.validation import Problem, against, errors, read, told, validate

Json = dict[str, Any]
_AT_MOST = 60  # resources of a type that are validated, as different ones as there are
VALID = Requirement(
    "resources.valid",
    Level.SHALL,
    "A resource has the elements, formats, codes and targets of its type, and meets its invariants.",
    "https://hl7.org/fhir/R4/conformance-rules.html",
)
CLAIMED = Requirement(
    "resources.claimed",
    Level.SHOULD,
    "A resource conforms to the profiles that it claims in meta.profile.",
    "https://hl7.org/fhir/R4/resource-definitions.html#Meta.profile",
)


async def run(session: Session) -> None:
    """Every type that can be searched, and every profile that is known and claimed."""
    tally = session.tally("types of which resources were validated")
    for type, pool in (await session.harvest.all()).items():
        if not pool.resources and not pool.trouble:
            continue  # of most types a server has none: not worth a line each
        tally.expect(type, pool.trouble)
        chosen = choose(session, pool)
        async with session.check(VALID, type) as check:
            if not chosen:
                raise Skipped(pool.trouble)
            tally.saw(type)
            await _valid(session, check, type, chosen)
        await _claims(session, type, chosen)


def choose(session: Session, pool: Pool) -> list[Json]:
    """Some of a type: first those that differ in their elements, each kind in turn."""
    kinds: dict[tuple[str, ...], list[Json]] = {}
    for one in pool.resources:
        kinds.setdefault(tuple(sorted(one)), []).append(one)
    dice = random.Random(f"{session.options.seed} {pool.type}")  # noqa: S311
    piles = [kinds[kind] for kind in sorted(kinds)]
    for pile in piles:
        dice.shuffle(pile)
    found: list[Json] = []
    while len(found) < _AT_MOST and any(piles):
        found += [pile.pop() for pile in piles if pile]
    return found[:_AT_MOST]


async def _valid(session: Session, check: Check, type: str, chosen: list[Json]) -> None:
    found: dict[str, list[Problem]] = {}
    for at, resource in enumerate(chosen):
        if at % 5 == 0:
            await asyncio.sleep(0)  # others have answers to read
        wrong = errors(validate(resource, session.definitions))
        if resource.get("resourceType") != type:
            raise Failed(f"a search for {type} matches a {resource.get('resourceType')}")
        if wrong:
            found[str(resource.get("id"))] = wrong
    await _tell(check, type, found, len(chosen))


async def _claims(session: Session, type: str, chosen: list[Json]) -> None:
    """Those of which a definition is here: R4's own, and those of the packages given."""
    claimed: dict[str, list[Json]] = {}
    for resource in chosen:
        meta = resource.get("meta")
        for url in texts(meta.get("profile")) if isinstance(meta, dict) else ():
            claimed.setdefault(url.partition("|")[0], []).append(resource)
    for url in sorted(claimed):
        async with session.check(CLAIMED, f"{type} {url.rpartition('/')[2]}") as check:
            structure = session.definitions.structure(url)
            if structure is None or not structure.get("element"):
                raise NotDeclared(f"no definition of {url} is here (--ig)")
            found = {}
            for resource in claimed[url]:
                node = read(resource, session.definitions)
                wrong = errors(against(node, session.definitions, url)) if node else []
                if wrong:
                    found[str(resource.get("id"))] = wrong
            await _tell(check, type, found, len(claimed[url]))


async def _tell(check: Check, type: str, found: dict[str, list[Problem]], count: int) -> None:
    if found:
        await check.get(f"{type}/{next(iter(found))}")  # so that the report shows what is wrong
        raise Failed(told(type, found, count))


SUITE = Suite("resources", "Resources served", run, (VALID, CLAIMED))
