"""One run: read what the server declares, then suite after suite, with whatever was seen at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from conformance.client import Client, Unanswered
from conformance.errors import CannotRun, Failed, ServerGone
from conformance.model import Level, Requirement, Result, Status, Tally
from conformance.options import Options
from conformance.session import Session, place_of
from conformance.spec.definitions import definitions
from conformance.statement import Statement, parse_statement
from conformance.suites import Suite, suites


@dataclass(slots=True)
class Report:
    """What a run saw. `cut_short` says why it ended early, if it did; `suites` are those that were begun."""

    base_url: str
    software: str
    begun: datetime
    seconds: float = 0.0
    requests: int = 0
    results: list[Result] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    suites: list[Suite] = field(default_factory=list)
    cut_short: str = ""
    interrupted: bool = False

    def failures(self, level: Level) -> list[Result]:
        """The checks of this level that failed."""
        return [one for one in self.results if one.status is Status.FAIL and one.requirement.level is level]

    def untried(self) -> list[Requirement]:
        """Requirements of the suites begun for which there was no check: nothing to try them on."""
        tried = {one.requirement.id for one in self.results}
        return [each for suite in self.suites for each in suite.requirements if each.id not in tried]

    @property
    def vacuous(self) -> bool:
        """Whether no SHALL was seen to hold: then nothing is said of the server by there being no failure."""
        return not any(
            one.status is Status.PASS and one.requirement.level is Level.SHALL for one in self.results
        )

    @property
    def exit_status(self) -> int:
        """0 if SHALLs were tried and all hold, 1 if not, 3 if the run was cut short, 130 if by the user."""
        if self.cut_short:
            return 130 if self.interrupted else 3
        return 1 if self.failures(Level.SHALL) or self.vacuous else 0


async def run(
    options: Options,
    *,
    told: Callable[[Result], None] = lambda result: None,
    begin: Callable[[Suite], None] = lambda suite: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    transport: httpx.AsyncBaseTransport | None = None,
) -> Report:
    """Judge a server. Raises CannotRun where there is nothing to judge."""
    chosen = choose(options.suites)
    definitions(options.packages)  # read before anything is asked: they may not be there
    client = Client(options, transport)
    begun = time.monotonic()
    try:
        statement = await read_statement(client)
        report = Report(client.base, software_of(statement), now())
        session = Session(options, client, statement, told)
        report.results, report.tallies = session.results, session.tallies
        try:
            try:
                for suite in chosen:
                    begin(suite)
                    report.suites.append(suite)
                    await _judge(suite, session, report)
            finally:
                await session.harvest.aclose()
        except ServerGone as gone:
            report.cut_short = str(gone)
        except asyncio.CancelledError:
            report.cut_short, report.interrupted = "interrupted; what follows was not tried.", True
        report.seconds, report.requests = time.monotonic() - begun, client.requests
        return report
    finally:
        await client.aclose()


async def _judge(suite: Suite, session: Session, report: Report) -> None:
    """One suite. Raises ServerGone; any other error is the kit's own, which the other suites survive."""
    try:
        await suite.run(session)
    except Exception as error:
        first = _first(error)
        if isinstance(first, ServerGone):
            raise first from None
        told = str(first) if isinstance(first, Failed) else place_of(first)
        report.cut_short = f"the suite {suite.name} broke off: {told}."


def choose(names: Sequence[str]) -> list[Suite]:
    """The suites of these names, or all. Raises CannotRun for a name that is none."""
    known = {suite.name: suite for suite in suites()}
    for name in names:
        if name not in known:
            raise CannotRun(f"--suite: there is no suite {name}; there are {', '.join(known)}.")
    return [suite for name, suite in known.items() if not names or name in names]


async def read_statement(client: Client) -> Statement:
    """What the server declares. Raises CannotRun with one line that says what is there instead."""
    try:
        answer = await client.send("GET", "metadata")
    except Unanswered as error:
        raise CannotRun(f"{client.base}: {error}") from None
    except ServerGone as error:
        raise CannotRun(str(error)) from None
    where = f"{client.base}/metadata"
    if answer.status in (401, 403):
        raise CannotRun(f"{where} answers {answer.status}: the server wants a login (--auth).")
    if answer.status in (301, 302, 303, 307, 308):
        to = answer.header("location").removesuffix("/metadata")
        raise CannotRun(
            f"{where} redirects ({answer.status}), which is not followed: give {to or 'the URL it leads to'}."
        )
    if answer.status != 200:
        raise CannotRun(f"{where} answers {answer.status}: is this the base URL of a FHIR server?")
    try:
        raw = answer.resource("CapabilityStatement")
    except Failed as error:
        raise CannotRun(f"{where} is no CapabilityStatement: {error}.") from None
    version = raw.get("fhirVersion")
    if isinstance(version, str) and not version.startswith("4.0"):
        raise CannotRun(f"{where} declares FHIR {version}; this kit judges R4 (4.0.1).")
    return parse_statement(raw)


def software_of(statement: Statement) -> str:
    """The name and version that a server gives itself."""
    software = statement.raw.get("software")
    if not isinstance(software, dict):
        return ""
    return " ".join(str(software[name]) for name in ("name", "version") if software.get(name))


def _first(error: Exception) -> Exception:
    """Of an error of several tasks at once the one that ended them: ServerGone if it is among them."""
    if not isinstance(error, ExceptionGroup):
        return error
    every = [_first(one) for one in error.exceptions]
    return next((one for one in every if isinstance(one, ServerGone)), every[0])
