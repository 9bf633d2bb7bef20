"""`/`: what this server fronts, its sources' states at a glance, counts per type, and links to try."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal
from urllib.parse import quote

Tone = Literal["good", "warn", "bad", "still"]
"""How a state is shown; what needs a person is bad or warn."""


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One stream. Times are words (`12 s`); `error` is one line or empty."""

    name: str
    tone: Tone
    state: str
    mode: str
    last_success: str
    rows: int
    quarantined: int
    next_run: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One source: its state in a word with the reason, and what it is."""

    name: str
    title: str
    kind: str
    tone: Tone
    state: str
    reason: str
    age: str
    rows: int
    quarantined: int
    breaker: str
    streams: tuple[StreamLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Landing:
    """All that the page shows: living resources by type, and searches to try with what they do."""

    base_url: str
    version: str
    sources: tuple[SourceCard, ...]
    counts: dict[str, int]
    tries: tuple[tuple[str, str], ...]
    counted: str = ""
    metrics: bool = False


def landing_body(landing: Landing) -> str:
    """The page's HTML between its frame; every text is escaped here."""
    parts = [_header(landing), "<h2>Sources</h2>"]
    parts += [_source(source) for source in _worst_first(landing.sources)]
    if not landing.sources:
        parts.append('<div class="card soft">No source is set up: add one to facade.yaml.</div>')
    parts += [_counts(landing), _tries(landing), _footer(landing)]
    return "".join(parts)


def _worst_first(sources: Iterable[SourceCard]) -> list[SourceCard]:
    order = {"bad": 0, "warn": 1, "still": 2, "good": 2}
    return sorted(sources, key=lambda source: order[source.tone])


def _header(landing: Landing) -> str:
    trouble = sum(source.tone == "bad" for source in landing.sources)
    unsure = sum(source.tone == "warn" for source in landing.sources)
    count = len(landing.sources)
    if trouble:
        tone, told = "bad", f"{trouble} of {count} sources {'needs' if trouble == 1 else 'need'} attention"
    elif unsure:
        tone, told = "warn", f"{unsure} of {count} sources {'is' if unsure == 1 else 'are'} not quite well"
    elif count:
        tone, told = "good", "the source is well" if count == 1 else f"all {count} sources are well"
    else:
        tone, told = "still", "no sources"
    base = escape(landing.base_url)
    return (
        f"<header><h1>FHIR Facade</h1>{_pill(tone, told)}</header><p>A FHIR R4 (4.0.1) server in front of "
        f'{_names(landing.sources)}.</p><p>Base URL <a class="code" href="{base}/metadata">{base}</a></p>'
    )


def _names(sources: tuple[SourceCard, ...]) -> str:
    names = [f"<b>{escape(source.title)}</b>" for source in sources] or ["nothing yet"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _pill(tone: str, text: str) -> str:
    return f'<span class="pill {tone}">{escape(text)}</span>'


def _source(source: SourceCard) -> str:
    mark = f" {source.tone}" if source.tone in ("bad", "warn") else ""
    reason = f'<div class="reason {source.tone}">{escape(source.reason)}</div>' if source.reason else ""
    facts = [f"<li><b>{escape(source.age)}</b></li>" if source.age else ""]
    facts.append(f"<li><b>{source.rows:,}</b> rows known</li>")
    if source.quarantined:
        facts.append(
            f"<li><b>{source.quarantined:,}</b> in quarantine (<code>facade status</code> says why)</li>"
        )
    if source.breaker:
        facts.append(f"<li>{escape(source.breaker)}</li>")
    return (
        f'<section class="card{mark}"><div class="top"><h3>{escape(source.name)}</h3>'
        f'{_pill(source.tone, source.state)}<span class="soft">{escape(source.title)} · {escape(source.kind)}'
        f'</span></div>{reason}<ul class="facts">{"".join(facts)}</ul>{_streams(source)}</section>'
    )


def _streams(source: SourceCard) -> str:
    if not source.streams:
        return ""
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{_pill(one.tone, one.state)}</td><td>{escape(one.mode)}</td>"
        f'<td class="number">{escape(one.last_success)}</td><td class="number">{one.rows:,}</td>'
        f'<td class="number">{one.quarantined:,}</td><td>{escape(one.next_run)}</td>'
        f'<td class="free">{escape(one.error)}</td></tr>'
        for one in source.streams
    )
    well = sum(one.tone == "good" for one in source.streams)
    head = "".join(
        f'<th class="number">{name[:-1]}</th>' if name.endswith("#") else f"<th>{name}</th>"
        for name in ("stream", "state", "mode", "last success#", "rows#", "quarantine#", "next read", "")
    )
    return (
        f"<details><summary>{well} of {len(source.streams)} streams well</summary>"
        f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div></details>'
    )


def _counts(landing: Landing) -> str:
    if not landing.counts:
        return '<h2>Resources</h2><div class="card soft">Nothing has been read yet.</div>'
    base = escape(landing.base_url)
    links = "".join(
        f'<a href="{base}/{type}?_count=10&amp;_pretty=true">{type}<span>{count:,}</span></a>'
        for type, count in sorted(landing.counts.items())
    )
    when = f' <span class="soft">{escape(landing.counted)}</span>' if landing.counted else ""
    total = sum(landing.counts.values())
    return f'<h2>{total:,} resources{when}</h2><div class="card types">{links}</div>'


def _tries(landing: Landing) -> str:
    if not landing.tries:
        return ""
    items = "".join(
        f'<li><a class="code" href="{escape(landing.base_url)}/{escape(quote(search, safe="/?=&$,:_|"))}">'
        f'{escape(search)}</a> <span class="soft">{escape(told)}</span></li>'
        for search, told in landing.tries
    )
    return f'<h2>To try</h2><ul class="card try">{items}</ul>'


def _footer(landing: Landing) -> str:
    links = '<a href="/healthz">health</a>' + (' · <a href="/metrics">metrics</a>' if landing.metrics else "")
    return f"<footer>FHIR Facade {escape(landing.version)} · {links}</footer>"
