"""What the server's CapabilityStatement must say.

https://hl7.org/fhir/us/core/general-requirements.html#claiming-conformance-to-a-us-core-profile
"""

from __future__ import annotations

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.model import Level
from conformance.session import Session
from conformance.statement import texts
from conformance.suites.us_core import requirements as asks
from conformance.suites.us_core.guide import Guide, Wanted
from conformance.suites.us_core.holdings import Holdings


def declared_profiles(session: Session, wanted: Wanted) -> set[str]:
    """The guide's profiles that the server declares for a type."""
    type = session.statement.types.get(wanted.type)
    said = {url.partition("|")[0] for url in type.profiles} if type else set()
    return said & wanted.profiles.keys()


async def judge_statement(session: Session, guide: Guide) -> None:
    """The guide itself, its profiles and interactions."""
    async with session.check(asks.INSTANTIATES, guide.title) as check:
        said = {url.partition("|")[0] for url in texts(session.statement.raw.get("instantiates"))}
        check.that(guide.url in said, f"{guide.url} is not among instantiates")
    async with session.check(asks.AT_LEAST, guide.title) as check:
        mine = {one.type: declared_profiles(session, one) for one in guide.types}
        check.that(mine.get("Patient"), "no profile of the guide is declared for Patient")
        others = [type for type, profiles in mine.items() if profiles and type != "Patient"]
        check.that(others, "no profile of the guide is declared for any type but Patient")
    tally = session.tally("profiles of the guide that the server declares")
    for wanted in guide.types:
        for url in wanted.profiles:
            tally.expect(_name(url), "not among supportedProfile")
            async with session.check(asks.PROFILE, f"{wanted.type} {_name(url)}"):
                if url not in declared_profiles(session, wanted):
                    raise NotDeclared(f"{url} is not among supportedProfile of {wanted.type}")
                tally.saw(_name(url))
        await _interactions(session, wanted)


async def _interactions(session: Session, wanted: Wanted) -> None:
    for code, level in wanted.interactions.items():
        async with session.check(asks.INTERACTION.at(level), f"{wanted.type} {code}"):
            if wanted.type not in session.statement.types:
                raise NotDeclared(f"the server does not declare {wanted.type}")
            if not session.statement.does(wanted.type, code):
                text = f"{code} is not declared of {wanted.type}"
                raise Failed(text) if level is Level.SHALL else NotDeclared(text)


async def judge_operations(session: Session, holdings: Holdings, wanted: Wanted) -> None:
    """An operation that is asked is declared; `$docref` answers with a searchset for a patient."""
    for name, level in wanted.operations.items():
        async with session.check(asks.OPERATION.at(level), f"{wanted.type}/${name}") as check:
            type = session.statement.types.get(wanted.type)
            if type is None:
                raise NotDeclared(f"the server does not declare {wanted.type}")
            if name not in {one for one, _ in type.operations}:
                text = f"${name} is not declared of {wanted.type}"
                raise Failed(text) if level is Level.SHALL else NotDeclared(text)
            if name != "docref":
                raise Skipped(f"the kit does not call ${name}")
            patients = await holdings.of("Patient")
            if not patients:
                raise Skipped(holdings.why_none("Patient"))
            answer = await check.get(f"{wanted.type}/${name}", {"patient": patients[0]["id"]})
            check.status(answer, 200)
            check.that(answer.resource("Bundle").get("type") == "searchset", "the Bundle is not a searchset")


def _name(url: str) -> str:
    return url.rpartition("/")[2]
