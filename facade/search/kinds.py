"""The search parameter types that are implemented, and which parameters of a type they make searchable.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from facade.search import date, phonetic, reference, string, token
from facade.search.model import Facts, Kind, LeafMaker
from facade.search.paths import Child, Path, resolve_paths
from facade.spec import definitions
from facade.spec.definitions import SearchParameter

KINDS: Mapping[str, Kind] = MappingProxyType(
    {"string": string, "token": token, "date": date, "reference": reference}
)
PECULIAR: Mapping[str, Kind] = MappingProxyType({"phonetic": phonetic})
"""Parameters, by code, that the spec describes otherwise than their type."""
ON_RESOURCE = frozenset({"_id", "_lastUpdated"})
"""Parameters that live on the resource table itself and need no index."""


def kind_of(parameter: SearchParameter) -> Kind:
    """What can index and match a parameter; a KeyError if nothing can."""
    return PECULIAR.get(parameter.code) or KINDS[parameter.kind]


@cache
def parameter_paths(type: str, code: str) -> tuple[Path, ...]:
    """The places that a parameter looks at and that its kind can index; none if it cannot be searched."""
    parameter = definitions.search_parameters(type)[code]
    if parameter.kind not in KINDS or parameter.expression is None:
        return ()
    kind = kind_of(parameter)
    paths = resolve_paths(parameter.expression, type)
    return tuple(path for path in paths if path.type in kind.LEAVES or path.type == "Extension")


@cache
def facts(type: str, code: str) -> Facts:
    """What planning needs to know of a parameter."""
    paths = parameter_paths(type, code)
    systems = [definitions.value_set(path.binding) or {} for path in paths if path.binding]
    demanded = [path.demanded_type() for path in paths]
    targets = definitions.search_parameters(type)[code].targets
    places = {(path.steps[:-1], path.choice or path.steps[-1:]) for path in paths}
    return Facts(
        types=frozenset(path.type for path in paths),
        single=len(places) == 1 and all(path.single for path in paths),
        systems=frozenset(uri for system in systems for uri in system),
        targets=tuple(dict.fromkeys(d for d in demanded if d)) if demanded and all(demanded) else targets,
    )


@cache
def supported(type: str) -> Mapping[str, SearchParameter]:
    """The parameters of a resource type that work, by code."""
    return MappingProxyType(
        {
            code: parameter
            for code, parameter in definitions.search_parameters(type).items()
            if code in ON_RESOURCE or parameter_paths(type, code)
        }
    )


def supported_parameters(type: str) -> list[SearchParameter]:
    """The parameters of a resource type that work, as the CapabilityStatement declares them."""
    return list(supported(type).values())


def leaf_paths(path: Path, kind: Kind) -> list[tuple[Path, LeafMaker]]:
    """A path drawn out to the leaves below its datatype; an Extension is its value."""
    leaves = kind.LEAVES
    if path.type == "Extension":
        values = [e for e in definitions.elements("Extension").values() if e.choice == "value"]
        return [
            found
            for element in values
            if element.path in leaves
            for found in leaf_paths(path.then(Child(element.name), element.path), kind)
        ]
    drawn = []
    for names, maker in leaves[path.type]:
        end = path
        for name in names:
            end = end.then(Child(name), "")
        drawn.append((end, maker))
    return drawn
