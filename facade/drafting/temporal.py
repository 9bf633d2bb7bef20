"""Dates and times as a column holds them, to the expression that reads them."""

from __future__ import annotations

import re

from facade.drafting.evidence import day_first
from facade.drafting.views import Col

_GUARD = r"^[0-9]{4}-?[0-9]{1,2}-?[0-9]{1,2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?|[0-9]{4,6})?$"
_DAY = "(?:0?[1-9]|[12][0-9]|3[01])"


def is_iso(col: Col) -> bool:
    """Whether a text column holds ISO dates (with times or without) and nothing else: such text sorts."""
    seen = col.evidence
    return col.kind == "text" and seen.filled > 0 and seen.part("iso_date", "iso_datetime") == 1


def date(path: str, col: Col, todo: list[str]) -> str:
    """The expression for a date or a dateTime: `@filter` is left open."""
    seen = col.evidence
    if col.kind in ("date", "timestamp"):
        return f"{path} | @filter"
    if not seen.filled:
        return f"{path} | capture('{_GUARD}') | @filter"
    iso = seen.part("iso_date", "iso_datetime", "compact_date", "compact_datetime")
    slashed = seen.part("slash_date", "slash_datetime", "short_date")
    if not slashed:
        return f"{path} | @filter" if iso == 1 else f"{path} | capture('{_GUARD}') | @filter"
    other = _slashed(path, col, todo)
    return f"({path} | capture('{_GUARD}') | @filter) ?? ({other})" if iso else other


def _slashed(path: str, col: Col, todo: list[str]) -> str:
    """Dates with the year last; what has another form is left out, and never stops the resource."""
    seen = col.evidence
    marks = "".join(one for one in "/.-" if any(_split_by(text, one) for text in seen.counts))
    first = day_first(seen)
    if first is None:
        first = marks != "/"
        taken = "day" if first else "month"
        todo.append(f"`{col.name}`: do the dates begin with the day or with the month? The {taken} is taken")
    short = seen.part("short_date") > seen.part("slash_date", "slash_datetime")
    if short:
        todo.append(f"`{col.name}`: years of two digits; check the century")
    year, digits = ("%y", "{2}") if short else ("%Y", "{4}")
    ways = []
    for mark in marks or "/":
        forms = [mark.join(("%d", "%m", year)), mark.join(("%m", "%d", year))]
        form = "', '".join(forms if first else forms[::-1])
        apart = re.escape(mark)
        shape = f"({_DAY}{apart}{_DAY}{apart}[0-9]{digits})($| )"
        ways.append(f"{path} | capture('^{shape}') | @filter('{form}')")
    return ways[0] if len(ways) == 1 else " ?? ".join(f"({one})" for one in ways)


def _split_by(text: str, mark: str) -> bool:
    parts = text.split(mark)
    return len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit()


def written(template: str, name: str) -> str:
    """The open filter filled in."""
    return template.replace("@filter", name)


def has_time(col: Col) -> bool:
    """Whether the values say a time of day too."""
    if col.kind == "timestamp":
        return True
    seen = col.evidence
    return seen.part("iso_datetime", "compact_datetime") > 0.9 and col.kind in ("text", "integer")
