"""`facade status`: how fresh the store is, and what did not make it into FHIR."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from facade.cli.console import age, console, table, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config
from facade.flow.site import open_store
from facade.flow.status import store_status
from facade.settings import load_settings


def status(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show each stream's last success, and counts of records, resources, quarantine and unmapped codes."""
    store = open_store(load_settings(config), utc_now)
    try:
        found = store_status(store)
    finally:
        store.close()
    if as_json:
        console.print_json(json.dumps(asdict(found), default=str))
        return
    rows = table("stream", "last success", "records#", "quarantined#", "last error")
    for stream in found.streams:
        rows.add_row(
            f"{stream.source}.{stream.name}",
            age(stream.lag),
            f"{stream.records:,}",
            f"{stream.quarantined:,}",
            f"[red]{escape(stream.error)}[/]" if stream.error else "",
        )
    console.print(rows)
    kinds = table("resource", "count#")
    for kind, count in sorted(found.resources.items()):
        kinds.add_row(kind, f"{count:,}")
    console.print(kinds)
    for one in found.refused:
        where = f"{one.source}.{one.stream} {one.mapping} {one.element or ''}".strip()
        console.print(
            f"[red]quarantined[/] {escape(where)}: {escape(one.reason)} ×{one.count}", soft_wrap=True
        )
    for code in found.unmapped:
        console.print(
            f"[yellow]unmapped[/] {escape(code.concept_map)}: {escape(repr(code.value))} ×{code.count}"
        )
