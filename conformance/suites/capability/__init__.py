"""Capability truth: the statement is a promise, and this suite tries every word of it.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from conformance.session import Session
from conformance.suites import Suite
from conformance.suites.capability import (
    claims,
    includes,
    operations,
    parameters,
    reading,
    served,
    undeclared,
    versions,
    writing,
)
from conformance.suites.capability.holdings import holdings

__all__ = ["SUITE"]


async def _run(session: Session) -> None:
    await claims.check_claims(session)
    held = await holdings(session)
    await served.check_served(session, held)
    await reading.check_reading(session, held)
    await versions.check_versions(session, held)
    await parameters.check_parameters(session, held)
    await includes.check_includes(session, held)
    await operations.check_operations(session, held)
    await undeclared.check_undeclared(session, held)
    await writing.check_writing(session)


SUITE = Suite(
    "capability",
    "Capability truth",
    _run,
    (
        *claims.REQUIREMENTS,
        *served.REQUIREMENTS,
        *reading.REQUIREMENTS,
        *versions.REQUIREMENTS,
        *parameters.REQUIREMENTS,
        *includes.REQUIREMENTS,
        *operations.REQUIREMENTS,
        *undeclared.REQUIREMENTS,
        *writing.REQUIREMENTS,
    ),
)
