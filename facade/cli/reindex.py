"""`facade reindex`: the search index compared with the resources that are stored, and mended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from facade.cli.console import StreamBars, console, error_line, table, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config

if TYPE_CHECKING:
    from facade.flow.reindex import Found
    from facade.store import Store


def reindex(
    config: Config = DEFAULT_CONFIG,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; beside a running server, too.")
    ] = False,
) -> None:
    """Compare the search index with what is stored, and mend it; exit status 1 if something was wrong.

    Rows of search parameters that the site has defined or retired since the last time are due, not wrong.
    """
    from facade.flow.site import open_site_store, read_site
    from facade.settings import load_settings
    from facade.store import Store

    settings = load_settings(config)
    site = read_site(settings)
    if not check and Store.is_held(settings.store, key_file=settings.key_file):
        error_line("another process has the store open: stop it, or use --check; a server has $reindex")
        raise typer.Exit(1)
    store = open_site_store(site, utc_now)
    try:
        found = asyncio.run(_reindex(store, write=not check))
    finally:
        store.close()
    if found is None:
        error_line("another process is reindexing this store")
        raise typer.Exit(1)
    _tell(found, check=check)
    if found.differences:
        raise typer.Exit(1)


async def _reindex(store: Store, *, write: bool) -> Found | None:
    from facade.flow.reindex import all_types, count_resources, reindex_types, sweep
    from facade.flow.reindexing import LOCK

    async with store.exclusive(LOCK) as mine:
        if not mine:
            return None
        types = await all_types(store)
        total, done = await count_resources(store, types), 0
        with StreamBars() as bars:

            def progress(count: int) -> None:
                nonlocal done
                done += count
                bars.show("reindex", done, total, f"{done:,} of {total:,} resources")

            found = await reindex_types(store, types, write=write, settle=0, progress=progress)
        found.mend(await sweep(store, write=write))
        return found


def _tell(found: Found, *, check: bool) -> None:
    rows = table("index", "same#", "missing#", "surplus#", "due#")
    for name, one in found.tables.items():
        rows.add_row(name, f"{one.same:,}", f"{one.missing:,}", f"{one.surplus:,}", f"{one.due:,}")
    console.print(rows)
    if not found.differences and not found.due:
        told = "nothing differs"
    else:
        told = f"{found.differences:,} rows were wrong, {found.due:,} due"
        told += ": run `facade reindex`, or $reindex on the server" if check else "; all are mended"
    console.print(f"{found.resources:,} resources: {told}")
