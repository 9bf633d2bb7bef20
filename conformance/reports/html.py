"""The report as one page that needs nothing else: no script, no font, no picture.

https://www.w3.org/TR/WCAG22/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from conformance.model import Level, Requirement, Result, Status
from conformance.reports.tables import by_requirement, suite_rows, verdict
from conformance.reports.text import clean, request_text, response_text
from conformance.run import Report

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1c2430; background: #fff; max-width: 70rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem }
h2 { font-size: 1.2rem; margin-top: 2.5rem; border-bottom: 1px solid #ccd3db }
h3 { font-size: 1rem; margin: 1.5rem 0 0 }
table { border-collapse: collapse }
th, td { padding: .2rem .8rem .2rem 0; text-align: right }
th:first-child, td:first-child { text-align: left }
tbody tr { border-top: 1px solid #e4e8ec }
pre { background: #f5f7f9; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem }
li { overflow-wrap: anywhere }
summary { cursor: pointer }
.fail { color: #a40e26 }
.pass { color: #136c2e }
.source { font-size: .85rem }
.level { font-size: .75rem; border: 1px solid; border-radius: 3px; padding: 0 .3rem }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_html(report: Report) -> str:
    """What fails comes first; everything a server said is escaped."""
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>FHIR R4 conformance of {_text(report.base_url)}</title>",
            f"<style>{_STYLE}</style></head><body>",
            *_head(report),
            *_failures(report),
            *_denominators(report),
            *_others(report),
            "</body></html>\n",
        ]
    )


def _text(text: object) -> str:
    return escape(clean(str(text)))


def _head(report: Report) -> Iterator[str]:
    yield f"<h1>FHIR R4 conformance of {_text(report.base_url)}</h1>"
    kind = "pass" if report.exit_status == 0 else "fail"
    yield f'<p class="{kind}"><strong>{_text(verdict(report))}</strong></p>'
    if report.cut_short:
        yield f'<p class="fail">The run was cut short: {_text(report.cut_short)}</p>'
    software = f"{report.software}; " if report.software else ""
    yield (
        f"<p>{_text(software)}{report.begun:%Y-%m-%d %H:%M %Z}; {len(report.results)} checks,"
        f" {report.requests} requests, {report.seconds:.0f} s</p>"
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("suite", *Status, "requirements untried"))
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in suite_rows(report):
        cells = "".join(f"<td>{row.ended[status]}</td>" for status in Status)
        yield f"<tr><td>{_text(row.title)}</td>{cells}<td>{row.untried}</td></tr>"
    yield "</tbody></table>"


def _failures(report: Report) -> Iterator[str]:
    for level in Level:
        groups = by_requirement(report.failures(level))
        if groups:
            few = "requirement that does not hold" if len(groups) == 1 else "requirements that do not hold"
            yield f"<h2>{level}: {len(groups)} {few}</h2>"
        for results in groups.values():
            yield from _requirement(results[0].requirement)
            yield "<ul>"
            for one in results:
                yield f"<li><strong>{_text(one.subject or 'server')}</strong>: {_text(one.reason)}"
                yield from _exchanges(one)
                yield "</li>"
            yield "</ul>"


def _requirement(requirement: Requirement) -> Iterator[str]:
    source = _text(requirement.source)
    if requirement.source.startswith(("http://", "https://")):
        source = f'<a href="{source}">{source}</a>'
    yield f'<h3 id="{_text(requirement.id)}"><span class="level">{requirement.level}</span> '
    yield f"{_text(requirement.id)}: {_text(requirement.text)}</h3>"
    yield f'<div class="source">{source}</div>'


def _exchanges(one: Result) -> Iterator[str]:
    for exchange in one.exchanges:
        status = exchange.response.status if exchange.response else "no answer"
        head = f"{exchange.request.method} {exchange.request.url} → {status}"
        yield f"<details><summary>{_text(head)}</summary><pre>{_text(request_text(exchange))}</pre>"
        yield f"<pre>{_text(response_text(exchange))}</pre></details>"


def _denominators(report: Report) -> Iterator[str]:
    if report.tallies:
        yield "<h2>Denominators</h2>"
    for tally in report.tallies.values():
        told = f"{_text(tally.name)}: {tally.seen} of {len(tally.items)}"
        if not tally.missing:
            yield f"<p>{told}</p>"
            continue
        yield f"<details><summary>{told}</summary>"
        yield from _list(f"{item}: {why}" if (why := tally.why.get(item)) else item for item in tally.missing)
        yield "</details>"


def _others(report: Report) -> Iterator[str]:
    for status in (Status.SKIPPED, Status.NOT_DECLARED, Status.PASS):
        own = [one for one in report.results if one.status is status]
        if own:
            yield f"<h2>{str(status).capitalize()}: {len(own)} checks</h2>"
            yield "<details><summary>all of them</summary>"
            yield from _list(": ".join(part for part in (_name(one), one.reason) if part) for one in own)
            yield "</details>"
    if untried := report.untried():
        yield f"<h2>Requirements untried: {len(untried)}</h2><p>There was nothing to try them on.</p>"
        yield "<details><summary>all of them</summary>"
        yield from _list(f"{each.id} ({each.level}): {each.text}" for each in untried)
        yield "</details>"


def _name(one: Result) -> str:
    return f"{one.requirement.id} [{one.subject}]" if one.subject else one.requirement.id


def _list(items: Iterable[str]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{_text(item)}</li>" for item in items)
    yield "</ul>"
