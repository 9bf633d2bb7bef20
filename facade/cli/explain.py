"""`facade explain Patient/1`: every element with its stream, columns, raw values and filters."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from facade.cli.console import console, utc_now
from facade.cli.options import DEFAULT_CONFIG, Config
from facade.flow.explain import explain as explain_resource
from facade.flow.site import open_store, read_site
from facade.settings import load_settings


def explain(
    reference: Annotated[str, typer.Argument(help="Type/id, as in Patient/1.")],
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show where every element of a stored resource came from."""
    settings = load_settings(config)
    site = read_site(settings)
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
