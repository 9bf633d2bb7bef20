"""Each expected resource, read and searched: exactly its values.

https://hl7.org/fhir/R4/datatypes.html · https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.exchange import Exchange, Response
from conformance.harvest import matches
from conformance.model import Level, Requirement
from conformance.session import Check, Session
from conformance.suites.fidelity.difference import Difference, Kind, differences, kinds
from conformance.suites.fidelity.folder import Folder

Json = dict[str, Any]
_TYPES = "https://hl7.org/fhir/R4/datatypes.html"

READ = Requirement(
    "fidelity.read",
    Level.SHALL,
    "A record of the legacy database is read as its resource.",
    "https://hl7.org/fhir/R4/http.html#read",
)
OF_KIND = {
    Kind.VALUE: Requirement(
        "fidelity.values", Level.SHALL, "Texts, codes and references arrive as they are.", f"{_TYPES}#string"
    ),
    Kind.DECIMAL: Requirement(
        "fidelity.decimals", Level.SHALL, "Decimals keep the digits they have.", f"{_TYPES}#decimal"
    ),
    Kind.TIME: Requirement(
        "fidelity.times", Level.SHALL, "Dates and times keep their zone and precision.", f"{_TYPES}#dateTime"
    ),
    Kind.MISSING: Requirement(
        "fidelity.missing",
        Level.SHALL,
        "All that the record has arrives.",
        "https://hl7.org/fhir/R4/resource.html",
    ),
    Kind.SURPLUS: Requirement(
        "fidelity.surplus",
        Level.SHALL,
        "Nothing arrives that the record does not have.",
        "https://hl7.org/fhir/R4/resource.html",
    ),
}
SEARCH = Requirement(
    "fidelity.search",
    Level.SHALL,
    "A search gives the same resource as a read.",
    "https://hl7.org/fhir/R4/search.html#id",
)
WHOLE = Requirement(
    "fidelity.whole",
    Level.SHALL,
    "There is a resource for each row, and none without one.",
    "https://hl7.org/fhir/R4/http.html#search",
)
REQUIREMENTS = (READ, *OF_KIND.values(), SEARCH, WHOLE)


async def check_values(session: Session, folder: Folder) -> None:
    """Reads and searches of each golden resource, then the types that are whole."""
    tally = session.tally("golden resources served")
    for name in folder.golden:
        tally.expect(name, "it could not be read")
    await session.gather(_one(session, folder, name) for name in sorted(folder.golden))
    for type in sorted(folder.whole):
        await _whole(session, folder, type)


async def _one(session: Session, folder: Folder, name: str) -> None:
    wanted = folder.golden[name]
    seen: Json = {}
    exchanges: list[Exchange] = []
    async with session.check(READ, name) as check:
        answer = await check.get(name)
        exchanges = check.exchanges
        seen = resource_of(check, answer, name)
        session.tally("golden resources served").saw(name)
    found = differences(wanted, seen, folder.ignore) if seen else []
    for kind in sorted(kinds(wanted)):
        async with session.check(OF_KIND[kind], name) as check:
            check.exchanges += exchanges
            if not seen:
                raise Skipped("it could not be read")
            equal(one for one in found if one.kind is kind)
    async with session.check(SEARCH, name) as check:
        if not session.statement.does(str(wanted["resourceType"]), "search-type"):
            raise NotDeclared(f"a search of {wanted['resourceType']} is not declared")
        matched = await search(check, name)
        check.that(len(matched) == 1, f"the search finds {len(matched)} resources, not 1")
        equal(differences(wanted, matched[0], folder.ignore))


async def search(check: Check, name: str, **headers: str) -> list[Json]:
    """The matches of a search for this id."""
    type, _, id = name.partition("/")
    answer = await check.get(type, {"_id": id}, **headers)
    check.status(answer, 200)
    return matches(answer.resource("Bundle"))


def resource_of(check: Check, answer: Response, name: str) -> Json:
    """The resource of a read, of the right type and id."""
    check.status(answer, 200)
    found = answer.resource(name.partition("/")[0])
    check.that(
        found.get("id") == name.partition("/")[2], f"the answer is {found['resourceType']}/{found.get('id')}"
    )
    return found


def equal(found: Iterable[Difference]) -> None:
    """Raises Failed for the differences, at most five of them in words."""
    told = list(found)
    if told:
        texts = "; ".join(f"{one.path} {one.text}" for one in told[:5])
        raise Failed(texts + (f"; and {len(told) - 5} more" if len(told) > 5 else ""))


async def _whole(session: Session, folder: Folder, type: str) -> None:
    async with session.check(WHOLE, type) as check:
        if not session.statement.does(type, "search-type"):
            raise NotDeclared(f"a search of {type} is not declared")
        pool = await session.harvest.of(type)
        check.exchanges += pool.exchanges
        if not pool.whole:
            raise Skipped(pool.trouble or f"not all of {type} was read")
        wanted = {name.partition("/")[2] for name in folder.golden if name.startswith(f"{type}/")}
        seen = set(pool.by_id)
        missing, surplus = sorted(wanted - seen), sorted(seen - wanted)
        check.that(not missing, f"{len(missing)} are not there: {', '.join(missing[:5])}")
        check.that(not surplus, f"{len(surplus)} have no row: {', '.join(surplus[:5])}")
