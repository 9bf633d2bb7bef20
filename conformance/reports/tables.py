"""The numbers that each form of the report gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from conformance.model import Level, Requirement, Result, Status
from conformance.run import Report


@dataclass(frozen=True, slots=True)
class SuiteRow:
    """Of one suite how its checks ended, and the requirements for which there was none."""

    name: str
    title: str
    ended: Counter[Status]
    untried: int


def suite_rows(report: Report) -> list[SuiteRow]:
    """The suites begun, in order."""
    untried = Counter(requirement.suite for requirement in report.untried())
    return [
        SuiteRow(
            suite.name,
            suite.title,
            Counter(one.status for one in report.results if one.requirement.suite == suite.name),
            untried[suite.name],
        )
        for suite in report.suites
    ]


def by_requirement(results: list[Result]) -> dict[str, list[Result]]:
    """Results by the id of their requirement, in the order in which they came."""
    found: dict[str, list[Result]] = {}
    for one in results:
        found.setdefault(one.requirement.id, []).append(one)
    return found


def requirements(report: Report) -> list[Requirement]:
    """Those of the suites begun, and any that a suite made up on its way."""
    known = {each.id: each for suite in report.suites for each in suite.requirements}
    return list((known | {one.requirement.id: one.requirement for one in report.results}).values())


def verdict(report: Report) -> str:
    """One line on the server: what the exit status says."""
    broken = len(report.failures(Level.SHALL))
    if broken:
        return f"{broken} SHALL {'fails' if broken == 1 else 'fail'}"
    if report.vacuous:
        return "no SHALL was seen to hold: there was nothing to try"
    return "every SHALL that was tried holds"
