"""The codes that `:in`, `:not-in`, `:above` and `:below` of a token stand for, from what is stored here.

https://hl7.org/fhir/R4/search.html#token · https://hl7.org/fhir/R4/valueset.html#compositions

A value set is named by its canonical URL or as `ValueSet/id`; a code as `system|code`, of a CodeSystem stored
here that tells which codes lie below which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from facade.search.model import Terms
from facade.spec import definitions
from facade.store import Store
from facade.store.serialise import from_json

Codes = dict[tuple[str, str], None]
Told = dict[str, Codes | None]
"""Value sets that were looked up already; None while one is, so that one within itself is not known."""


async def find_terms(store: Store, needed: Iterable[tuple[str, str]]) -> Terms:
    """Of each (modifier, value) the codes; what is not known here is left out."""
    found: dict[tuple[str, str], Sequence[tuple[str, str]]] = {}
    for modifier, value in dict.fromkeys(needed):
        codes: Codes | None
        if modifier == "in":
            codes = await value_set(store, value)
        else:
            system, _, code = value.partition("|")
            codes = await related(store, system, code, above=modifier == "above")
        if codes is not None:
            found[(modifier, value)] = tuple(codes)
    return found


async def value_set(store: Store, name: str, told: Told | None = None) -> Codes | None:
    """The codes of a value set; None if it is not known here, or cannot be told."""
    told = {} if told is None else told
    if name not in told:
        told[name] = None
        told[name] = await _value_set(store, name, told)
    return told[name]


async def _value_set(store: Store, name: str, told: Told) -> Codes | None:
    resource = await _resource(store, "ValueSet", name)
    if resource is None:
        known = definitions.value_set(name.partition("|")[0])
        if known is None or not all(known.values()):
            return None
        return {(system, code): None for system, codes in known.items() for code in sorted(codes)}
    expansion = resource.get("expansion", {})
    if "contains" in expansion:
        return dict.fromkeys(_contained(expansion["contains"]))
    compose = resource.get("compose", {})
    found: Codes = {}
    for part in compose.get("include", ()):
        codes = await _composed(store, part, told)
        if codes is None:
            return None
        found.update(codes)
    for part in compose.get("exclude", ()):
        codes = await _composed(store, part, told)
        if codes is None:
            return None
        for code in codes:
            found.pop(code, None)
    return found


def _contained(entries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if "code" in entry and not entry.get("abstract"):
            yield entry.get("system", ""), entry["code"]
        yield from _contained(entry.get("contains", ()))


async def _composed(store: Store, part: Mapping[str, Any], told: Told) -> Codes | None:
    """One include or exclude: a system's codes, and the value sets that they must be in as well."""
    found: Codes | None = None
    if "system" in part:
        system = part["system"]
        if "concept" in part:
            found = {(system, one["code"]): None for one in part["concept"] if "code" in one}
        else:
            found = await _filtered(store, system, part.get("filter", ()))
        if found is None:
            return None
    for name in part.get("valueSet", ()):
        other = await value_set(store, name, told)
        if other is None:
            return None
        found = dict(other) if found is None else {code: None for code in found if code in other}
    return found


async def _filtered(store: Store, system: str, filters: Sequence[Mapping[str, Any]]) -> Codes | None:
    """The codes of a whole code system, or those below a code (is-a, descendent-of)."""
    resource = await _resource(store, "CodeSystem", system)
    if resource is None or resource.get("content") not in ("complete", "fragment", "example"):
        return None
    parents = dict(_parents(resource.get("concept", ()), ()))
    found = dict.fromkeys(parents)
    for one in filters:
        wanted, operator = one.get("value"), one.get("op")
        if one.get("property") != "concept" or operator not in ("is-a", "descendent-of"):
            return None
        found = {
            code: None for code in found if wanted in parents[code] or (operator == "is-a" and code == wanted)
        }
    return {(system, code): None for code in found}


def _parents(
    concepts: Sequence[Mapping[str, Any]], above: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each code of a hierarchy with those that it lies below."""
    for concept in concepts:
        code = concept.get("code", "")
        if code:
            yield code, above
        yield from _parents(concept.get("concept", ()), (*above, code) if code else above)


async def related(store: Store, system: str, code: str, *, above: bool) -> Codes | None:
    """A code and those below it, or above it; None if its system is not known here."""
    resource = await _resource(store, "CodeSystem", system)
    if resource is None:
        return None
    parents = dict(_parents(resource.get("concept", ()), ()))
    if code not in parents:
        return None
    if above:
        return {(system, one): None for one in (code, *parents[code])}
    return {(system, one): None for one, higher in parents.items() if one == code or code in higher}


async def _resource(store: Store, type: str, name: str) -> dict[str, Any] | None:
    """A stored resource by its canonical URL (with its version or not), or as `Type/id`."""
    url, _, version = name.partition("|")
    sql = (
        "SELECT r.body FROM index_uri i JOIN resource r ON r.rid=i.rid WHERE i.param=? AND i.value=?"
        " AND r.deleted=0 ORDER BY r.rid"
    )
    rows = await store.fetch(sql, (definitions.search_parameters(type)["url"].number, url))
    if not rows and url.startswith(f"{type}/"):
        sql = "SELECT r.body FROM resource r WHERE r.type=? AND r.id=? AND r.deleted=0"
        rows = await store.fetch(sql, (type, url.removeprefix(f"{type}/")))
    found = [from_json(bytes(row[0])) for row in rows]
    return next((one for one in found if not version or one.get("version") == version), None)
