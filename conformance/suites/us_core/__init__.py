"""US Core, or another guide with a CapabilityStatement for servers, as its package says it.

https://hl7.org/fhir/us/core/CapabilityStatement-us-core-server.html
"""

from __future__ import annotations

from conformance.errors import Skipped
from conformance.session import Session
from conformance.suites import Suite
from conformance.suites.us_core.declaring import judge_operations, judge_statement
from conformance.suites.us_core.guide import Guide, Wanted, read_guides
from conformance.suites.us_core.holdings import Holdings
from conformance.suites.us_core.prefixes import judge_prefixes
from conformance.suites.us_core.profiles import judge_profiles
from conformance.suites.us_core.reading import (
    judge_login,
    judge_provenance,
    judge_reads,
    judge_references,
)
from conformance.suites.us_core.requirements import INSTANTIATES, REQUIREMENTS
from conformance.suites.us_core.searching import judge_searches


async def run(session: Session) -> None:
    """All that the guides given ask; skipped where none is given."""
    guides = read_guides(session.definitions)
    if not guides:
        async with session.check(INSTANTIATES):
            raise Skipped(
                "no guide was given (--ig package.tgz)"
                if not session.options.packages
                else "no package given has a CapabilityStatement for servers"
            )
        return
    holdings = Holdings(session)
    for guide in guides:
        await _judge(session, holdings, guide)
    await judge_login(session, holdings)


async def _judge(session: Session, holdings: Holdings, guide: Guide) -> None:
    await judge_statement(session, guide)
    await session.gather(_type(session, holdings, wanted) for wanted in guide.types)


async def _type(session: Session, holdings: Holdings, wanted: Wanted) -> None:
    await judge_reads(session, holdings, wanted)
    await judge_searches(session, holdings, wanted)
    await judge_prefixes(session, holdings, wanted)
    await judge_operations(session, holdings, wanted)
    await judge_provenance(session, holdings, wanted)
    await judge_references(session, wanted, await judge_profiles(session, holdings, wanted))


SUITE = Suite("uscore", "US Core", run, REQUIREMENTS)
