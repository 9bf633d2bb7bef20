"""Filters read backwards: from the text that a filter gives to the texts that it was given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from facade.mapping.concept_maps import ConceptMap
from facade.mapping.ids import is_hashed, logical_id
from facade.mapping.pushdown.answers import Every
from facade.mapping.pushdown.letters import Change, before

Several = frozenset[str] | Every
Back = Callable[[str], Several]
Maps = Mapping[str, ConceptMap]
NONE: frozenset[str] = frozenset()
_HASHED = Every("an id that is a hash does not lead back to its key")
_LETTERS = Every("capital and small letters can be mixed in too many ways")


def _ref(maps: Maps, type: str, start: str = "") -> Back:
    back, kind = _id(maps, start), f"{type}/"
    return lambda wanted: back(wanted[len(kind) :]) if wanted.startswith(kind) else NONE


def _id(maps: Maps, start: str = "") -> Back:
    return lambda wanted: key_of(wanted, start)


def key_of(id: str, start: str = "") -> Several:
    """The keys, without the text before them, that have this logical id."""
    if is_hashed(id):
        return _HASHED
    if not id.startswith(start) or logical_id(id) != id:
        return NONE
    return frozenset((id[len(start) :],))


def _code(maps: Maps, table: str) -> Back:
    values = values_by_code(maps[table], first=True)
    return lambda wanted: values(None, wanted)


def values_by_code(table: ConceptMap, *, first: bool) -> Callable[[str | None, str], Several]:
    """From a system (None: any) and a code to the legacy values whose first row, or any row, gives them."""
    known: dict[str, list[tuple[str, str]]] = {}
    for value in table.by_value:
        codings = table.codings(value) or []
        for coding in codings[:1] if first else codings:
            known.setdefault(coding["code"], []).append((coding.get("system", ""), value))
    keeps = table.unmapped == "keep"
    others = [] if keeps or table.unmapped in ("error", "drop", "text") else table.policy_codings("")
    always = Every(f"codes/{table.name}.csv gives it for values without a row, too")

    def back(system: str | None, code: str) -> Several:
        if any(_is_coding(coding, system, code) for coding in others):
            return always
        found: set[str] = {code} if keeps and system in (None, table.system or "") else set()
        for its_system, value in known.get(code, ()):
            if system is None or its_system == system:
                spelled = _spelled(table, value)
                if spelled is None:
                    return _LETTERS
                found |= spelled
        return frozenset(found)

    return back


def _is_coding(coding: Mapping[str, Any], system: str | None, code: str) -> bool:
    return coding["code"] == code and system in (None, coding.get("system", ""))


def _spelled(table: ConceptMap, value: str) -> frozenset[str] | None:
    return before(value, str.casefold) if table.match == "fold" else frozenset((value,))


def _lookup(maps: Maps, name: str, column: str) -> Back:
    table = maps[name]

    def back(wanted: str) -> Several:
        found: set[str] = set()
        for value, rows in table.by_value.items():
            if rows[0].cells.get(column) == wanted:
                spelled = _spelled(table, value)
                if spelled is None:
                    return _LETTERS
                found |= spelled
        if table.unmapped == "keep":
            found.add(wanted)
        elif any(
            row.cells.get("code") == table.unmapped and row.cells.get(column) == wanted for row in table.rows
        ):
            return Every(f"codes/{table.name}.csv gives it for values without a row, too")
        return frozenset(found)

    return back


def _changed(change: Change) -> Callable[[Maps], Back]:
    def make(maps: Maps) -> Back:
        def back(wanted: str) -> Several:
            found = before(wanted, change)
            return _LETTERS if found is None else found

        return back

    return make


def _prefix(maps: Maps, start: str) -> Back:
    return lambda wanted: frozenset((wanted[len(start) :],)) if wanted.startswith(start) else NONE


def _suffix(maps: Maps, end: str) -> Back:
    return lambda wanted: frozenset((wanted[: len(wanted) - len(end)],)) if wanted.endswith(end) else NONE


def _default(maps: Maps, value: str) -> Back:
    always = Every("it stands where the value is empty, too")
    return lambda wanted: always if wanted == value else frozenset((wanted,))


def _same(maps: Maps, *arguments: str) -> Back:
    return lambda wanted: frozenset((wanted,))


def _unless(maps: Maps, *nothing: str) -> Back:
    return lambda wanted: NONE if wanted in nothing else frozenset((wanted,))


def _is(maps: Maps, *values: str) -> Back:
    texts, other = frozenset(values), Every("any other value gives false")
    return lambda wanted: texts if wanted == "true" else other if wanted == "false" else NONE


def _truth(true: str) -> Callable[[Maps], Back]:
    def make(maps: Maps) -> Back:
        words = {true: _words("true t yes y 1 on"), _OTHER[true]: _words("false f no n 0 off")}
        return lambda wanted: words.get(wanted, NONE)

    return make


_OTHER = {"true": "false", "false": "true"}


def _words(text: str) -> frozenset[str]:
    return frozenset().union(*(before(word, str.lower) or () for word in re.split(" ", text)))


INVERSES: Mapping[str, Callable[..., Back]] = {
    "ref": _ref,
    "id": _id,
    "code": _code,
    "lookup": _lookup,
    "upper": _changed(str.upper),
    "lower": _changed(str.lower),
    "prefix": _prefix,
    "suffix": _suffix,
    "default": _default,
    "trim": _same,
    "unless": _unless,
    "is": _is,
    "bool": _truth("true"),
    "not": _truth("false"),
}
"""The filters that have an inverse; each is made with the concept maps and the filter's own arguments."""
