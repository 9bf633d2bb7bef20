"""`facade sync`: read the sources now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from facade.cli.console import StreamBars, console, error_line, table, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config, Streams

if TYPE_CHECKING:
    from connectors.base import Connector
    from facade.flow.site import Site
    from facade.flow.sync import SyncResult
    from facade.store import Store


def sync(
    streams: Streams = None,
    config: Config = DEFAULT_CONFIG,
    full: Annotated[
        bool, typer.Option("--full", help="Read incremental streams whole, to see deletions.")
    ] = False,
    accept_deletes: Annotated[
        bool, typer.Option("--accept-deletes", help="Delete even if a large part of the rows is gone.")
    ] = False,
) -> None:
    """Read what is new in every source into the store."""
    from facade.flow.site import read_site
    from facade.settings import load_settings

    site = read_site(load_settings(config))
    failed = sync_now(site, streams or (), full=full, accept_deletes=accept_deletes)
    if failed:
        raise typer.Exit(1)


def sync_now(
    site: Site, only: Sequence[str] = (), *, full: bool = False, accept_deletes: bool = False
) -> bool:
    """Sync all sources, or the streams named, and print what was done; True when any failed."""
    from facade.flow.site import open_site_store

    wanted = chosen(site, only)
    store = open_site_store(site, utc_now)
    try:
        runs = asyncio.run(_sync(site, store, wanted, full, accept_deletes))
    finally:
        store.close()
    console.print(_report(runs))
    quarantined = sum(run.quarantined for run in runs)
    if quarantined:
        console.print(f"[yellow]{quarantined:,} quarantined[/]; `facade status` tells why", soft_wrap=True)
    for line in dict.fromkeys(run.told for run in runs if run.error):  # each once, whatever it stopped
        error_line(line)
    return any(run.error for run in runs)


def chosen(site: Site, only: Sequence[str]) -> dict[str, list[str]]:
    """The streams meant, by source: all, or those named as STREAM or SOURCE.STREAM."""
    known = {name: list(pack.streams) for name, pack in site.packs.items()}
    names = {f"{name}.{stream}" for name, streams in known.items() for stream in streams}
    for word in only:
        if not any(name == word or name.partition(".")[2] == word for name in names):
            raise typer.BadParameter(f"there is no stream {word}; there are {', '.join(sorted(names))}")
    return {
        name: [stream for stream in streams if not only or stream in only or f"{name}.{stream}" in only]
        for name, streams in known.items()
    }


async def _sync(
    site: Site, store: Store, wanted: dict[str, list[str]], full: bool, accept_deletes: bool
) -> list[SyncResult]:
    from facade.flow.site import open_connectors
    from facade.flow.sync import sync_source

    connectors: dict[str, Connector] = open_connectors(site, utc_now)
    results: list[SyncResult] = []
    try:
        with StreamBars() as bars:
            for name, connector in connectors.items():
                results += await sync_source(
                    store,
                    site.packs[name],
                    connector,
                    streams=wanted[name],
                    full=full,
                    accept_deletes=accept_deletes,
                    max_vanished=site.settings.sources[name].max_vanished,
                    progress=bars.told,
                )
    finally:
        for connector in connectors.values():
            await connector.aclose()
    return results


def _report(runs: list[SyncResult]) -> Table:
    rows = table("stream", "read#", "changed#", "gone#", "written#", "quarantined#", "rows/s#", "")
    for run in runs:
        figures = (run.read, run.changed, run.deleted, run.written, run.quarantined)
        rows.add_row(
            f"{run.source}.{run.stream}",
            *(f"{figure:,}" for figure in figures),
            f"{run.read / run.seconds:,.0f}" if run.seconds else "",
            "[red]failed[/]" if run.error else "[green]ok[/]",
        )
    return rows
