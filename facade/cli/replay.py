"""`facade replay`: map the raw records again, without the EHR."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from facade.cli.console import StreamBars, console, error_line, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config, Streams
from facade.cli.sync import chosen

if TYPE_CHECKING:
    from facade.flow.site import Site
    from facade.flow.sync import SyncResult
    from facade.store import Store


def replay(
    streams: Streams = None,
    config: Config = DEFAULT_CONFIG,
    reindex: Annotated[bool, typer.Option("--reindex", help="Make the whole search index anew.")] = False,
) -> None:
    """Re-map what was read before with the packs as they are now; unchanged resources stay as they are."""
    from facade.flow.site import open_site_store, read_site
    from facade.settings import load_settings

    if reindex and streams:
        raise typer.BadParameter("--reindex is for all streams")
    site = read_site(load_settings(config))
    wanted = chosen(site, streams or ())
    store = open_site_store(site, utc_now, reindex=reindex)
    try:
        runs = asyncio.run(_replay(site, store, wanted, reindex))
        if reindex and not any(run.error for run in runs):
            store.remember_zone()
    finally:
        store.close()
    console.print(
        f"{sum(run.read for run in runs):,} records mapped again, "
        f"{sum(run.written for run in runs):,} resources written, "
        f"{sum(run.quarantined for run in runs):,} quarantined"
    )
    failed = [run for run in runs if run.error]
    for run in failed:
        error_line(run.told)
    if failed:
        raise typer.Exit(1)


async def _replay(site: Site, store: Store, wanted: dict[str, list[str]], reindex: bool) -> list[SyncResult]:
    from facade.flow.replay import replay as replay_records

    runs: list[SyncResult] = []
    with StreamBars() as bars:
        for name, pack in site.packs.items():
            runs += await replay_records(
                store, pack, name, streams=wanted[name], reindex=reindex, progress=bars.told
            )
    return runs
