"""When each stream of a site is read: the settings' intervals and times of day, stream by stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.base import Connector
from facade.flow.site import Site
from facade.flow.sync import How
from facade.flow.vanished import Guard
from facade.mapping import Pack


@dataclass(frozen=True)
class Plan:
    """One stream's schedule, in seconds; an incremental stream is read whole each `full_every`."""

    connector: Connector
    pack: Pack
    stream: str
    every: float
    full_every: float = 86_400.0
    how: How = field(default_factory=How)


def plans_of(site: Site, connectors: Mapping[str, Connector]) -> list[Plan]:
    """When each stream of each source is read."""
    plans = []
    for name, source in site.settings.sources.items():
        pack, how = site.packs[name], How(guard=Guard(share=source.max_vanished))
        for stream in pack.streams:
            every = source.every_of(stream)
            plans.append(Plan(connectors[name], pack, stream, every, source.full_every, how))
    return plans
