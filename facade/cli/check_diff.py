"""`facade check --diff`: what a changed pack would change, told before anything is written."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import typer
from rich.markup import escape

from facade.cli.console import StreamBars, console, table, utc_now
from facade.flow.inspect.diff import diff_source
from facade.flow.inspect.difference import ElementDiff, Example, SourceDiff, TypeDiff
from facade.flow.site import Site, open_connectors, open_site_store
from facade.mapping.cases import ABSENT, shown

_REASONS = 20


def show_diff(site: Site, *, from_source: bool, values: bool, as_json: bool) -> None:
    """Compare every source of a site and tell it; exits with 1 if a stream could not be compared."""
    diffs = asyncio.run(_diff(site, from_source))
    if as_json:
        console.print_json(json.dumps([_plain(diff, values) for diff in diffs], default=str))
    else:
        for diff in diffs:
            _show(diff, values)
    if any(diff.errors for diff in diffs):
        raise typer.Exit(1)


async def _diff(site: Site, from_source: bool) -> list[SourceDiff]:
    connectors = open_connectors(site, utc_now)
    store = open_site_store(site, utc_now)
    try:
        with StreamBars() as bars:

            def told(stream: str, records: int) -> None:
                bars.show(stream, records, None, f"{records:,} records")

            return [
                await diff_source(store, site.packs[name], connector, from_source=from_source, progress=told)
                for name, connector in connectors.items()
            ]
    finally:
        store.close()
        for connector in connectors.values():
            await connector.aclose()


def _plain(diff: SourceDiff, values: bool) -> dict[str, Any]:
    """The difference as JSON has it."""
    types = {
        name: vars(one)
        | {"elements": {path: _plain_element(element, values) for path, element in one.elements.items()}}
        for name, one in sorted(diff.types.items())
    }
    refused = [
        {"mapping": mapping, "element": element, "reason": reason, "count": count}
        for (mapping, element, reason), count in diff.refused.items()
    ]
    return vars(diff) | {"differs": diff.differs, "types": types, "refused": refused}


def _plain_element(element: ElementDiff, values: bool) -> dict[str, Any]:
    examples: list[Any] = [one.reference for one in element.examples]
    if values:
        examples = [
            {"reference": one.reference, "before": _value(one.before), "after": _value(one.after)}
            for one in element.examples
        ]
    return vars(element) | {"examples": examples}


def _value(value: Any) -> Any:
    return None if value is ABSENT else value


def _show(diff: SourceDiff, values: bool) -> None:
    console.rule(f"[bold]{escape(diff.source)}[/] · {diff.records:,} records compared", align="left")
    rows = table("resource", "same#", "added#", "changed#", "gone#")
    for name, one in sorted(diff.types.items()):
        rows.add_row(name, *(f"{count:,}" for count in (one.same, one.added, one.changed, one.gone)))
    console.print(rows)
    for name, one in sorted(diff.types.items()):
        _show_type(name, one, values)
    for (mapping, element, reason), count in diff.refused.most_common(_REASONS):
        where = escape(f"{mapping} {element}".strip() or "record")
        console.print(f"[red]would be quarantined[/] {count:,}: {where}: {escape(reason)}", soft_wrap=True)
    if diff.contested:
        console.print(f"[yellow]contested[/] {diff.contested:,} resources that another record makes already")
    for stream, error in diff.errors.items():
        console.print(f"[red]{escape(stream)}[/] not compared: {escape(error)}", soft_wrap=True)
    if diff.fresh:
        console.print(f"[dim]read from the source: {escape(', '.join(diff.fresh))}[/]", soft_wrap=True)
    if diff.left:
        names = escape(", ".join(diff.left))
        console.print(f"[yellow]no longer in the pack[/] {names}: what they made stays", soft_wrap=True)
    if not diff.differs and not diff.errors:
        console.print("[green]nothing would change[/]")
    elif diff.differs:
        way = "`facade sync --full`" if diff.fresh else "`facade replay`"
        console.print(f"nothing was written; {way} does it")


def _show_type(name: str, one: TypeDiff, values: bool) -> None:
    for word, count, examples in (
        ("added", one.added, one.added_examples),
        ("gone", one.gone, one.gone_examples),
    ):
        if count:
            console.print(f"{name} [bold]{word}[/] {count:,}: {_some(examples, count)}", soft_wrap=True)
    for path, element in sorted(one.elements.items()):
        words = ", ".join(
            f"{word} {count:,}"
            for word, count in (
                ("added", element.added),
                ("changed", element.changed),
                ("removed", element.removed),
            )
            if count
        )
        console.print(f"{escape(path)} [bold]{words}[/]: {_examples(element, values)}", soft_wrap=True)


def _some(examples: list[str], count: int) -> str:
    return escape(", ".join(examples) + (", …" if count > len(examples) else ""))


def _examples(element: ElementDiff, values: bool) -> str:
    count = element.added + element.changed + element.removed
    return _some([_example(one, values) for one in element.examples], count)


def _example(one: Example, values: bool) -> str:
    return f"{one.reference} {shown(one.before)} → {shown(one.after)}" if values else one.reference
