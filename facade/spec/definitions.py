"""What R4 4.0.1 defines: types, elements, required codes, search parameters, compartments.

https://hl7.org/fhir/R4/resourcelist.html · https://hl7.org/fhir/R4/searchparameter-registry.html

Read lazily, once, from the JSON that `build.py` writes. An unknown name is a KeyError with R4's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

_DATA = Path(__file__).parent / "data"
_PREFIXES = ("eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap")
_MODIFIERS = {  # https://hl7.org/fhir/R4/search.html#modifiers
    "number": ("missing",),
    "date": ("missing",),
    "string": ("missing", "exact", "contains"),
    "token": ("missing", "text", "not", "above", "below", "in", "not-in", "of-type"),
    "reference": ("missing", "type", "identifier", "above", "below"),
    "composite": ("missing",),
    "quantity": ("missing",),
    "uri": ("missing", "above", "below"),
    "special": (),
}
STRIDE = 200  # search parameter numbers of one resource type; the official ones use at most 47 of them
FIRST_OWN = 150  # of a type's numbers, from here on they are a site's own


@dataclass(frozen=True, slots=True)
class Element:
    """One JSON property of a type. A choice such as value[x] is one Element for each of its types.

    `min` is 0 or 1; of a choice it means that so many of the elements that share `choice` are needed.
    `max` is 1, or None for any number (a JSON array). `path` names the elements below: a backbone path
    (`Patient.contact`), else the type. `targets` are the types that a Reference or canonical may point to;
    empty means any. `codes` are those of a required binding, of all its systems, where R4 enumerates them.
    """

    name: str
    types: tuple[str, ...]
    min: int
    max: int | None
    binding: str | None
    codes: frozenset[str] | None
    targets: tuple[str, ...]
    path: str
    choice: str | None
    summary: bool
    modifier: bool
    simple: bool = False  # a Quantity that may not have a comparator (SimpleQuantity)

    @property
    def type(self) -> str:
        return self.types[0]


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite parameter: the code of the parameter, and where it is seen from the composite's
    own expression."""

    code: str
    definition: str
    expression: str


@dataclass(frozen=True, slots=True, eq=False)
class SearchParameter:
    """One search parameter of one resource type. There is one object of each: they are equal if identical.

    `number` is unique per (resource type, code) and never changes: STRIDE × the type's place among the
    sorted resource types, plus the code's place among the type's sorted codes (inherited ones included).
    The R4 package is final, so the places are too; numbers from STRIDE × place + 150 are free for
    parameters that R4 does not define. `expression` holds only this type's branch, with the type itself in
    place of Resource and DomainResource; it is None where there is none (`_content`, `_text`, `_query`).
    `ready`: what is stored is indexed by it, which of a site's own has to be done first.
    """

    number: int
    type: str
    code: str
    kind: str
    expression: str | None
    targets: tuple[str, ...]
    components: tuple[Component, ...]
    url: str
    description: str
    multiple_or: bool
    multiple_and: bool
    comparators: tuple[str, ...]
    modifiers: tuple[str, ...]
    chain: tuple[str, ...]
    ready: bool = True


@cache
def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads((_DATA / name).read_bytes())
    return content


@cache
def resource_types() -> frozenset[str]:
    """The 146 types that can be served; Resource and DomainResource are not among them."""
    return frozenset(name for name, row in _load("types.json").items() if row["kind"] == "resource")


@cache
def data_types() -> frozenset[str]:
    """Primitive and complex types, without the abstract Element and BackboneElement."""
    return frozenset(n for n, row in _load("types.json").items() if row["kind"] in ("primitive", "complex"))


def is_known(type: str) -> bool:
    """Whether R4 has a resource or data type of this name."""
    return type in _load("types.json")


def is_primitive(type: str) -> bool:
    return bool(_load("types.json").get(type, {}).get("kind") == "primitive")


def primitive_pattern(type: str) -> str | None:
    """R4's regular expression for a primitive; None for boolean and xhtml, which need none."""
    row = _load("types.json")[type]
    return row.get("pattern") if row["kind"] == "primitive" else None


def ancestors(type: str) -> tuple[str, ...]:
    """The type's base, its base's base, and so on: Patient gives DomainResource, Resource."""
    types = _load("types.json")
    found = []
    while base := types[type].get("base"):
        found.append(base)
        type = base
    return tuple(found)


def has_elements(type_or_path: str) -> bool:
    """Whether `elements` knows the name: a resource, a complex type or a backbone path."""
    return type_or_path in _load("elements.json")


@cache
def elements(type_or_path: str) -> Mapping[str, Element]:
    """The elements of a type or backbone path by JSON name, in FHIR's order."""
    rows = _load("elements.json").get(type_or_path)
    if rows is None:
        raise KeyError(f"R4 has no type or element {type_or_path!r} with elements of its own")
    return MappingProxyType({e.name: e for row in rows for e in _expand(row)})


def _expand(row: dict[str, Any]) -> list[Element]:
    choice = row["name"].removesuffix("[x]") if row["name"].endswith("[x]") else None
    binding = row.get("binding")
    return [
        Element(
            name=row["name"] if choice is None else choice + kind[0].upper() + kind[1:],
            types=(kind,),
            min=row.get("min", 0),
            max=row.get("max", 1),
            binding=binding,
            codes=_codes(binding) if binding else None,
            targets=tuple(row.get("targets", ())) if kind in ("Reference", "canonical") else (),
            path=row.get("children", kind),
            choice=choice,
            summary=row.get("isSummary", False),
            modifier=row.get("isModifier", False),
            simple=kind == "Quantity" and row.get("simple", False),
        )
        for kind in row["types"]
    ]


@cache
def value_set(url: str) -> Mapping[str, frozenset[str]] | None:
    """The codes of a required binding's value set by code system; None if R4 does not hold the value set.

    A system with no codes is one that the package does not enumerate (mime types, currencies, UCUM).
    """
    rows = _load("codes.json").get(url)
    return None if rows is None else MappingProxyType({s: frozenset(codes) for s, codes in rows.items()})


@cache
def _codes(url: str) -> frozenset[str] | None:
    systems = value_set(url)
    if systems is None or not all(systems.values()):
        return None
    return frozenset().union(*systems.values())


@cache
def search_parameters(type: str) -> Mapping[str, SearchParameter]:
    """The official search parameters of a resource type by code, sorted, with `_id` and the like."""
    if type not in resource_types():
        raise KeyError(f"R4 has no resource type {type!r}")
    rows = {
        code: (row, owner)
        for owner in (*reversed(ancestors(type)), type)
        for code, row in _load("search.json").get(owner, {}).items()
    }
    first = STRIDE * sorted(resource_types()).index(type)
    return MappingProxyType(
        {c: _parameter(first + place, type, c, *rows[c]) for place, c in enumerate(sorted(rows))}
    )


def _parameter(number: int, type: str, code: str, row: dict[str, Any], owner: str) -> SearchParameter:
    kind = row["kind"]
    expression = row.get("expression")
    if expression is not None and owner != type:
        expression = expression.replace(f"{owner}.", f"{type}.")
    return SearchParameter(
        number=number,
        type=type,
        code=code,
        kind=kind,
        expression=expression,
        targets=tuple(row.get("target", ())),
        components=tuple(Component(*parts) for parts in row.get("component", ())),
        url=row["url"],
        description=row["description"],
        multiple_or=row.get("multipleOr", True),
        multiple_and=row.get("multipleAnd", True),
        comparators=tuple(row.get("comparator", _PREFIXES if kind in ("number", "date", "quantity") else ())),
        modifiers=tuple(row.get("modifier", _MODIFIERS[kind])),
        chain=tuple(row.get("chain", ())),
    )


def own_numbers(type: str) -> range:
    """The numbers of a resource type that are free for parameters which R4 does not define."""
    first = STRIDE * sorted(resource_types()).index(type)
    return range(first + FIRST_OWN, first + STRIDE)


@lru_cache(10_000)
def own_parameter(
    *,
    number: int,
    type: str,
    code: str,
    kind: str,
    expression: str,
    targets: tuple[str, ...],
    url: str,
    description: str,
    ready: bool,
) -> SearchParameter:
    """A parameter that R4 does not define; the same words give the same object, as equality wants it."""
    return SearchParameter(
        number=number,
        type=type,
        code=code,
        kind=kind,
        expression=expression,
        targets=targets,
        components=(),
        url=url,
        description=description,
        multiple_or=True,
        multiple_and=True,
        comparators=_PREFIXES if kind in ("number", "date", "quantity") else (),
        modifiers=_MODIFIERS[kind],
        chain=(),
        ready=ready,
    )


@cache
def compartment(name: str) -> Mapping[str, tuple[str, ...]]:
    """Resource type: the codes of its parameters that put a resource in the compartment.

    https://hl7.org/fhir/R4/compartmentdefinition.html. Types that are never in it are left out, and the
    compartment's own resource is in it without being listed.
    """
    rows = _load("compartments.json").get(name)
    if rows is None:
        raise KeyError(f"R4 has no compartment {name!r}")
    return MappingProxyType({type: tuple(codes) for type, codes in rows.items()})
