"""The search parameter types that are implemented, and which parameters of a type they make searchable.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from facade.search import date, number, phonetic, quantity, reference, string, token, uri
from facade.search.model import Facts, Kind, LeafMaker
from facade.search.paths import Child, Path, demanded_type, resolve_paths
from facade.spec import definitions
from facade.spec.definitions import SearchParameter

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "string": string,
        "token": token,
        "date": date,
        "reference": reference,
        "number": number,
        "quantity": quantity,
        "uri": uri,
    }
)
PECULIAR: Mapping[str, Kind] = MappingProxyType({"phonetic": phonetic})
"""Parameters, by code, that the spec describes otherwise than their type."""
_ONE_ROW = frozenset(
    [
        "boolean",
        "code",
        "id",
        "string",
        "date",
        "dateTime",
        "instant",
        "Period",
        "Timing",
        "Coding",
        "ContactPoint",
        "Identifier",
        "decimal",
        "integer",
        "positiveInt",
        "unsignedInt",
        "Reference",
        *quantity.LEAVES,
    ]
)
"""Types of which a value makes one index row at most; a canonical reference makes two."""
ON_RESOURCE = frozenset({"_id", "_lastUpdated"})
"""Parameters that live on the resource table itself and need no index."""
ELSEWHERE = frozenset({"_text", "_content"})
"""Parameters that are answered by the full-text index."""


def kind_of(parameter: SearchParameter) -> Kind:
    """What can index and match a parameter; a KeyError if nothing can."""
    return PECULIAR.get(parameter.code) or KINDS[parameter.kind]


@cache
def parameter_paths(parameter: SearchParameter) -> tuple[Path, ...]:
    """The places that a parameter looks at and that its kind can index; none if it has no index."""
    if parameter.kind not in KINDS or parameter.expression is None:
        return ()
    kind = kind_of(parameter)
    paths = resolve_paths(parameter.expression, parameter.type)
    return tuple(path for path in paths if path.type in kind.LEAVES or path.type == "Extension")


@cache
def facts(parameter: SearchParameter) -> Facts:
    """What planning needs to know of a parameter."""
    paths = parameter_paths(parameter)
    systems = [definitions.value_set(path.binding) or {} for path in paths if path.binding]
    demanded = [demanded_type(path.steps) for path in paths]
    places = {(path.steps[:-1], path.choice or path.steps[-1:]) for path in paths}
    return Facts(
        types=frozenset(path.type for path in paths),
        single=len(places) == 1 and all(path.single and path.type in _ONE_ROW for path in paths),
        systems=frozenset(uri for system in systems for uri in system),
        targets=tuple(dict.fromkeys(d for d in demanded if d))
        if demanded and all(demanded)
        else parameter.targets,
    )


@lru_cache(4096)
def supported(type: str, custom: tuple[SearchParameter, ...] = ()) -> Mapping[str, SearchParameter]:
    """The parameters of a resource type that work, by code, with those of `custom` that are of the type and
    by which what is stored is indexed already."""
    known = indexed(type, custom)
    return MappingProxyType({code: one for code, one in known.items() if one.ready})


@lru_cache(1024)
def indexed(type: str, custom: tuple[SearchParameter, ...] = ()) -> Mapping[str, SearchParameter]:
    """The parameters by which what is written from now on is indexed: also those that do not work yet."""
    known = {
        code: parameter
        for code, parameter in definitions.search_parameters(type).items()
        if code in ON_RESOURCE or code in ELSEWHERE or _indexed(parameter)
    }
    known.update((one.code, one) for one in custom if one.type == type and _indexed(one))
    return MappingProxyType(known)


def _indexed(parameter: SearchParameter) -> bool:
    if parameter.kind == "composite":
        return True
    return parameter.kind == "special" or bool(parameter_paths(parameter))


def supported_parameters(type: str, custom: tuple[SearchParameter, ...] = ()) -> list[SearchParameter]:
    """The parameters of a resource type that work, as the CapabilityStatement declares them."""
    return list(supported(type, custom).values())


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
