"""`facade status`: how the sources do, what runs now and ran last, and what did not make it into FHIR."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from facade.cli.console import console, table, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config
from facade.flow.report.words import age

if TYPE_CHECKING:
    from facade.flow.report.notice import Next
    from facade.flow.report.standing import Run, State
    from facade.flow.report.status import SourceStatus, StoreStatus, StreamStatus
    from facade.settings import Settings

_COLOURS: dict[State, str] = {
    "ok": "green",
    "reading": "cyan",
    "waiting": "cyan",
    "late": "yellow",
    "never": "yellow",
    "paused": "yellow",
    "failing": "red",
}


def status(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON; times in UTC, spans in seconds.")] = False,
    runs: Annotated[int, typer.Option(help="How many of the last runs to show.", min=0)] = 10,
) -> None:
    """Show each source's state and age, what runs now and ran last, quarantine and unmapped codes."""
    from facade.flow.report.status import store_status
    from facade.flow.site import open_store
    from facade.settings import load_settings

    settings = load_settings(config)
    store = open_store(settings, utc_now)
    try:
        found = store_status(store, top=max(20, runs), expected=_set_up(settings), wait=True)
    finally:
        store.close()
    if as_json:
        console.print_json(json.dumps(asdict(found), default=_plain))
        return
    now = utc_now()
    for source in found.sources:
        _source(source, now)
    _streams(found, now)
    _running(found)
    _runs(found.runs[:runs], now)
    _contents(found, now)


def _set_up(settings: Settings) -> tuple[Next, ...]:
    """The streams that the settings name; none if a pack is broken, which `facade check` tells."""
    from facade.flow.site import read_site
    from facade.flow.timing.plans import expected_of
    from facade.mapping import PackError
    from facade.packs import PackNotFound
    from facade.settings import SettingsError

    try:
        return expected_of(read_site(settings))
    except (PackError, PackNotFound, SettingsError):
        return ()


def _plain(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value.isoformat()


def _state(state: State) -> str:
    return f"[{_COLOURS[state]}]{state}[/]"


def _source(source: SourceStatus, now: datetime) -> None:
    since = f" for {age(now - source.since)}" if source.since else ""
    why = f": {escape(source.why)}" if source.why else ""
    of = f", as of {age(source.lag)} ago" if source.lag is not None else ""
    console.print(f"[bold]{escape(source.name)}[/] {_state(source.state)}{since}{of}{why}", soft_wrap=True)


def _streams(found: StoreStatus, now: datetime) -> None:
    rows = table("stream", "state!", "mode!", "read!", "records#", "refused#", "next!", "whole!")
    for stream in found.streams:
        rows.add_row(
            f"{stream.source}.{stream.name}",
            _state(stream.state),
            stream.mode or "",
            age(stream.lag),
            f"{stream.records:,}",
            f"{stream.quarantined:,}",
            "now" if stream.running else _coming(stream.next, now),
            _coming(stream.next_full, now),
        )
    console.print(rows)
    told = {(source.name, source.why) for source in found.sources}
    for stream in found.streams:
        if (stream.source, stream.why) not in told and (why := _why(stream)):
            console.print(f"{escape(stream.source)}.{escape(stream.name)} {why}", soft_wrap=True)


def _why(stream: StreamStatus) -> str:
    if stream.state in ("ok", "reading"):
        return f"[red]{escape(stream.error)}[/]" if stream.error else ""
    return f"[{_COLOURS[stream.state]}]{escape(stream.why)}[/]"


def _coming(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    return "now" if at <= now else f"in {age(at - now)}"


def _running(found: StoreStatus) -> None:
    for stream in found.streams:
        run = stream.running
        if run is None:
            continue
        of = f" of about {run.of:,}" if run.of else ""
        left = ""
        if run.of and run.rate and run.of > run.read:
            left = f", about {age(timedelta(seconds=(run.of - run.read) / run.rate))} left"
        console.print(
            f"[cyan]reading[/] {escape(run.source)}.{escape(run.stream)} ({run.kind}) for"
            f" {age(timedelta(seconds=run.seconds))}: {run.read:,}{of} rows, {run.rate:,.0f}/s{left}",
            soft_wrap=True,
        )


def _runs(runs: tuple[Run, ...], now: datetime) -> None:
    if not runs:
        return
    rows = table("last runs", "kind!", "ago!", "took#", "read#", "changed#", "gone#", "rows/s#")
    for run in runs:
        figures = (run.read, run.changed, run.deleted)
        name = escape(f"{run.source}.{run.stream}")
        rows.add_row(
            f"[red]{name}[/]" if run.error else name,
            run.kind,
            age(now - run.started),
            f"{run.seconds:,.1f} s",
            *(f"{figure:,}" for figure in figures),
            f"{run.rate:,.0f}" if run.rate else "",
        )
    console.print(rows)
    for name, error in dict.fromkeys((f"{run.source}.{run.stream}", run.error) for run in runs if run.error):
        console.print(f"[red]{escape(name)}[/] {escape(error or '')}", soft_wrap=True)


def _contents(found: StoreStatus, now: datetime) -> None:
    kinds = table("resource", "count#")
    for kind, count in sorted(found.resources.items()):
        kinds.add_row(kind, f"{count:,}")
    console.print(kinds)
    if found.counted is not None and now - found.counted > timedelta(minutes=1):
        console.print(f"counted {age(now - found.counted)} ago")
    for one in found.refused:
        where = f"{one.source}.{one.stream} {one.mapping} {one.element or ''}".strip()
        console.print(
            f"[red]quarantined[/] {escape(where)}: {escape(one.reason)} ×{one.count}", soft_wrap=True
        )
    for code in found.unmapped:
        console.print(
            f"[yellow]unmapped[/] {escape(code.concept_map)}: {escape(repr(code.value))} ×{code.count}"
        )
