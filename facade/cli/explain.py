"""`facade explain Patient/1`: where every element came from. `facade explain 'Patient?…'`: who answers it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer
from rich.markup import escape

from facade.cli.console import console, error_line, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config

if TYPE_CHECKING:
    from facade.flow.inspect.explain_search import Explainer, SearchTold, StoreTold, StreamTold
    from facade.flow.site import Site
    from facade.rest.request.call import Items

_ASCII = "".join(map(chr, range(128)))


def explain(
    reference: Annotated[
        str, typer.Argument(help="Type/id, as in Patient/1; or a search, as in 'Patient?name=x'.")
    ],
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    dry: Annotated[bool, typer.Option("--dry", help="Of a search: only plan it, ask nobody.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Of a search: the store's statement, too.")] = False,
) -> None:
    """Show where every element of a stored resource came from, or how a search is answered."""
    from facade.flow.inspect.explain import explain as explain_resource
    from facade.flow.site import open_store, read_site
    from facade.settings import load_settings

    settings = load_settings(config)
    site = read_site(settings)
    if "?" in reference:
        _explain_search(site, reference, as_json=as_json, dry=dry, sql=sql)
        return
    store = open_store(settings, utc_now)
    try:
        found = explain_resource(store, site.packs, reference)
    finally:
        store.close()
    if as_json:
        console.print_json(json.dumps([asdict(line) for line in found.lineage], default=str))
        return
    console.print(
        f"[bold]{escape(found.reference)}[/] is made by mapping [bold]{escape(found.mapping)}[/] from record "
        f"{escape(found.key)} of stream {escape(found.source)}.{escape(found.stream)}",
        soft_wrap=True,
    )
    for line in found.lineage:
        value = json.dumps(line.value, default=str, ensure_ascii=False)
        console.print(f"[bold]{escape(line.element)}[/] = {escape(value)}", soft_wrap=True)
        origin = ", ".join(f"{path} {raw!r}" for path, raw in line.raw.items()) or "constant"
        told = f"{origin} · {line.expression} · {line.file}:{line.line}"
        console.print(f"    [dim]{escape(told)}[/]", soft_wrap=True)


def _explain_search(site: Site, url: str, *, as_json: bool, dry: bool, sql: bool) -> None:
    from facade.flow.inspect.explain_search import Explainer, split_url
    from facade.flow.site import zone_of
    from facade.rest.request.call import parse_items
    from facade.rest.request.negotiation import PARAMETERS

    type, query = split_url(url)
    written = parse_items(quote(query, safe=_ASCII).encode())  # a person need not percent-encode
    items = [item for item in written if item[0] not in PARAMETERS]
    explainer = Explainer(site.packs, zone_of(site), site.settings.base_url, utc_now())
    told = explainer.plan(type, items)
    if not dry:
        asyncio.run(_perform(site, told, explainer, items))
    if told.store is not None and not sql:
        told.store.sql = ""
    if as_json:
        console.print_json(json.dumps(asdict(told), default=str))
        return
    _show(told)


async def _perform(site: Site, told: SearchTold, explainer: Explainer, items: Items) -> None:
    from facade.flow.inspect.explain_search import perform
    from facade.flow.site import open_connectors, open_site_store

    store = open_site_store(site, utc_now)
    connectors = open_connectors(site, utc_now)
    try:
        await perform(told, explainer.search(told.type, items), connectors, store, perf_counter)
    finally:
        for connector in connectors.values():
            await connector.aclose()
        store.close()


def _show(told: SearchTold) -> None:
    for one in told.streams:
        _show_stream(one)
    if told.store is not None:
        _show_store(told.store)


def _show_stream(one: StreamTold) -> None:
    _line(f"[bold]{escape(one.source)}.{escape(one.stream)}[/] ({one.mode}): {escape(one.way)}")
    live = one.mode == "live"
    who = "source" if live else "if it were live"
    for condition in one.where:
        value = (
            condition.value if isinstance(condition.value, str) else ", ".join(condition.value) or "nothing"
        )
        _line(f"    {who}: {escape(f'{condition.column} {condition.op} {value}')}")
    if one.pushed and live:
        _line(f"    narrowed by {escape(', '.join(one.pushed))}")
    for word, reason in one.kept:
        _line(f"    [dim]filtered afterwards: {escape(word)} ({escape(reason)})[/]")
    if one.asked is not None and one.asked.error:
        error_line(f"source {one.source} could not be asked: {one.asked.error}")
    elif one.asked is not None:
        asked = one.asked
        took = f"{1000 * asked.seconds:.1f} ms"
        written = f"{asked.changed:,} new or changed, which would be written"
        _line(f"    gave {asked.rows:,} rows in {took}; {written}")


def _show_store(store: StoreTold) -> None:
    _line(f"[bold]store[/]: {store.matches:,} matches; the page's rows took {1000 * store.seconds:.1f} ms")
    for word, step in store.steps:
        _line(f"    {escape(word)}: {escape(step)}")
    if not store.steps:
        _line("    every resource of the type, in the order of the store")
    if store.sql:
        _line(f"    [dim]{escape(store.sql)}[/]")


def _line(text: str) -> None:
    console.print(text, soft_wrap=True, highlight=False)
