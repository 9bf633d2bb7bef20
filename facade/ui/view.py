"""From what really happened to what the landing page shows: the book of runs, and what clients met since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Rest
from facade.flow.live.freshness import Freshness
from facade.flow.report.standing import State
from facade.flow.report.status import SourceStatus, StoreStatus, StreamStatus
from facade.flow.report.words import age
from facade.ui.landing import Landing, SourceCard, StreamLine, Tone

_TONES: dict[State, Tone] = {
    "ok": "good",
    "reading": "still",
    "waiting": "still",
    "late": "warn",
    "never": "warn",
    "paused": "warn",
    "failing": "bad",
}
_TRIES = (
    ("Patient", "Patient?_count=5&_pretty=true", "five patients"),
    ("Appointment", "Appointment?date=ge{today}&_sort=date&_count=5&_pretty=true", "the next appointments"),
    ("Slot", "Slot?status=free&start=ge{today}&_sort=start&_count=5&_pretty=true", "the next free slots"),
    ("Observation", "Observation?_sort=-date&_count=5&_pretty=true", "the latest observations"),
    ("Encounter", "Encounter?_include=Encounter:patient&_count=3&_pretty=true", "visits with their patients"),
)


@dataclass(frozen=True, slots=True)
class Front:
    """What does not change while the server runs. `titles`: (connector, title of the pack) by source."""

    base_url: str
    version: str
    titles: Mapping[str, tuple[str, str]]
    served: frozenset[str]
    metrics: bool = False


def landing_of(front: Front, status: StoreStatus, fresh: Freshness, now: datetime) -> Landing:
    """The page's content. A source that did not answer a client is failing, however its last read ended."""
    by_source: dict[str, list[StreamStatus]] = {name: [] for name in front.titles}
    for stream in status.streams:
        if stream.source in by_source:
            by_source[stream.source].append(stream)
    sources = {source.name: source for source in status.sources}
    view = _View(front, fresh, now)
    cards = [view.card(name, sources.get(name), some) for name, some in by_source.items()]
    counted = "" if status.counted is None else f"counted {age(now - status.counted)} ago"
    tries = [(search.format(today=now.date()), told) for type, search, told in _TRIES if type in front.served]
    return Landing(
        base_url=front.base_url,
        version=front.version,
        sources=tuple(cards),
        counts={type: count for type, count in status.resources.items() if count},
        tries=(("metadata?_pretty=true", "all that this server can do"), *tries),
        counted=counted,
        metrics=front.metrics,
    )


@dataclass(frozen=True, slots=True)
class _View:
    front: Front
    fresh: Freshness
    now: datetime

    def card(self, name: str, source: SourceStatus | None, streams: list[StreamStatus]) -> SourceCard:
        kind, title = self.front.titles[name]
        state: State = source.state if source else "never"
        reason = source.why if source else "it was never read"
        since = source.since if source else None
        unanswered = [one.unanswered for one in self.fresh.known.values() if one.source == name]
        told = next((one for one in unanswered if one), None)
        if told is not None and state != "failing":
            state, reason, since = "failing", told, None
        reason = reason.replace(f"source {name}, stream ", "stream ").replace(f"source {name}: ", "")
        if since is not None and reason:
            reason = f"{reason} · since {age(self.now - since)}"
        quarantined = source.quarantined if source else 0
        refused = quarantined and state == "ok"
        return SourceCard(
            name=name,
            title=title,
            kind=kind,
            tone="warn" if refused else _TONES[state],
            state="ok, some records refused" if refused else state,
            reason=reason,
            age="" if source is None or source.lag is None else f"read {age(source.lag)} ago",
            rows=source.records if source else 0,
            quarantined=quarantined,
            breaker=_resting(source.rest if source else None),
            streams=tuple(self._line(stream) for stream in streams),
        )

    def _line(self, stream: StreamStatus) -> StreamLine:
        known = self.fresh.known.get((stream.source, stream.name))
        unanswered = known.unanswered if known else None
        state: State = "failing" if unanswered else stream.state
        return StreamLine(
            name=stream.name,
            tone="warn" if state == "ok" and stream.quarantined else _TONES[state],
            state=state,
            mode=stream.mode or "",
            last_success="never" if stream.lag is None else f"{age(stream.lag)} ago",
            rows=stream.records,
            quarantined=stream.quarantined,
            next_run=self._next(stream),
            error=unanswered or (stream.why if state != "ok" else ""),
        )

    def _next(self, stream: StreamStatus) -> str:
        if stream.running is not None:
            of = f" of {stream.running.of:,}" if stream.running.of else ""
            return f"reading, {stream.running.read:,}{of}"
        if stream.next is None:
            return ""
        return "now" if stream.next <= self.now else f"in {age(stream.next - self.now)}"


def _resting(rest: Rest | None) -> str:
    if rest is None:
        return ""
    until = f"{rest.until:%H:%M} UTC" if rest.until.tzinfo else f"{rest.until:%H:%M}"
    return f"left alone until {until}" if rest.why == "failures" else f"its hours begin at {until}"
