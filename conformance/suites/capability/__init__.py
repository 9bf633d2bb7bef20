"""Capability truth: the statement is a promise, and this suite tries every word of it.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from conformance.session import Session
from conformance.suites import Suite
from conformance.suites.capability import includes, parameters, reading, versions
from conformance.suites.capability.holdings import holdings

__all__ = ["SUITE"]


async def _run(session: Session) -> None:
    held = await holdings(session)
    await reading.check_reading(session, held)
    await versions.check_versions(session, held)
    await parameters.check_parameters(session, held)
    await includes.check_includes(session, held)


SUITE = Suite(
    "capability",
    "Capability truth",
    _run,
    (*reading.REQUIREMENTS, *versions.REQUIREMENTS, *parameters.REQUIREMENTS, *includes.REQUIREMENTS),
)
