"""`facade replay`: map the raw records again, without the EHR."""

from __future__ import annotations

import asyncio

import typer

from facade.cli.console import StreamBars, console, error_line, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config, Streams
from facade.cli.sync import chosen
from facade.flow.replay import replay as replay_records
from facade.flow.site import Site, open_store, read_site
from facade.flow.sync import SyncResult
from facade.settings import load_settings
from facade.store import Store


def replay(streams: Streams = None, config: Config = DEFAULT_CONFIG) -> None:
    """Re-map what was read before with the packs as they are now; unchanged resources stay as they are."""
    settings = load_settings(config)
    site = read_site(settings)
    wanted = chosen(site, streams or ())
    store = open_store(settings, utc_now)
    try:
        runs = asyncio.run(_replay(site, store, wanted))
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


async def _replay(site: Site, store: Store, wanted: dict[str, list[str]]) -> list[SyncResult]:
    runs: list[SyncResult] = []
    with StreamBars() as bars:
        for name, pack in site.packs.items():
            runs += await replay_records(store, pack, name, streams=wanted[name], progress=bars.told)
    return runs
