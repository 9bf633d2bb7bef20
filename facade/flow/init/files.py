"""The texts of a new site, pure: the same catalog and wish give the same bytes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from connectors.base import Catalog, CatalogColumn, Table
from facade.drafting import Guess
from facade.flow.init.wish import Wish

IGNORED = "# What holds patient data or opens it.\nfacade.db*\nfacade.key\nsamples.json\n*.bak\n"
SAMPLES = "samples.json"


def settings_text(wish: Wish, pack: str) -> str:
    """facade.yaml."""
    options = {wish.place.option: wish.place.told, **wish.options}
    lines = [
        "# Made by `facade init`; every setting is in the facade's README.",
        "sources:",
        f"  {wish.name}:",
        "    kind: odbc",
        f"    pack: {pack}",
        *(f"    {key}: {_scalar(value)}" for key, value in options.items()),
        "site:",
        f"  timezone: {wish.timezone}",
    ]
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    """As YAML reads it back: quoted, unless it is a plain number or word."""
    return text if text.isalnum() and text.isascii() else "'" + text.replace("'", "''") + "'"


def readme_text(wish: Wish, pack: str, todo: int) -> str:
    """What to do next."""
    secrets = [f"- The environment variable `{name}` holds the database's secret; it is written nowhere here."
               for name in wish.place.secrets]  # fmt: skip
    ours = pack.startswith("./")
    steps = [
        f"- `{wish.name}/` is the draft of a pack: `streams/*.sql` say what is read, `resources/*.yaml` what "
        "becomes of it. Each guess has its confidence in a comment; what is left to do is marked TODO "
        f"({todo} when this was made)." if ours else
        f"- The pack `{pack}` comes with the facade. What is different here goes into an overlay, no copy.",
        "- `tables.md` lists every table with its rows, keys and columns.",
        "- `facade check` reaches the database and tells what does not fit, with file and line.",
        "- `facade sync` reads everything into the store; `facade serve` answers FHIR.",
        "- `facade explain Patient/ID` tells which column made an element.",
        "- `facade.db` and `facade.key` come to be here: patient data and what opens it. Back them up apart.",
    ]  # fmt: skip
    return "\n".join([f"# {wish.name} behind FHIR", "", *secrets, *steps]) + "\n"


def tables_text(catalog: Catalog, guesses: Sequence[Guess]) -> str:
    """tables.md: every table, its rows, keys and columns, and what it was taken for. No values of rows."""
    taken: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for guess in guesses:
        taken[guess.table][guess.resource] += 1
    seen = sorted(catalog.tables, key=lambda one: (-(one.rows or 0), table_name(one)))
    lines = [
        f"# Tables of {catalog.product}",
        "",
        f"{len(catalog.tables)} tables and views, most rows first. Counts above 100,000 may be estimates.",
        "",
        "| table | rows | key | points at | taken for |",
        "|---|---:|---|---|---|",
    ]
    for one in seen:
        rows = "?" if one.rows is None else f"{one.rows:,}"
        to = ", ".join(sorted({key.to_table for key in one.foreign_keys}))
        kinds = ", ".join(f"{kind} ({count})" for kind, count in sorted(_taken(taken, one).items()))
        cells = (table_name(one), rows, ", ".join(one.primary_key), to, kinds)
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    for one in seen:
        lines += ["", f"## {_line(table_name(one))}{' (view)' if one.kind == 'view' else ''}", ""]
        if one.comment:
            lines += [_line(one.comment), ""]
        if one.problem:
            lines += [f"Not looked into: {_line(one.problem)}.", ""]
        lines += [f"- {_column(column, one)}" for column in one.columns]
    return "\n".join(lines) + "\n"


def table_name(table: Table) -> str:
    """With its schema, where that is not the default one."""
    return f"{table.schema}.{table.name}" if table.schema else table.name


def _taken(taken: Mapping[str, Mapping[str, int]], table: Table) -> Mapping[str, int]:
    return taken.get(table_name(table)) or (taken.get(table.name) if not table.schema else None) or {}


def _column(column: CatalogColumn, table: Table) -> str:
    parts = [f"{_line(column.name)}: {column.declared or column.kind}"]
    if column.name in table.primary_key:
        parts.append("key")
    if not column.nullable and column.name not in table.primary_key:
        parts.append("never empty")
    for key in table.foreign_keys:
        if column.name in key.columns:
            to = key.to_columns[key.columns.index(column.name)]
            parts.append(f"points at {_line(key.to_table)}.{_line(to)}")
    if column.comment:
        parts.append(_line(column.comment))
    return ", ".join(parts)


def samples_text(catalog: Catalog) -> str:
    """samples.json: the rows that were looked at, by table. Patient data."""
    tree = {table_name(table): list(table.sample) for table in catalog.tables if table.sample}
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
