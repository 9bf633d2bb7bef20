"""`facade init`: from an unknown database to a site's folder."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from facade.cli.console import StreamBars, console, error_line, errors, table, utc_now

if TYPE_CHECKING:
    from facade.drafting import Drafted, Guess
    from facade.flow.init import Draft, Made, Wish

CHECKED = 200
"""Rows of each stream to map, where none were wanted as samples."""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The site's folder, made if it is not there.")
    ],
    *,
    odbc: Annotated[str | None, typer.Option(help="An ODBC connection string; ${NAME} is looked up.")] = None,
    url: Annotated[str | None, typer.Option(help="sqlite:///PATH instead.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the source and its pack.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Where its times lie; else this machine's.")] = None,
    sample: Annotated[int, typer.Option(help="Rows of each table to look at.", min=0, max=10_000)] = 200,
    option: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the connector, as allowed_hours=20:00-06:00.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Draft even if there is a pack for it.")] = False,
    keep_samples: Annotated[
        bool, typer.Option("--keep-samples", help="Write the rows looked at to samples.json: patient data.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite; what was there is kept as NAME.bak.")
    ] = False,
) -> None:
    """Look at an unknown database and write a site for it: settings, and a pack drafted by what was seen."""
    from facade.flow.init import InitError, make_site, make_wish

    try:
        wish = make_wish(
            folder,
            odbc=odbc,
            url=url,
            name=name,
            timezone=timezone or _machine_zone(),
            environ=os.environ,
            options=_options(option or ()),
            sample=sample,
            draft=draft,
            force=force,
            keep_samples=keep_samples,
        )
        with _Bar() as bar:
            made = asyncio.run(make_site(wish, utc_now, bar.show))
    except InitError as error:
        error_line(str(error))
        raise typer.Exit(1) from None
    _tell(wish, made, timezone is None)
    if made.pack.startswith("./"):
        _tell_drafts(asyncio.run(_check(wish)))
    config = str(folder / "facade.yaml")
    quoted = f'"{config}"' if " " in config else config
    console.print(f"Next: [bold]facade check --config {escape(quoted)}[/]", soft_wrap=True)


async def _check(wish: Wish) -> list[Draft]:
    from facade.flow.init import check_drafts

    environ = {**os.environ, **wish.place.secrets}
    sample = wish.sample or CHECKED
    with StreamBars() as bars:

        def told(stream: str, records: int) -> None:
            bars.show(stream, records, sample, f"{records:,} rows")

        return await check_drafts(wish.folder / "facade.yaml", environ, utc_now, sample, told)


def _tell(wish: Wish, made: Made, zone_guessed: bool) -> None:
    tables = made.catalog.tables
    rows = sum(one.rows or 0 for one in tables)
    console.print(
        f"{escape(made.catalog.product)}: {len(tables):,} tables, about {rows:,} rows; written to "
        f"[bold]{escape(str(wish.folder))}[/], every table in tables.md",
        soft_wrap=True,
    )
    for path in made.aside:
        console.print(f"[yellow]{escape(path)}[/] was put aside as {escape(path)}.bak", soft_wrap=True)
    for one in tables:
        if one.problem:
            console.print(f"[yellow]{escape(one.name)}[/] {escape(one.problem)}", soft_wrap=True)
    for variable in wish.place.secrets:
        console.print(
            f"The database's secret is not written: facade.yaml says ${{{variable}}}; set that environment "
            "variable before the next command",
            soft_wrap=True,
        )
    if zone_guessed:
        console.print(
            f"Times are taken to lie in [bold]{escape(wish.timezone)}[/], this machine's zone; if the "
            "database's is another, say --timezone or change it in facade.yaml",
            soft_wrap=True,
        )
    if made.known and made.pack == made.known:
        console.print(
            f"This looks like [bold]{escape(made.known)}[/]: there is a pack for it, and facade.yaml says "
            f"`pack: {escape(made.known)}`; --draft drafts one all the same",
            soft_wrap=True,
        )
    elif made.known:
        console.print(
            f"This looks like [bold]{escape(made.known)}[/]: there is a pack for it: set `pack: "
            f"{escape(made.known)}` in facade.yaml",
            soft_wrap=True,
        )
    if made.pack.startswith("./"):
        _tell_guesses(made.drafted)


def _tell_guesses(drafted: Drafted) -> None:
    if not drafted.guesses:
        console.print(
            "[yellow]Nothing was recognised[/]; see tables.md, and write streams and mappings by hand",
            soft_wrap=True,
        )
        return
    groups: dict[tuple[str, str], list[Guess]] = {}
    for guess in drafted.guesses:
        groups.setdefault((guess.resource, guess.stream), []).append(guess)
    rows = table("resource", "table", "elements#", "mean confidence#", "TODO#")
    for (resource, stream), some in sorted(groups.items()):
        tables = Counter(one.table for one in some)
        names = ", ".join(sorted(tables, key=lambda name: (-tables[name], name)))
        confidence = sum(one.confidence for one in some) / len(some)
        elements = len({one.element for one in some})
        todo = _todo(drafted.files, resource, stream)
        rows.add_row(resource, escape(names), str(elements), f"{100 * confidence:.0f} %", str(todo))
    console.print(rows)


def _todo(texts: Mapping[str, str], resource: str, stream: str) -> int:
    """TODO comments in a stream's file and in the mappings that make this type of it."""
    head = {f"resource: {resource}", f"stream: {stream}"}
    lines = texts.get(f"streams/{stream}.sql", "").splitlines()
    for path, text in texts.items():
        own = text.splitlines()
        if path.startswith("resources/") and head <= set(own):
            lines += own
    return sum("TODO" in line for line in lines)


def _tell_drafts(drafts: Sequence[Draft]) -> None:
    for one in drafts:
        if one.problems:
            for problem in one.problems:
                console.print(f"[red]not yet[/] {escape(problem)}", soft_wrap=True)
        else:
            made = f"{one.resources:,} {one.type} from {one.rows:,} rows"
            told = made if one.rows else "its table has no rows to try it on"
            colour = "green" if one.resources else "yellow"
            console.print(f"[{colour}]OK[/] {escape(one.file)}: {escape(told)}", soft_wrap=True)


def _options(given: Sequence[str]) -> dict[str, str]:
    from facade.flow.init import InitError

    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.isidentifier() or name in ("connection", "url"):
            raise InitError(f"--option {name}: write NAME=VALUE, with an option of the connector")
        found[name] = value
    return found


def _machine_zone() -> str:
    """This machine's zone, or UTC where it says none that has a name."""
    from zoneinfo import ZoneInfo

    from tzlocal import get_localzone_name

    try:
        name = get_localzone_name()
        ZoneInfo(name or "")
    except Exception:  # a broken TZ, no zone files: whatever it is, a person can say --timezone
        return "UTC"
    return str(name)


class _Bar:
    """How far the looking is, on standard error; silent where nobody watches."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(), BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("{task.description}"),
            console=errors, transient=True, disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self._task = self._bar.add_task("looking", total=None)

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def show(self, name: str, number: int, of: int) -> None:
        """The table that is looked into."""
        self._bar.update(self._task, description=escape(name), completed=number, total=of)
