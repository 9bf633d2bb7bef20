"""One run: read what the server declares, then suite after suite, with whatever was seen at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from conformance.client import Client, Unanswered
from conformance.errors import CannotRun, Failed, ServerGone
from conformance.model import Level, Requirement, Result, Status, Tally
from conformance.options import Options
from conformance.session import Session
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

    def failures(self, level: Level) -> list[Result]:
        """The checks of this level that failed."""
        return [one for one in self.results if one.status is Status.FAIL and one.requirement.level is level]

    def untried(self) -> list[Requirement]:
        """Requirements of the suites begun for which there was no check: nothing to try them on."""
        tried = {one.requirement.id for one in self.results}
        return [each for suite in self.suites for each in suite.requirements if each.id not in tried]

    @property
    def exit_status(self) -> int:
        """0 if every SHALL that was tried holds, 1 if not, 3 if the run was cut short."""
        if self.cut_short:
            return 3
        return 1 if self.failures(Level.SHALL) else 0


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
    client = Client(options, transport)
    begun = time.monotonic()
    try:
        statement = await read_statement(client)
        report = Report(client.base, software_of(statement), now())
        session = Session(options, client, statement, told)
        report.results, report.tallies = session.results, session.tallies
        try:
            for suite in chosen:
                begin(suite)
                report.suites.append(suite)
                await suite.run(session)
        except* ServerGone as gone:
            report.cut_short = str(_first(gone))
        report.seconds, report.requests = time.monotonic() - begun, client.requests
        return report
    finally:
        await client.aclose()


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


def _first(group: BaseExceptionGroup[ServerGone]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
