"""Which types the facade keeps itself, and which a source owns: no type is both.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from facade.settings import SettingsError
from facade.spec import definitions

if TYPE_CHECKING:
    from facade.mapping import Pack

ALL = "all"
HOMELESS = frozenset({"Parameters"})
"""Types that are only ever sent, and have no place on a server."""


def owners_of(packs: Mapping[str, Pack]) -> dict[str, tuple[str, ...]]:
    """Each type that some mapping makes, with the names of the sources whose packs have one."""
    found: dict[str, dict[str, None]] = {}
    for source, pack in packs.items():
        for mapping in pack.mappings.values():
            found.setdefault(mapping.resource, {})[source] = None
    return {type: tuple(sources) for type, sources in found.items()}


def local_types(wanted: Iterable[str], owners: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The types that the setting `local` names; `all`: each that has no owner. Raises SettingsError."""
    names = set(wanted)
    storable = definitions.resource_types() - HOMELESS
    problems = [
        _problem(name, owners, storable) for name in sorted(names - {ALL} - (storable - owners.keys()))
    ]
    if problems:
        raise SettingsError(tuple(f"local: {problem}" for problem in problems))
    return frozenset(storable - owners.keys() if ALL in names else names)


def _problem(name: str, owners: Mapping[str, Collection[str]], storable: frozenset[str]) -> str:
    if name in owners:
        return f"`{name}` is made by the source {' and '.join(owners[name])}, which owns it"
    if name in HOMELESS:
        return f"`{name}` is a type that is sent and never stored"
    close = get_close_matches(name, [*storable, ALL], 1)
    return f"`{name}` is not a FHIR R4 resource type{f'; did you mean {close[0]}?' if close else ''}"
