"""Dates of a mapping, read backwards: the days of a column in which what is asked for can lie.

https://hl7.org/fhir/R4/search.html#prefix
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal as Word

from facade.mapping.pushdown.answers import Answer, Every, Span
from facade.mapping.pushdown.days import day_after, first_day
from facade.mapping.pushdown.forms import Form
from facade.mapping.pushdown.sight import ITEM, Read, Unknown
from facade.mapping.syntax import Fallback, Filter, Items, Join, Literal, Path

MOMENTS = frozenset({"date", "dateTime", "instant"})
_MIDNIGHT = re.compile(r"[T ]00:00(:00)?")
_BRIEF = 27 * 86_400_000_000
_NE = Every("the prefix `ne` leaves hardly anything out")
_OPEN = Every("a period without an end reaches into every later time")
_TURNED = Every("a period may end before it starts, and is then read the other way round")
_UNBOUNDED = Every("no column bounds it on this side")


@dataclass(frozen=True, slots=True)
class Dates:
    """A date parameter of one mapping.

    `exact`: the column holds the date itself; `start`: the start of a Period, which may have an `end`;
    `within`: all that a row makes lies on the days from one column to another, either of which may be None.
    """

    kind: Word["exact", "start", "within"]
    columns: tuple[str, ...]
    first: str | None
    last: str | None
    form: Form
    zone: tzinfo
    has_end: bool = False

    def rows(self, prefix: str, low: int, high: int, other: tzinfo) -> Answer:
        """Rows that can match; the value is half-open in microseconds since 1970 UTC. `other` is the zone in
        which dates without a time were indexed."""
        if prefix == "ne":
            return _NE
        begin: date | None = None
        end: date | None = None
        if prefix in ("eq", "ge", "ap"):
            begin = first_day(low, self.zone, other)
        elif prefix in ("gt", "sa"):
            begin = first_day(high, self.zone, other)
        if prefix in ("eq", "le", "ap"):
            end = day_after(high, self.zone, other)
        elif prefix in ("lt", "eb"):
            end = day_after(low, self.zone, other)
        if self.kind == "within":
            return self._within(begin, end)
        overlaps = prefix in ("gt", "ge", "ap")
        if self.kind == "start":
            if overlaps:
                begin = None
                if end is None:
                    return _OPEN
            if self.has_end and prefix not in ("eq", "sa"):
                return _TURNED
        test = self.form.between(begin, end, overlaps=overlaps, brief=prefix == "eq" and high - low < _BRIEF)
        if isinstance(test, Every):
            return test
        return _UNBOUNDED if test == Span() else {self.columns[0]: test}

    def _within(self, begin: date | None, end: date | None) -> Answer:
        assert self.form.write is not None
        tests: dict[str, frozenset[str] | Span] = {}
        if self.first is not None and end is not None:
            tests[self.first] = Span(high=self.form.write(end))
        if self.last is not None and begin is not None:
            low = self.form.write(begin)
            same = self.last == self.first and end is not None
            tests[self.last] = Span(low, high=self.form.write(end) if same and end else None)
        return tests or _UNBOUNDED


@dataclass(frozen=True, slots=True)
class Lead:
    """The column in which a date begins, the formats in which it is read, and whether it may be a year or a
    month alone."""

    column: str
    formats: tuple[str, ...]
    partial: bool


def lead_of(read: Read) -> Lead | None:
    """What a date's expression begins with; None if that cannot be told."""
    match read:
        case Path(column, ()):
            return Lead(column, (), True)
        case Join(parts) if parts and (inner := lead_of(parts[0])):
            return Lead(inner.column, (), True)
        case Filter(operand, "date" | "datetime" | "instant" as name, arguments) if inner := lead_of(operand):
            formats = tuple(a.text for a in arguments if isinstance(a, Literal))
            joined = isinstance(operand, Join)  # the formats are those of all its parts together
            return Lead(inner.column, () if joined else formats, inner.partial and name != "instant")
        case Filter(operand, "unless", _):
            return lead_of(operand)
        case Filter(operand, "replace", (Literal(old),)) if _MIDNIGHT.fullmatch(old):
            return lead_of(operand)
        case Fallback(parts) | Items(parts):
            return _common([lead_of(part) for part in parts])
        case _:
            return None


def _common(leads: Iterable[Lead | None]) -> Lead | None:
    known = list(leads)
    first = known[0] if known else None
    if first is None:
        return None
    for lead in known[1:]:
        if lead is None or (lead.column, lead.formats) != (first.column, first.formats):
            return None
    return Lead(first.column, first.formats, any(lead.partial for lead in known if lead))


def differs_by_item(read: object) -> bool:
    """Whether it differs between the resources that `for` makes of one record."""
    match read:
        case Unknown():
            return read is ITEM
        case Filter(operand, _, arguments):
            return differs_by_item(operand) or any(map(differs_by_item, arguments))
        case Join(parts) | Fallback(parts) | Items(parts):
            return any(differs_by_item(part) for part in parts)
        case _:
            return False


def same_lead(leads: Iterable[Lead | None]) -> Lead | None:
    """What all of them begin with."""
    return _common(leads)
