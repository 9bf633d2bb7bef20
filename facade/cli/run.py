"""`facade run`: the demo, an embedded legacy EHR behind a FHIR endpoint."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from facade.cli.console import console
from facade.cli.serve import serve_settings
from facade.cli.sync import sync_now

_SETTINGS = """\
# The demo's settings: an invented practice system of 1994 in an SQLite file beside this one.
sources:
  kestrel:
    kind: odbc
    pack: demo
    url: sqlite:///{database}
    every: 10s
    full_every: 1m
local: all
site:
  timezone: America/New_York
"""


def run(
    port: Annotated[int, typer.Option(help="Listen on this port.", min=1, max=65535)] = 8000,
    data: Annotated[Path, typer.Option(help="Keep the demo's files here.")] = Path("demo-data"),
    patients: Annotated[int, typer.Option(help="Patients in a newly made demo EHR.", min=1)] = 200,
) -> None:
    """Make a demo EHR if there is none, read it, and serve it."""
    from facade.flow.site import read_site
    from facade.packs.demo.generate import generate
    from facade.settings import load_settings

    data.mkdir(parents=True, exist_ok=True)
    database = data / "kestrel.db"
    if not database.exists():
        console.print(f"Making a demo EHR of {patients} patients in {database}")
    generate(database, patients=patients, seed=1994, today=date.today())
    config = data / "facade.yaml"
    if not config.exists():
        config.write_text(_SETTINGS.format(database=database.name), encoding="utf-8")
    settings = load_settings(config, overrides={"port": str(port)})
    sync_now(read_site(settings))
    serve_settings(settings)
