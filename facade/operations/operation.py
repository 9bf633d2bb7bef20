"""What an operation is: its name, its definition, and where it is called.

https://hl7.org/fhir/R4/operationdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from facade.rest.answer import Answer
from facade.rest.capabilities import Declared
from facade.rest.dispatch import Interaction, Route
from facade.rest.errors import NoInteraction
from facade.rest.request.call import Call
from facade.rest.service import Service

SYSTEM = "${}"
TYPE = "{{type}}/${}"
INSTANCE = "{{type}}/{{id}}/${}"
VERSION = "{{type}}/{{id}}/_history/{{version}}/${}"


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` without its `$`; `levels` are some of SYSTEM, TYPE, INSTANCE, VERSION; `types` those that it is
    defined for, every type when None.

    GET is for operations that change nothing and whose parameters fit a URL. A `local` one writes, and only
    resources of the types that the facade keeps itself.
    """

    name: str
    definition: str
    answer: Interaction
    levels: tuple[str, ...]
    types: frozenset[str] | None = None
    methods: tuple[str, ...] = ("GET", "POST")
    local: bool = False

    def places(self) -> Iterator[tuple[str, str]]:
        """The method and path of each level and method."""
        for level in self.levels:
            for method in self.methods:
                yield method, level.format(self.name)

    def declared(self) -> Declared:
        """What the CapabilityStatement says of it."""
        below = any(level is not SYSTEM for level in self.levels)
        return Declared(
            self.name,
            self.definition,
            self.types,
            system=SYSTEM in self.levels,
            by_type=below,
            local=self.local,
        )


def routes_of(operations: Iterable[Operation]) -> tuple[Route, ...]:
    """All their routes; one that several share, each of other types, is answered by that of the type."""
    found: dict[tuple[str, str], list[Operation]] = {}
    for operation in operations:
        for place in operation.places():
            found.setdefault(place, []).append(operation)
    return tuple(
        Route(method, path, f"${some[0].name}", _by_type(some)) for (method, path), some in found.items()
    )


def _by_type(operations: Sequence[Operation]) -> Interaction:
    if len(operations) == 1 and operations[0].types is None:
        return operations[0].answer
    name = operations[0].name

    async def answer(service: Service, call: Call, **values: Any) -> Answer:
        type = values.get("type")
        for one in operations:
            if type is None or one.types is None or type in one.types:
                return await one.answer(service, call, **values)
        raise NoInteraction(f"${name} is not supported for {type}.")

    return answer
