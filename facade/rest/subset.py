"""_summary and _elements: a part of a resource, marked as such.

https://hl7.org/fhir/R4/search.html#summary · https://hl7.org/fhir/R4/search.html#elements

What is mandatory or a modifier is kept always, so that what remains can be understood and has the form of
its type; only a rule that two elements make together may not hold in a part. A contained resource stays if
what is kept refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from facade.errors import BadRequest
from facade.spec import definitions
from facade.spec.definitions import Element
from facade.store.serialise import from_json, to_json

PARAMETERS = frozenset({"_summary", "_elements"})
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

_SUMMARIES = ("true", "text", "data", "count", "false")
_ALWAYS = frozenset({"resourceType", "id", "meta"})
_WHOLE = ""
_DIGITS = re.compile(rb"[:,\[]\s*-?\d+[.eE]")
"""Numbers that a fast reader would not keep exactly, if nothing but text looks like one."""
_ENTIRE_TYPES = frozenset({"Meta", "Extension", "Resource"})


@dataclass(frozen=True, slots=True)
class Subset:
    """What a client wants of each resource: `summary` is `true`, `text`, `data`, `count` or `false` (with
    `elements`); `elements` are names, perhaps with their type before them (`Patient.name`)."""

    summary: str = "false"
    elements: tuple[str, ...] = ()

    def apply(self, body: bytes, *, included: bool = False) -> bytes:
        """A stored resource's bytes, cut down. Of an included one, only elements named with its type are
        wanted; without any it stays whole."""
        elements = tuple(name for name in self.elements if "." in name) if included else self.elements
        if self.summary == "false" and not elements:
            return body
        resource = from_json(body) if _DIGITS.search(body) else orjson.loads(body)
        return to_json(subset(resource, self.summary, elements))


def parse_subset(
    items: Iterable[tuple[str, str]], type: str | None = None, *, counting: bool = False
) -> Subset | None:
    """From a request's parameters; None if the client wants everything.

    `type` is the resource type asked for (None: several); `counting` says that `_summary=count` is allowed
    here. Raises BadRequest that names the parameter.
    """
    summary: str | None = None
    names: list[str] = []
    for name, value in items:
        if name == "_summary":
            allowed = _SUMMARIES if counting else tuple(one for one in _SUMMARIES if one != "count")
            if value not in allowed or summary not in (None, value):
                raise BadRequest(f"_summary is one of {', '.join(allowed)}.", expression="http._summary")
            summary = value
        elif name == "_elements":
            names += [_known(one.strip(), type) for one in value.split(",")]
    summary = summary or "false"
    if names and summary != "false":
        raise BadRequest("_elements cannot be combined with _summary.", expression="http._elements")
    if summary == "false" and not names:
        return None
    return Subset(summary, tuple(dict.fromkeys(names)))


def _known(name: str, type: str | None) -> str:
    """The element's name without `[x]`; a type before it is kept."""
    owner, dot, element = name.rpartition(".")
    element = element.removesuffix("[x]")
    owners: Iterable[str] = (owner,) if dot else (type,) if type else definitions.resource_types()
    if not any(one in definitions.resource_types() and element in _named(one) for one in owners):
        shown = name if len(name) < 65 and name.isprintable() else "What was given"
        raise BadRequest(
            f"{shown} is not an element of {owner if dot else type or 'any resource'}."
            " Names are those of a resource's own elements, perhaps with its type: name, Patient.name."
            if element
            else "_elements has an empty name.",
            expression="http._elements",
        )
    return owner + dot + element


def subset(resource: Mapping[str, Any], summary: str, elements: tuple[str, ...] = ()) -> dict[str, Any]:
    """The wanted part of a resource, with the tag SUBSETTED; the resource itself if all of it is wanted.

    `summary` `false` leaves the choice to `elements`; those that name another type are not heeded.
    """
    type = resource["resourceType"]
    if summary == "true":
        part = _summarised(resource, type)
    elif summary == "data":
        part = {name: value for name, value in resource.items() if name != "text"}
    elif summary == "text":
        part = _only(resource, _with_text(type))
    else:
        wanted = _wanted(type, elements)
        if wanted is None:
            return dict(resource)
        part = _only(resource, wanted)
    if "contained" in resource and "contained" not in part:
        _keep_contained(resource["contained"], part)
    return _tagged(part)


@cache
def _named(type: str) -> frozenset[str]:
    """What an element of a type may be called: its JSON name, or the name of its choice."""
    found = definitions.elements(type).values()
    return frozenset(e.name for e in found) | frozenset(e.choice for e in found if e.choice)


@cache
def _needed(type: str) -> frozenset[str]:
    """Mandatory elements and modifiers, and what tells a resource from another."""
    return _ALWAYS | {e.name for e in definitions.elements(type).values() if e.min or e.modifier}


@cache
def _with_text(type: str) -> frozenset[str]:
    return _needed(type) | {"text"}


@cache
def _wanted(type: str, elements: tuple[str, ...]) -> frozenset[str] | None:
    """The JSON names of the wanted elements; None if none of `elements` is about this type."""
    names = {name.rpartition(".")[2] for name in elements if name.rpartition(".")[0] in ("", type)}
    if not names:
        return None
    found = definitions.elements(type).values()
    return _needed(type) | {e.name for e in found if e.name in names or e.choice in names}


def _only(resource: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """These elements; `_name` goes with `name`."""
    return {name: value for name, value in resource.items() if name.removeprefix("_") in names}


@cache
def _summary_plan(path: str) -> dict[str, tuple[str, bool]]:
    """Name of each element in the summary: where its own summary elements are found (_WHOLE: it stays as it
    is), and whether it is mandatory."""
    return {
        e.name: (_inside(e), e.min > 0)
        for e in definitions.elements(path).values()
        if e.summary or e.min or e.modifier
    }


def _inside(element: Element) -> str:
    entire = definitions.is_primitive(element.type) or element.type in _ENTIRE_TYPES
    return _WHOLE if entire or not definitions.has_elements(element.path) else element.path


def _summarised(value: Mapping[str, Any], path: str) -> dict[str, Any]:
    plan = _summary_plan(path)
    found: dict[str, Any] = {}
    for name, child in value.items():
        entry = plan.get(name)
        if entry is None:
            if name == "resourceType" or (name[0] == "_" and name[1:] in plan and _lacks(value, name[1:])):
                found[name] = child
            continue
        below, mandatory = entry
        if below == _WHOLE:
            found[name] = child
        elif isinstance(child, list):
            items = [_summarised(item, below) or item for item in child] if mandatory else None
            items = items or [item for one in child if (item := _summarised(one, below))]
            if items:
                found[name] = items
        elif part := _summarised(child, below) or (child if mandatory else None):
            found[name] = part
    return found


def _lacks(value: Mapping[str, Any], name: str) -> bool:
    """Whether a primitive's extensions stand for what it does not say."""
    said = value.get(name)
    return said is None or (isinstance(said, list) and None in said)


def _keep_contained(contained: Iterable[Mapping[str, Any]], part: dict[str, Any]) -> None:
    """Those that are referred to, and those that these refer to."""
    by_id = {f"#{one.get('id')}": one for one in contained}
    kept: dict[str, Mapping[str, Any]] = {}
    todo: list[Any] = [part]
    while todo:
        for reference in _local_references(todo.pop()):
            if reference in by_id and reference not in kept:
                kept[reference] = by_id[reference]
                todo.append(by_id[reference])
    if kept:
        part["contained"] = [one for reference, one in by_id.items() if reference in kept]


def _local_references(value: Any) -> Iterator[str]:
    """Every text that begins with `#` where a reference or a canonical may stand."""
    if isinstance(value, Mapping):
        for child in value.values():
            yield from _local_references(child)
    elif isinstance(value, list):
        for child in value:
            yield from _local_references(child)
    elif isinstance(value, str) and value.startswith("#"):
        yield value


def _tagged(part: dict[str, Any]) -> dict[str, Any]:
    meta = part.get("meta", {})
    tags = meta.get("tag", [])
    if not any(
        tag.get("code") == SUBSETTED["code"] and tag.get("system") == SUBSETTED["system"] for tag in tags
    ):
        meta = {**meta, "tag": [*tags, SUBSETTED]}
    head: dict[str, Any] = {name: part[name] for name in ("resourceType", "id") if name in part}
    return {**head, "meta": meta, **{name: value for name, value in part.items() if name not in _ALWAYS}}
