"""What there is to ask about: the declared parameters, the resources read, and the matcher over them.

https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchParam
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from conformance.errors import Failed
from conformance.harvest import Pool, link
from conformance.matching.expressions import Found
from conformance.matching.lenient import Lenient
from conformance.matching.parameters import Parameter, parameter_of, parameters
from conformance.session import Session
from conformance.statement import DeclaredParameter
from conformance.validation import misshapen

Json = dict[str, Any]
CLOSELY = 200  # resources of a type: FHIRPath is slow
HL7 = "http://hl7.org/fhir/"
UNDETERMINED = {
    "_text": "what a full-text search finds is the server's own choice",
    "_content": "what a full-text search finds is the server's own choice",
    "_query": "a named query means what its definition says in words",
    "_filter": "filter expressions are not tried",
    "_list": "lists are not tried",
    "_type": "it is for searches over all types",
    "_has": "it is tried apart",
    "phonetic": "how names sound alike is the server's own choice",
    "near": "distances are not tried",
}
"""Parameters about which there is nothing certain to ask, and why."""


@dataclass
class Scope:
    """`pools` has what was read of each type, `known` the parameters of each type that can be asked about,
    `unknown` why the others cannot. `alive` are resources that came later and are not as they
    were harvested: the matcher knows them by identity, so that they must not go."""

    session: Session
    pools: dict[str, Pool]
    known: dict[str, dict[str, Parameter]] = field(default_factory=dict)
    unknown: dict[tuple[str, str], str] = field(default_factory=dict)
    alive: list[Json] = field(default_factory=list)
    _bench: dict[str, list[Json]] = field(default_factory=dict)

    @cached_property
    def world(self) -> Lenient:
        """The matcher, over all that was read."""
        each = {
            (one["resourceType"], one["id"]): one for pool in self.pools.values() for one in self.usable(pool)
        }
        world = Lenient(
            list(each.values()), base_url=self.base_url, now=datetime.now(UTC), parameters_of=self.parameters
        )
        world.whole = frozenset(type for type, pool in self.pools.items() if pool.whole)
        return world

    def parameters(self, type: str) -> Mapping[str, Parameter]:
        """A type's parameters by code: R4's, and in their place those that the server declares otherwise."""
        return self.known.get(type) or parameters(type)

    @cached_property
    def base_url(self) -> str:
        """The URL that the server itself says its resources are under, if it says one."""
        for type, pool in self.pools.items():
            response = pool.exchanges[0].response if pool.exchanges else None
            if response is not None and response.status == 200:
                try:
                    url = link(response.resource("Bundle"), "self").partition("?")[0]
                except Failed:
                    continue
                if url.startswith("http") and url.endswith(f"/{type}"):
                    return url.removesuffix(f"/{type}")
        return self.session.client.base

    def resources(self, type: str) -> list[Json]:
        """What was read of a type, each resource once; of many, a few by chance."""
        if type not in self._bench:
            found = self.world.by_type.get(type, [])
            chosen = self.chance(type).sample(range(len(found)), min(CLOSELY, len(found)))
            self._bench[type] = [found[at] for at in sorted(chosen)]
        return self._bench[type]

    def values(self, parameter: Parameter) -> list[tuple[Json, Found]]:
        """The values of a parameter with their resources, in an order that depends on the seed."""
        resources = list(self.resources(parameter.type))
        self.chance(parameter.type, parameter.code).shuffle(resources)
        return [(one, found) for one in resources for found in self.world.found(one, parameter)]

    def usable(self, pool: Pool) -> list[Json]:
        """The resources of a pool of which sense can be made, and that have an id to be known by."""
        known = self.session.definitions
        return [
            one
            for one in pool.resources
            if one.get("resourceType") == pool.type
            and isinstance(one.get("id"), str)
            and not misshapen(one, known)
        ]

    def chance(self, *names: str) -> random.Random:
        """Chance of its own for each thing, so that one more query here changes nothing there."""
        return random.Random(f"{self.session.options.seed}/{'/'.join(names)}")  # noqa: S311 - not a secret

    def declares(self, type: str, code: str) -> bool:
        """Whether the server says that it has this parameter for this type."""
        return code in self.session.statement.types[type].parameters


async def read_scope(session: Session) -> Scope:
    """Harvest every type that can be searched, and find the definition of every parameter declared."""
    scope = Scope(session, await session.harvest.all())
    for type in scope.pools:
        found = dict(parameters(type))
        for code, declared in session.statement.types[type].parameters.items():
            one = definition_of(session, type, declared)
            if isinstance(one, Parameter):
                found[code] = one
            else:
                scope.unknown[type, code] = one
        scope.known[type] = found
    return scope


def definition_of(session: Session, type: str, declared: DeclaredParameter) -> Parameter | str:
    """What a declared parameter is by its definition, or why that is not known.

    A definition of HL7's that is not at hand (a guide's) is taken for R4's of the same code, which a guide
    may only narrow; anyone else's is not known.
    """
    if declared.name in UNDETERMINED:
        return UNDETERMINED[declared.name]
    canonical = declared.definition.partition("|")[0]
    known = session.definitions
    found = known.parameters.get(canonical)
    if found is None and (not canonical or canonical.startswith(HL7)):
        found = known.parameter(type, declared.name)
    if found is None:
        return f"no definition is known ({canonical or 'none is declared'})"
    if declared.type and found.get("type") != declared.type:
        return f"it is declared as {declared.type}, and defined as {found.get('type')}"
    made = parameter_of(found, type, known)
    if made.kind != "composite" and made.expression is None:
        return f"its definition ({canonical}) has no expression for {type}"
    return made if made.code == declared.name else _named(made, declared.name)


def _named(parameter: Parameter, name: str) -> Parameter:
    """The same under the name that the server gives it."""
    return Parameter(
        parameter.type, name, parameter.kind, parameter.expression, parameter.targets, parameter.components
    )
