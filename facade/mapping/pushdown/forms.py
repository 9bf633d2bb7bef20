"""How a column writes a day, so that it can be compared in that form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from facade.mapping.pushdown.answers import Every, Span

_DIRECTIVE = re.compile(r"%(.)")
_SORTS = re.compile(r"%Y([^%\w]?)(?:%m\1%d|%j)(?:[^%\w]|T)?(?:%H[^%\w]?(?:%M[^%\w]?(?:%S(?:\.%f)?)?)?)?")
_SPELT = frozenset("Ymd%")
_FEW_DAYS = 3
_FORM = Every("its form does not sort, so that only a day can be asked for")
Write = Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Form:
    """`write` gives a day's first moment in the column's form; None if that does not sort. Then `spell` gives
    all the ways to write a day. `partial`: the column may hold a year or a month alone."""

    write: Write | None
    spell: Callable[[date], frozenset[str]] | None
    partial: bool

    def between(
        self, first: date | None, after: date | None, *, overlaps: bool = False, brief: bool = False
    ) -> Span | frozenset[str] | Every:
        """The test for days from `first` and before `after`.

        A partial date lies in the range if it begins there; if it `overlaps`, its year may begin before.
        `brief`: what is looked for is shorter than a month, so that no partial date can be meant.
        """
        if self.write is None:
            return _FORM if self.partial and overlaps else self._listed(first, after)
        low, later = first, False
        if first is not None and self.partial and not brief:
            # `2013`, `2013-00-00` and `2013-05` come before the first day that they hold
            start = first.replace(month=1, day=1) if overlaps else first
            if start.day == 1 and start > date.min:
                low, later = start - timedelta(days=1), True
        return Span(
            None if low is None else self.write(low), later, None if after is None else self.write(after)
        )

    def _listed(self, first: date | None, after: date | None) -> frozenset[str] | Every:
        if self.spell is None or first is None or after is None or (after - first).days > _FEW_DAYS:
            return _FORM
        found: set[str] = set()
        while first < after:
            found |= self.spell(first)
            first += timedelta(days=1)
        return frozenset(found)


def iso(*, partial: bool) -> Form:
    """A date, a time stamp, or ISO text."""
    return Form(date.isoformat, None, partial)


def form_of(formats: tuple[str, ...]) -> Form | None:
    """The form that is written in one of these formats (as `'%m/%d/%Y'`); None if no day can be looked up."""
    with_day = [one for one in formats if _directives(one) & {"d", "j"}]
    if len(formats) == 1 and with_day and _SORTS.fullmatch(formats[0]):
        return Form(_writer(formats[0]), None, False)
    if not with_day or not all(_can_spell(one) for one in with_day):
        return None
    spellers = [_speller(one) for one in with_day]
    return Form(None, lambda day: frozenset().union(*(spell(day) for spell in spellers)), len(formats) > 1)


def _can_spell(format: str) -> bool:
    given = _directives(format)
    return "Y" in given and given <= _SPELT and not re.search(r"\s", format)


def _directives(format: str) -> frozenset[str]:
    return frozenset(_DIRECTIVE.findall(format))


def _writer(format: str) -> Write:
    """Not by strftime, which writes the year 800 as `800` on some systems."""

    def write(day: date) -> str:
        known = {"Y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}",
                 "j": f"{day.timetuple().tm_yday:03d}", "f": "000000"}  # fmt: skip
        return _DIRECTIVE.sub(lambda found: known.get(found[1], "00"), format)

    return write


def _speller(format: str) -> Callable[[date], frozenset[str]]:
    """With a zero, a blank or nothing before a single digit: all of them are read."""
    pieces = re.split(r"(%.)", format)

    def spell(day: date) -> frozenset[str]:
        found = [""]
        for piece in pieces:
            ways = {"%Y": (f"{day.year:04d}",), "%m": _ways(day.month), "%d": _ways(day.day), "%%": ("%",)}
            found = [start + way for start in found for way in ways.get(piece, (piece,))]
        return frozenset(text.strip() for text in found)

    return spell


def _ways(number: int) -> tuple[str, ...]:
    return (str(number),) if number > 9 else (f"0{number}", str(number), f" {number}")
