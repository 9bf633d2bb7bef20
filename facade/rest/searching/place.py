"""Where a search is asked: at a type, at the whole server, or in a compartment.

https://hl7.org/fhir/R4/http.html#search · https://hl7.org/fhir/R4/compartmentdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from facade.errors import BadRequest, NotFound
from facade.rest.errors import NoInteraction
from facade.rest.service import Service
from facade.search.model import Within
from facade.spec import definitions


@dataclass(frozen=True, slots=True)
class Place:
    """`path` below the base URL; `type` is the one type searched, None for several. In a compartment,
    `holder` is the resource whose it is: `Patient/1`."""

    path: str
    type: str | None
    holder: str | None = None

    def types(self, service: Service, items: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """The types searched; of several those that `_type` names. Raises BadRequest."""
        if self.type is not None:
            return (self.type,)
        served = sorted(service.served)
        if self.holder is not None:
            compartment = self.holder.partition("/")[0]
            known = definitions.compartment(compartment)
            served = [type for type in served if type in known or type == compartment]
        named = [one.strip() for name, value in items if name == "_type" for one in value.split(",")]
        for type in named:
            if type not in served:
                raise BadRequest(
                    f"`_type` names `{type[:64]}`, which is not served here", expression="http._type"
                )
        types = tuple(dict.fromkeys(named)) or tuple(served)
        if not types:
            raise NotFound("No resource type is served here.")
        return types

    def within(self, type: str) -> tuple[Within, ...]:
        """What a compartment demands of its resources of a type."""
        if self.holder is None:
            return ()
        known = definitions.search_parameters(type)
        codes = definitions.compartment(self.holder.partition("/")[0]).get(type, ())
        return (Within(tuple(known[code] for code in codes if code in known), self.holder),)


@cache
def at_type(type: str) -> Place:
    """A search of one type."""
    return Place(type, type)


def compartment_place(service: Service, type: str, id: str, member: str) -> Place:
    """`Patient/1/Observation`, or `Patient/1/*`. Raises NotFound."""
    if member[:1] in ("$", "_"):
        raise NoInteraction(f"{member[:40]} is not supported for one {type}.")
    try:
        known = definitions.compartment(type)
    except KeyError:
        raise NotFound(f"{type} has no compartment: {type}/{id}/… finds nothing.") from None
    if member == "*":
        return Place(f"{type}/{id}/*", None, f"{type}/{id}")
    if member not in service.served:
        raise NotFound(f"{member[:64]} is not a type that is served here.")
    if member not in known and member != type:
        raise NotFound(f"{member} is never in the compartment of a {type}.")
    return Place(f"{type}/{id}/{member}", member, f"{type}/{id}")
