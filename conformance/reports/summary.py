"""The summary that a person reads at the end of a run."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.model import Level, Result, Status
from conformance.reports.tables import by_requirement, suite_rows, verdict
from conformance.reports.text import clean
from conformance.run import Report

_SHOWN = 12  # subjects named under one requirement that fails


def print_summary(report: Report, console: Console) -> None:
    """Failures by requirement, the denominators, then counts by suite."""
    for level in Level:
        _failures(level, report.failures(level), console)
    _table(report, console)
    for tally in report.tallies.values():
        console.print(
            f"{clean(tally.name)}: {tally.seen} of {len(tally.items)}", markup=False, highlight=False
        )
    if report.cut_short:
        console.print(f"[red]Cut short:[/] {_plain(report.cut_short)}", highlight=False, soft_wrap=True)
    colour = "green" if report.exit_status == 0 else "red"
    server = f"{report.base_url} ({report.software})" if report.software else report.base_url
    made = f"{len(report.results)} checks, {report.requests} requests, {report.seconds:.0f} s"
    console.print(
        f"{_plain(server)}: [{colour}]{verdict(report)}[/]; {made}", highlight=False, soft_wrap=True
    )


def _plain(text: str) -> str:
    return escape(clean(text))


def _failures(level: Level, failed: list[Result], console: Console) -> None:
    for id, results in by_requirement(failed).items():
        requirement = results[0].requirement
        told = f"[red]{level}[/] [bold]{_plain(id)}[/]: {_plain(requirement.text)}"
        console.print(told, highlight=False, soft_wrap=True)
        console.print(
            f"  {clean(requirement.source)}", style="dim", markup=False, highlight=False, soft_wrap=True
        )
        for one in results[:_SHOWN]:
            told = clean(f"  {one.subject or 'server'}: {one.reason}")
            console.print(told, markup=False, highlight=False, soft_wrap=True)
        if len(results) > _SHOWN:
            console.print(f"  … and {len(results) - _SHOWN} more", highlight=False)


def _table(report: Report, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("suite", *Status, "requirements untried"):
        table.add_column(name, justify="left" if name == "suite" else "right")
    for row in suite_rows(report):
        table.add_row(row.title, *(str(row.ended[status]) for status in Status), str(row.untried))
    console.print(table)
