"""What an operation is: its name, its definition, and where it is called.

https://hl7.org/fhir/R4/operationdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from facade.rest.answer import Answer
from facade.rest.call import Call
from facade.rest.capabilities import Declared
from facade.rest.dispatch import Interaction, Route
from facade.rest.errors import NoInteraction
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

    def routes(self) -> Iterator[Route]:
        """One for each level and method."""
        answer = self.answer if self.types is None else self._of_its_types
        for level in self.levels:
            for method in self.methods:
                yield Route(method, level.format(self.name), f"${self.name}", answer)

    async def _of_its_types(self, service: Service, call: Call, **values: Any) -> Answer:
        type = values.get("type")
        if type is not None and self.types is not None and type not in self.types:
            raise NoInteraction(f"${self.name} is not supported for {type}.")
        return await self.answer(service, call, **values)

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
    """All their routes."""
    return tuple(route for operation in operations for route in operation.routes())
