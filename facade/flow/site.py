"""A site opened from its settings: its packs, its connectors, its store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import Clock, Connector
from facade.flow.source import open_connector
from facade.mapping import Pack, parse_pack
from facade.packs import read_pack
from facade.settings import Settings
from facade.store import Store


@dataclass(frozen=True)
class Site:
    """The settings with every source's pack, parsed."""

    settings: Settings
    packs: Mapping[str, Pack]


def read_site(settings: Settings) -> Site:
    """Read and compile the packs; raises PackNotFound or PackError with every problem."""
    packs = {}
    for name, source in settings.sources.items():
        packs[name] = parse_pack(read_pack(source.pack, source.overlays), settings.site)
    return Site(settings, packs)


def open_connectors(site: Site, clock: Clock) -> dict[str, Connector]:
    """A connector for each source, by name; nothing is reached yet. Raises BadConfiguration."""
    return {
        name: open_connector(name, source.kind, source.options, site.packs[name].streams, clock)
        for name, source in site.settings.sources.items()
    }


def open_store(settings: Settings, clock: Clock) -> Store:
    """The store, made if there is none, to look into; raises CannotOpen."""
    return Store.open(settings.store, key_file=settings.key_file, clock=clock)


def open_site_store(site: Site, clock: Clock, *, reindex: bool = False) -> Store:
    """The store, for who fills or searches it: its index lies in the site's time zone. Raises CannotOpen."""
    store = open_store(site.settings, clock)
    try:
        store.settle_zone(_zone(site), reindexing=reindex)
    except BaseException:
        store.close()
        raise
    return store


def _zone(site: Site) -> str:
    """Where times without a zone lie: the site's own setting, else what the first pack says."""
    names = [site.settings.site.get("timezone"), *(pack.site.get("timezone") for pack in site.packs.values())]
    return next((name for name in names if name), "UTC")
