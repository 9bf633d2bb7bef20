"""Searches that differ in single codes and ids only are planned once: a plan's slots are filled at each use.

https://hl7.org/fhir/R4/search.html

A slot stands for one plain code, identifier or logical id (`[A-Za-z0-9.-]`, at most 64) at the end of the
value of a token or reference parameter. Such a text goes into the statement's values as it is, and decides
nothing else about the plan. Strings and dates do not have slots: their values are computed from the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from facade.search.kinds import ON_RESOURCE, facts, supported
from facade.search.model import Criterion, ReferenceValue, Search, Statement, TokenValue, Value

_KINDS = frozenset({"token", "reference"})
_STEM = "0-slot."


def may_have_slot(type: str, name: str) -> bool:
    """Whether values of this query parameter may end in a slot: it has no modifier and no chain."""
    parameter = supported(type).get(name)
    if parameter is None or name in ON_RESOURCE or parameter.kind not in _KINDS:
        return False
    return "string" not in facts(parameter).types  # a token without case: its value is computed from the text


def mark(number: int) -> str:
    """What stands in a slot while its search is parsed and planned: a valid code and id."""
    return f"{_STEM}{number}.slot-0"


def is_marked(query: bytes) -> bool:
    """Whether a query could be mistaken for one that has been marked."""
    return _STEM.encode() in query


@dataclass(frozen=True, slots=True)
class Slotted:
    """A statement whose values hold marks. `places`: (index of the value, text before, slot, text after)."""

    sql: str
    values: tuple[Any, ...]
    places: tuple[tuple[int, str, int, str], ...]

    @classmethod
    def of(cls, statement: Statement, slots: int, stored: Sequence[Any] = ()) -> Slotted:
        """Find the marks of so many slots; the very values that were `stored` only look like them."""
        sql, values = statement
        places = []
        others = set(map(id, stored))
        for index, value in enumerate(values):
            if isinstance(value, str) and _STEM in value and id(value) not in others:
                for number in range(slots):
                    before, found, after = value.partition(mark(number))
                    if found:
                        places.append((index, before, number, after))
        return cls(sql, values, tuple(places))

    def fill(self, texts: Sequence[str]) -> Statement:
        """The statement with these texts in its slots."""
        values = list(self.values)
        for index, before, number, after in self.places:
            values[index] = f"{before}{texts[number]}{after}"
        return self.sql, tuple(values)


def fill_search(search: Search, texts: Sequence[str]) -> Search:
    """A search that was parsed for marks, with these texts in the slots of its criteria."""
    if not texts:
        return search
    return replace(search, criteria=tuple([_filled(criterion, texts) for criterion in search.criteria]))


def _filled(criterion: Criterion, texts: Sequence[str]) -> Criterion:
    values = tuple([_value(value, texts) for value in criterion.values])
    return criterion if values == criterion.values else replace(criterion, values=values)


def _value(value: Value, texts: Sequence[str]) -> Value:
    if isinstance(value, TokenValue) and value.code is not None:
        return TokenValue(value.system, _text(value.code, texts))
    if isinstance(value, ReferenceValue):
        return ReferenceValue(tuple([_text(target, texts) for target in value.targets]))
    return value


def _text(text: str, texts: Sequence[str]) -> str:
    if _STEM in text:
        for number, filled in enumerate(texts):
            text = text.replace(mark(number), filled)
    return text
