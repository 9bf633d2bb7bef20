"""A site opened from its settings: its packs, its connectors, its store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.base import Clock, Connector
from facade.flow.local.types import local_types, owners_of
from facade.flow.source import open_connector
from facade.mapping import Pack, PackError, Problem, parse_pack
from facade.packs import read_pack
from facade.settings import Settings, SettingsError
from facade.store import Store


@dataclass(frozen=True)
class Site:
    """The settings with every source's pack, parsed."""

    settings: Settings
    packs: Mapping[str, Pack]

    @property
    def owners(self) -> dict[str, tuple[str, ...]]:
        """Each type that a source makes, with the names of its sources."""
        return owners_of(self.packs)

    @property
    def local(self) -> frozenset[str]:
        """The types that the facade keeps itself, for clients to write."""
        return local_types(self.settings.local, self.owners)


def read_site(settings: Settings) -> Site:
    """Read and compile the packs; raises PackNotFound, SettingsError, or PackError with every problem.

    Of several sources, each problem's file begins with the name of its pack.
    """
    packs: dict[str, Pack] = {}
    problems: list[Problem] = []
    for name, source in settings.sources.items():
        files = read_pack(source.pack, source.overlays)
        place = f"{files.name}/" if len(settings.sources) > 1 else ""
        try:
            packs[name] = parse_pack(files, settings.site)
        except PackError as error:
            problems += [replace(problem, file=place + problem.file) for problem in error.problems]
    if problems:
        raise PackError(problems)
    _check_streams(settings, packs)
    local_types(settings.local, owners_of(packs))
    return Site(settings, packs)


def own_pack(settings: Settings, source: str) -> Pack:
    """A source's pack as its cases know it: with the pack's and its overlays' own values for `$site`."""
    one = settings.sources[source]
    return parse_pack(read_pack(one.pack, one.overlays))


def _check_streams(settings: Settings, packs: Mapping[str, Pack]) -> None:
    """A stream that the settings name and the pack does not have is a typing error."""
    problems = [
        f"sources.{name}.streams: there is no stream `{stream}`; there are {', '.join(packs[name].streams)}"
        for name, source in settings.sources.items()
        for stream in source.streams
        if stream not in packs[name].streams
    ]
    if problems:
        raise SettingsError(tuple(problems))


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
    store.base_url = site.settings.base_url
    try:
        store.settle_zone(zone_of(site), reindexing=reindex)
    except BaseException:
        store.close()
        raise
    return store


def zone_of(site: Site) -> str:
    """Where times without a zone lie: the site's own setting, else what the first pack says."""
    names = [site.settings.site.get("timezone"), *(pack.site.get("timezone") for pack in site.packs.values())]
    return next((name for name in names if name), "UTC")
