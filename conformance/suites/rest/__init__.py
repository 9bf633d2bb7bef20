"""REST: each interaction as the specification's HTTP page has it, and every way of getting it wrong.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from conformance.model import Requirement
from conformance.session import Session
from conformance.suites.rest import errors, reading

TITLE = "REST and errors"
REQUIREMENTS: tuple[Requirement, ...] = (*reading.REQUIREMENTS, *errors.REQUIREMENTS)


async def run(session: Session) -> None:
    """What only reads; with --write what creates, changes and removes own data; then all errors seen."""
    await reading.judge(session)
    await errors.judge(session)
