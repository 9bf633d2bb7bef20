"""`facade check`: everything that can be known before anything is served."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from facade.cli.console import StreamBars, console, table, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config

if TYPE_CHECKING:
    from facade.flow.inspect.check import Finding, SourceReport, StreamReport
    from facade.flow.site import Site


def check(  # noqa: PLR0917 a command's options
    config: Config = DEFAULT_CONFIG,
    sample: Annotated[int, typer.Option(help="Rows of each stream to map; 0 for all.", min=0)] = 200,
    models: Annotated[bool, typer.Option(help="Ask fhir.resources as well as the definitions.")] = True,
    coverage: Annotated[Path | None, typer.Option(help="Write the coverage table to this file.")] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Compare what the pack would give now with what is stored.")
    ] = False,
    from_source: Annotated[
        bool, typer.Option("--from-source", help="With --diff: read the source, not the stored records.")
    ] = False,
    values: Annotated[
        bool, typer.Option("--values", help="With --diff: show values too; they may be a patient's.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
) -> None:
    """Reach every source, run every stream, map a sample; say what is missing, invalid or unmapped."""
    from facade.flow.inspect.check import coverage_markdown
    from facade.flow.site import read_site
    from facade.settings import load_settings

    site = read_site(load_settings(config))
    if diff:
        from facade.cli.check_diff import show_diff

        show_diff(site, from_source=from_source, values=values, as_json=as_json)
        return
    reports = asyncio.run(_check(site, sample or None, models))
    if coverage:
        tables = [coverage_markdown(report.coverage) for report in reports]  # one for each source
        coverage.write_text("\n".join(tables), encoding="utf-8")
    if as_json:
        console.print_json(json.dumps([_plain(report) for report in reports], default=str))
    else:
        for report in reports:
            _show(report)
    if not all(report.ok for report in reports):
        raise typer.Exit(1)


async def _check(site: Site, sample: int | None, models: bool) -> list[SourceReport]:
    from facade.flow.inspect.check import How, check_source
    from facade.flow.site import open_connectors, own_pack

    reports = []
    connectors = open_connectors(site, utc_now)
    try:
        with StreamBars() as bars:

            def told(stream: str, records: int) -> None:
                bars.show(stream, records, sample, f"{records:,} rows")

            for name, connector in connectors.items():
                how = How(sample, models, told, own_pack(site.settings, name))
                reports.append(await check_source(name, site.packs[name], connector, how))
    finally:
        for connector in connectors.values():
            await connector.aclose()
    return reports


def _plain(report: SourceReport) -> dict[str, Any]:
    """The report as JSON has it: no tuples as keys."""
    tree = vars(report) | {"ok": report.ok, "streams": [_plain_stream(stream) for stream in report.streams]}
    tree["coverage"] = {kind: vars(one) for kind, one in report.coverage.items()}
    return tree


def _plain_stream(stream: StreamReport) -> dict[str, Any]:
    codes = [
        {"concept_map": concept_map, "value": value, "count": count}
        for (concept_map, value), count in stream.unmapped.items()
    ]
    findings = {name: [vars(one) for one in getattr(stream, name)] for name in ("failures", "invalid")}
    return vars(stream) | findings | {"ok": stream.ok, "unmapped": codes}


def _show(report: SourceReport) -> None:
    console.rule(f"[bold]{escape(report.source)}[/] · pack {escape(report.pack)}", align="left")
    if report.error:
        console.print(f"[red]not reached[/] {escape(report.error)}", soft_wrap=True)
    else:
        console.print(f"[green]reached[/] {escape(report.reached or '')}", soft_wrap=True)
    console.print(
        f"{report.cases_run - len(report.cases_failed)} of {report.cases_run} cases of the pack hold"
    )
    for line in report.cases_failed:
        console.print(f"  [red]case[/] {escape(line)}", soft_wrap=True)
    if report.streams:
        _show_streams(report.streams)
    for stream in report.streams:
        _show_trouble(stream)
    if report.coverage:
        _show_coverage(report)


def _show_streams(streams: list[StreamReport]) -> None:
    rows = table("stream", "state", "rows#", "resources")
    for stream in streams:
        made = ", ".join(f"{count} {kind}" for kind, count in sorted(stream.resources.items()))
        rows.add_row(
            stream.stream, "[green]ok[/]" if stream.ok else "[red]see below[/]", str(stream.records), made
        )
    console.print(rows)


def _show_trouble(stream: StreamReport) -> None:
    name = escape(stream.stream)
    if stream.error:
        console.print(f"[red]{name}[/] {escape(stream.error)}", soft_wrap=True)
    if stream.missing:
        console.print(f"[red]{name}[/] the source does not give: {escape(', '.join(stream.missing))}")
    if stream.unused:
        console.print(f"[dim]{name} gives, and no mapping reads: {escape(', '.join(stream.unused))}[/]")
    _show_findings(name, "cannot be mapped", stream.failures)
    _show_findings(name, "invalid", stream.invalid)
    if stream.unmapped:
        codes = [f"{where}: {value!r} ×{count}" for (where, value), count in stream.unmapped.most_common(12)]
        if len(stream.unmapped) > len(codes):
            codes.append(f"and {len(stream.unmapped) - len(codes)} more")
        console.print(f"[yellow]{name}[/] codes without an entry: {escape('; '.join(codes))}", soft_wrap=True)


def _show_findings(name: str, word: str, findings: list[Finding]) -> None:
    for finding in sorted(findings, key=lambda one: -one.count)[:20]:
        where = f"{finding.mapping} {finding.element}".strip()
        console.print(
            f"[red]{name}[/] {finding.count} {word}: {escape(where)}: {escape(finding.reason)}",
            soft_wrap=True,
        )


def _show_coverage(report: SourceReport) -> None:
    rows = table("resource", "sampled#", "elements (% filled)")
    for kind, one in sorted(report.coverage.items()):
        top = ((name, count) for name, count in one.filled.items() if "." not in name)
        cells = [
            f"{name} {100 * count // one.resources}"
            for name, count in sorted(top, key=lambda item: (-item[1], item[0]))
        ]
        rows.add_row(kind, str(one.resources), ", ".join(cells))
    console.print(rows)
