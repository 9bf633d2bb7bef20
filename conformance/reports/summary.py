"""The summary that a person reads at the end of a run."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from conformance.model import Level, Result, Status
from conformance.run import Report

_SHOWN = 12  # subjects named under one requirement that fails


def print_summary(report: Report, console: Console) -> None:
    """Failures by requirement, the denominators, then counts by suite."""
    for level in Level:
        _failures(level, report.failures(level), console)
    _table(report, console)
    for tally in report.tallies.values():
        console.print(f"{tally.name}: {tally.seen} of {len(tally.items)}", highlight=False)
    if report.cut_short:
        console.print(f"[red]Cut short:[/] {report.cut_short}", highlight=False)
    broken = len(report.failures(Level.SHALL))
    verdict = "[green]every SHALL that was tried holds[/]" if not broken else f"[red]{broken} SHALL fail[/]"
    server = f"{report.base_url} ({report.software})" if report.software else report.base_url
    made = f"{len(report.results)} checks, {report.requests} requests, {report.seconds:.0f} s"
    console.print(
        f"{server}: {verdict}; {made}",
        highlight=False,
        soft_wrap=True,
    )


def _failures(level: Level, failed: list[Result], console: Console) -> None:
    by_requirement: dict[str, list[Result]] = {}
    for one in failed:
        by_requirement.setdefault(one.requirement.id, []).append(one)
    for id, results in by_requirement.items():
        requirement = results[0].requirement
        console.print(f"[red]{level}[/] [bold]{id}[/]: {requirement.text}", highlight=False, soft_wrap=True)
        console.print(f"  {requirement.source}", style="dim", highlight=False, soft_wrap=True)
        for one in results[:_SHOWN]:
            console.print(
                f"  {one.subject or 'server'}: {one.reason}", markup=False, highlight=False, soft_wrap=True
            )
        if len(results) > _SHOWN:
            console.print(f"  … and {len(results) - _SHOWN} more", highlight=False)


def _table(report: Report, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("suite", *Status, "requirements untried"):
        table.add_column(name, justify="left" if name == "suite" else "right")
    untried = Counter(requirement.suite for requirement in report.untried())
    for suite in report.suites:
        ended = Counter(one.status for one in report.results if one.requirement.suite == suite.name)
        table.add_row(suite.title, *(str(ended[status]) for status in Status), str(untried[suite.name]))
    console.print(table)
