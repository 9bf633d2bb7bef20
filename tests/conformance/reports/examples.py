"""Reports with everything in them that a report can hold, and what servers say to break them."""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.exchange import Exchange, Request, Response
from conformance.model import Level, Requirement, Result, Status, Tally
from conformance.run import Report
from conformance.session import Session
from conformance.suites import Suite

NASTY = "<script>alert('x')</script> & \"q\" ]]> \x1b[31m \x00 \ud800 [/bold] [red]"
"""Markup of every form, a terminal's commands, what XML forbids, half a character."""


async def _nothing(session: Session) -> None:
    pass


def requirement(id: str, level: Level = Level.SHALL) -> Requirement:
    return Requirement(
        id, level, f"A server does {id}.", f"https://hl7.org/fhir/R4/http.html#{id.rpartition('.')[2]}"
    )


HOLDS = requirement("rest.holds")
BREAKS = requirement("rest.breaks")
SHOULD = requirement("rest.should", Level.SHOULD)
SKIPPED = requirement("search.skipped")
UNDECLARED = requirement("search.undeclared", Level.MAY)
UNTRIED = requirement("search.untried")

ASKED = Request("POST", "http://here/fhir/Patient?name=a&b", {"accept": "text/xml"}, b'{"a": "<b>"}')
ANSWERED = Response(500, {"content-type": "text/html"}, NASTY.encode("utf-8", "surrogatepass") + b"\xff")


def whole() -> Report:
    """Two suites; a check of each ending; a requirement without a check; a failure with exchanges."""
    tally = Tally("declared parameters", {"Patient?name": True, "Patient?<x>": False}, {"Patient?<x>": NASTY})
    return Report(
        "http://here/fhir",
        f"Server {NASTY}",
        datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        12.5,
        77,
        [
            Result(HOLDS, "Patient", Status.PASS, seconds=0.25),
            Result(HOLDS, "Observation", Status.PASS),
            Result(
                BREAKS,
                f"Patient {NASTY}",
                Status.FAIL,
                f"it says {NASTY}",
                (Exchange(ASKED, ANSWERED), Exchange(ASKED, trouble="nothing came within 3 seconds")),
            ),
            Result(SHOULD, "", Status.FAIL, "it does not"),
            Result(SKIPPED, "Patient", Status.SKIPPED, "there are no patients"),
            Result(UNDECLARED, "Patient", Status.NOT_DECLARED, "no such operation"),
        ],
        {"declared parameters": tally},
        [
            Suite("rest", "REST", _nothing, (HOLDS, BREAKS, SHOULD)),
            Suite("search", "Search", _nothing, (SKIPPED, UNDECLARED, UNTRIED)),
        ],
    )


def green() -> Report:
    """A SHALL holds, and that is all there is."""
    report = whole()
    report.results = report.results[:2]
    report.suites = [Suite("rest", "REST", _nothing, (HOLDS,))]
    report.tallies = {}
    return report


def vacuous() -> Report:
    """Nothing was tried."""
    report = green()
    report.results = [Result(HOLDS, "", Status.SKIPPED, "nothing there")]
    return report


def cut_short() -> Report:
    """The server died before anything failed."""
    report = green()
    report.cut_short = f"http://here/fhir is gone: {NASTY}"
    return report
