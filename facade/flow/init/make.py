"""The whole of `facade init`: look at the database, know it or draft it, and write the site's folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.base import Catalog, Catalogued, Clock
from facade.drafting import Drafted, draft_pack
from facade.flow.init import files, folder
from facade.flow.init.wish import InitError, Wish
from facade.flow.source import open_connector
from facade.mapping import recognised_tables, recognises
from facade.packs import read_pack, shipped_packs

NOTHING = Drafted({}, (), ())
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Made:
    """What came of it. `pack` is what facade.yaml names, `known` the shipped pack for this database."""

    catalog: Catalog
    pack: str
    known: str | None
    drafted: Drafted
    aside: tuple[str, ...]
    """Files whose former content is now in NAME.bak."""


async def make_site(wish: Wish, clock: Clock, progress: Progress | None = None) -> Made:
    """Look and write; raises InitError, or the connector's own error."""
    was_there = wish.folder.is_dir()
    folder.prepare(wish.folder)
    try:
        catalog = await look(wish, clock, progress)
        known = shipped_pack(catalog)
        draft = known is None or wish.draft
        drafted = draft_pack(catalog, wish.name, timezone=wish.timezone) if draft else NOTHING
        pack = f"./{wish.name}" if draft else str(known)
        texts = site_files(wish, catalog, pack, drafted)
        private = (files.SAMPLES,) if wish.keep_samples else ()
        ours = (wish.name,) if draft else ()
        aside = folder.write(wish.folder, texts, ours, force=wish.force, private=private)
    finally:
        folder.tidy(wish.folder, was_there)
    return Made(catalog, pack, known, drafted, tuple(aside))


async def look(wish: Wish, clock: Clock, progress: Progress | None) -> Catalog:
    """The catalog of the database; raises InitError if the login sees nothing."""
    connector = open_connector(wish.name, "odbc", wish.connecting, {}, clock)
    try:
        if not isinstance(connector, Catalogued):
            raise InitError("this kind of source cannot say what it holds")
        catalog = await connector.catalog(sample=wish.sample, progress=progress)
    finally:
        await connector.aclose()
    if not catalog.tables:
        raise InitError(
            f"source {wish.name}: the login sees no table in this database; is it the right database, and "
            "may the login read it (GRANT SELECT)?"
        )
    return catalog


def shipped_pack(catalog: Catalog) -> str | None:
    """The shipped pack whose tables are all there; of several the one that names most."""
    there = [table.name for table in catalog.tables]
    wanted = {name: recognised_tables(read_pack(name)) for name in shipped_packs()}
    fitting = [name for name, tables in wanted.items() if recognises(tables, there)]
    return max(fitting, key=lambda name: (len(wanted[name]), name), default=None)


def site_files(wish: Wish, catalog: Catalog, pack: str, drafted: Drafted) -> dict[str, str]:
    """The site's files by path."""
    texts = {
        "facade.yaml": files.settings_text(wish, pack),
        ".gitignore": files.IGNORED,
        "README.md": files.readme_text(wish, pack, len(drafted.todo)),
        "tables.md": files.tables_text(catalog, drafted.guesses),
    }
    texts |= {f"{wish.name}/{path}": text for path, text in drafted.files.items()}
    if wish.keep_samples:
        texts[files.SAMPLES] = files.samples_text(catalog)
    return texts
