"""The drafts of a new site, checked as `facade check` does: each passes, or is told with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.base import Clock
from facade.flow.inspect.check import Finding, How, Progress, SourceReport, StreamReport, check_source
from facade.flow.source import open_connector
from facade.mapping import Pack, PackError, Problem, parse_pack
from facade.mapping.document import Map, Node, Seq
from facade.packs import PackFiles, read_pack
from facade.settings import load_settings

_PARTS = ("resources/", "streams/")


@dataclass
class Draft:
    """A mapping and what is wrong with it; `rows` were tried, and gave `resources`."""

    file: str
    type: str
    rows: int = 0
    resources: int = 0
    problems: list[str] = field(default_factory=list)


async def check_drafts(
    config: Path, environ: Mapping[str, str], clock: Clock, sample: int | None, progress: Progress
) -> list[Draft]:
    """Every mapping of the site's one pack, by file; what belongs to no mapping stands under its own file."""
    (source,) = (settings := load_settings(config, environ)).sources.values()
    files = read_pack(source.pack, source.overlays)
    problems, pack, left_out = parse_what_can(files, settings.site)
    place = files.root.name
    drafts = {file: Draft(f"{place}/{file}", _type(files, file)) for file in left_out}
    for problem in problems:
        _at(drafts, problem.file, place).problems.append(
            str(replace(problem, file=f"{place}/{problem.file}"))
        )
    if pack is None:
        return _sorted(drafts)
    connector = open_connector(source.name, source.kind, source.options, pack.streams, clock)
    try:
        report = await check_source(source.name, pack, connector, How(sample, models=True, progress=progress))
    finally:
        await connector.aclose()
    for doc in pack.mappings.values():
        drafts.setdefault(doc.file, Draft(f"{place}/{doc.file}", doc.resource))
    if report.error:
        _at(drafts, "pack.yaml", place).problems.append(report.error)
    _tell(report, pack, drafts, place)
    return _sorted(drafts)


def parse_what_can(
    files: PackFiles, site: Mapping[str, str]
) -> tuple[list[Problem], Pack | None, tuple[str, ...]]:
    """All problems, the pack without the mappings that have some, and those mappings."""
    problems: list[Problem] = []
    left_out: list[str] = []
    while True:
        try:
            return problems, parse_pack(files, site), tuple(left_out)
        except PackError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            wrong = {problem.file for problem in error.problems if problem.file.startswith(_PARTS)}
            wrong &= files.layers[0].keys()
            if not wrong:
                return problems, None, tuple(left_out)
            left_out += sorted(wrong)
            kept = {path: text for path, text in files.layers[0].items() if path not in wrong}
            files = replace(files, layers=(kept, *files.layers[1:]))


def _tell(report: SourceReport, pack: Pack, drafts: dict[str, Draft], place: str) -> None:
    for stream in report.streams:
        docs = {doc.name: doc for doc in pack.mappings.values() if doc.stream == stream.stream}
        told = [*([stream.error] if stream.error else [])]
        told += [f"the source does not give {', '.join(stream.missing)}"] if stream.missing else []
        told += [one.reason for one in stream.failures if not one.mapping]
        file = f"streams/{stream.stream}.sql"
        for reason in told:
            _at(drafts, file, place).problems.append(f"{place}/{file}:1: {reason}")
        for finding in (*stream.failures, *stream.invalid):
            if finding.mapping in docs:
                doc = docs[finding.mapping]
                line = line_of(pack.documents[doc.name], finding.element, doc.resource)
                told_of = f"{place}/{doc.file}:{line}: {_reason(finding, stream)}"
                drafts[doc.file].problems.append(told_of)
        for doc in docs.values():
            drafts[doc.file].rows += stream.records
            drafts[doc.file].resources += stream.resources[doc.resource]


def _reason(finding: Finding, stream: StreamReport) -> str:
    element = f"{finding.element}: " if finding.element else ""
    return f"{element}{finding.reason} ({finding.count} of {stream.records} rows)"


def line_of(document: Map, element: str, type: str) -> int:
    """The line on which an element of a mapping is written, or the nearest thing around it."""
    names = element.removeprefix(f"{type}.").split(".")
    node: Node | None = document
    line = document.line
    for name in (names[0],) if names[0] in document.entries else ("map", *names):
        while isinstance(node, Seq):
            node = next((item for item in node.items if isinstance(item, Map) and name in item.entries), None)
        entry = node.entries.get(name) if isinstance(node, Map) else None
        if entry is None:
            break
        line, node = entry.line, entry.value
    return line


def _at(drafts: dict[str, Draft], file: str, place: str) -> Draft:
    return drafts.setdefault(file, Draft(f"{place}/{file}", ""))


def _type(files: PackFiles, file: str) -> str:
    """The type of a mapping that cannot be parsed, as its text says it."""
    lines = files.layers[0].get(file, "").splitlines()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("resource:"))
    return next(found, "")


def _sorted(drafts: dict[str, Draft]) -> list[Draft]:
    return [drafts[file] for file in sorted(drafts)]
