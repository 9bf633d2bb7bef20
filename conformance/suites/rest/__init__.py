"""REST: each interaction as the specification's HTTP page has it, and every way of getting it wrong.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from conformance.session import Session
from conformance.suites import Suite
from conformance.suites.rest import errors, reading, writing
from conformance.suites.rest.writing.ledger import Ledger


async def _run(session: Session) -> None:
    """What only reads; with --write what creates, changes and removes own data; then all errors seen."""
    book = Ledger(session)
    try:
        if session.options.write:
            await writing.prepare(session, book)
        await reading.judge(session)
        await writing.judge(session, book)
    finally:
        if session.options.write:
            await book.clear()
    await errors.judge(session)


SUITE = Suite(
    "rest",
    "REST and errors",
    _run,
    (*reading.REQUIREMENTS, *writing.REQUIREMENTS, *errors.REQUIREMENTS),
)
