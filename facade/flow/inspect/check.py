"""What `facade check` tells before anything is served: reach, streams, schema drift, and a sample mapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from connectors.base import Connector, Record, Source
from connectors.errors import ConnectorError
from facade.flow.columns import columns_needed
from facade.flow.draft import fault, without_empty_meta
from facade.mapping import Outcome, Pack
from facade.spec.check import check as spec_check

Progress = Callable[[str, int], None]
"""(stream, records read so far), for a progress bar."""


@dataclass
class Finding:
    """One kind of trouble on one element, and in how many resources or records it was met."""

    mapping: str
    element: str
    reason: str
    count: int = 0


@dataclass
class StreamReport:
    """One stream: does it run, do its columns fit the pack, what did a sample of its records become."""

    stream: str
    error: str | None = None
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    records: int = 0
    resources: Counter[str] = field(default_factory=Counter)
    invalid: list[Finding] = field(default_factory=list)
    failures: list[Finding] = field(default_factory=list)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        """Whether this stream could be served as it is."""
        return not (self.error or self.missing or self.invalid or self.failures)


@dataclass
class Coverage:
    """How many of a type's resources have each element (`name.family`, indices left out)."""

    resources: int = 0
    filled: Counter[str] = field(default_factory=Counter)

    def add(self, resource: Mapping[str, Any]) -> None:
        """Count one resource's elements, each once."""
        self.resources += 1
        self.filled.update(set(_elements(resource)))


@dataclass
class SourceReport:
    """One source with its pack."""

    source: str
    pack: str
    reached: str | None = None
    error: str | None = None
    cases_run: int = 0
    cases_failed: list[str] = field(default_factory=list)
    streams: list[StreamReport] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything that was looked at is as it should be."""
        return not self.error and not self.cases_failed and all(stream.ok for stream in self.streams)


@dataclass(frozen=True)
class How:
    """How much to look at: `sample` records of each stream (None: all), `models`: fhir.resources too."""

    sample: int | None = 200
    models: bool = True
    progress: Progress = lambda stream, records: None
    own: Pack | None = None
    """The pack with its own values for `$site`, in which its cases are told; None: the pack itself."""


async def check_source(name: str, pack: Pack, connector: Connector, how: How) -> SourceReport:
    """Look at one source. Never raises for what the source or the pack does wrong: the report tells it."""
    report = SourceReport(name, pack.name)
    _run_cases(report, pack, how.own or pack)
    try:
        report.reached = await connector.check()
    except ConnectorError as error:
        report.error = str(error)
        return report
    source = cast(Source, connector)
    for stream in pack.streams:
        one = StreamReport(stream)
        report.streams.append(one)
        try:
            if await _columns_fit(one, pack, source):
                await _map_sample(one, pack, source, report.coverage, how)
        except ConnectorError as error:
            one.error = str(error)
    return report


def _run_cases(report: SourceReport, pack: Pack, own: Pack) -> None:
    """A case of an overlay may be told in the site's own values instead."""
    results = own.run_cases()
    report.cases_run = len(results)
    if own is not pack and not all(result.ok for result in results):
        results = [
            first if first.ok else second for first, second in zip(results, pack.run_cases(), strict=True)
        ]
    report.cases_failed += [f"{result.case.name}: {result.difference}" for result in results if not result.ok]


async def _columns_fit(report: StreamReport, pack: Pack, source: Source) -> bool:
    """Compare what the stream gives with what the pack reads; a missing column makes a sample pointless."""
    given = {column.name for column in await source.columns(report.stream)}
    needed = columns_needed(pack, report.stream)
    report.missing = tuple(sorted(needed - given))
    searched = {
        column
        for mapping in pack.mappings.values()
        if mapping.stream == report.stream
        for entry in mapping.search.values()
        for column in entry.columns
    }
    report.unused = tuple(sorted(given - needed - searched))
    return not report.missing


async def _map_sample(
    report: StreamReport, pack: Pack, source: Source, coverage: dict[str, Coverage], how: How
) -> None:
    async for record in _sample(source, report.stream, how.sample):
        report.records += 1
        reason = fault(record)
        if reason:
            _note(report.failures, "", "", reason)
        elif not record.deleted:
            _count(report, coverage, pack.to_fhir(record), how.models)
        if report.records % 100 == 0:
            how.progress(report.stream, report.records)
    how.progress(report.stream, report.records)


async def _sample(source: Source, stream: str, sample: int | None) -> AsyncIterator[Record]:
    """The first records; the source's statement is ended as soon as there are enough."""
    read = 0
    async with aclosing(cast(Any, source.read(stream))) as records:
        async for record in records:
            yield record
            read += 1
            if read == sample:
                return


def _count(report: StreamReport, coverage: dict[str, Coverage], outcome: Outcome, models: bool) -> None:
    report.unmapped.update(outcome.unmapped)
    for failure in outcome.failures:
        _note(report.failures, failure.mapping, failure.element or "", failure.reason)
    for made in outcome.resources:
        report.resources[made.type] += 1
        coverage.setdefault(made.type, Coverage()).add(made.resource)
        without_empty_meta(made.resource)
        for issue in spec_check(made.resource):
            _note(report.invalid, made.mapping, _without_indices(issue.expression), issue.diagnostics)
        if models:
            from facade.spec.models import validate

            for issue in validate(made.resource):
                _note(report.invalid, made.mapping, _without_indices(issue.expression), issue.diagnostics)


def _note(findings: list[Finding], mapping: str, element: str, reason: str) -> None:
    for finding in findings:
        if (finding.mapping, finding.element, finding.reason) == (mapping, element, reason):
            finding.count += 1
            return
    findings.append(Finding(mapping, element, reason, 1))


def _without_indices(expression: str) -> str:
    return "".join(part.partition("]")[2] if "]" in part else part for part in expression.split("["))


def _elements(value: Any, prefix: str = "", depth: int = 2) -> Iterable[str]:
    """`name`, `name.family` …: the elements that hold something, two levels deep."""
    for name, item in value.items():
        if name in ("resourceType", "id", "meta"):
            continue
        path = prefix + name
        yield path
        if depth > 1:
            for child in item if isinstance(item, list) else [item]:
                if isinstance(child, dict):
                    yield from _elements(child, path + ".", depth - 1)


def coverage_markdown(report: Mapping[str, Coverage]) -> str:
    """The coverage table of a pack's README: resource, how many, and each element with its part filled."""
    lines = ["| resource | sampled | elements (% filled) |", "|---|---:|---|"]
    for kind in sorted(report):
        one = report[kind]
        top = ((name, count) for name, count in one.filled.items() if "." not in name)
        cells = (
            f"{name} {100 * count // one.resources}"
            for name, count in sorted(top, key=lambda item: (-item[1], item[0]))
        )
        lines.append(f"| {kind} | {one.resources} | {', '.join(islice(cells, 40))} |")
    return "\n".join(lines) + "\n"
