"""References and logical ids, computed from the source's keys."""

from __future__ import annotations

from collections.abc import Callable

from facade.mapping.errors import ArgumentError, suggest
from facade.mapping.filters.registry import filter_
from facade.mapping.ids import logical_id
from facade.spec import definitions


@filter_()
def ref(type: str, before: str = "") -> Callable[[str], str]:
    """The literal reference to the resource that a mapping makes of this key; with a text before the key
    where that mapping's `id` has one.

    `$'17' | ref(Practitioner)` gives `Practitioner/17`; `$'17' | ref(Organization, 'ins-')` gives
    `Organization/ins-17`
    """
    known = definitions.resource_types()
    if type not in known:
        raise ArgumentError(f"unknown resource type `{type}`{suggest(type, known)}")
    return lambda key: f"{type}/{logical_id(before + key)}"


@filter_()
def id_(before: str = "") -> Callable[[str], str]:
    """The logical id of a key: itself if it is a valid FHIR id, else a hash.

    `$'17' | id` gives `17`
    """
    return lambda key: logical_id(before + key)
