"""Dates and times as a column holds them, to the expression that reads them."""

from __future__ import annotations

from facade.drafting.evidence import day_first
from facade.drafting.views import Col

_GUARD = r"^[0-9]{4}-?[0-9]{1,2}-?[0-9]{1,2}([T ][0-9:.]+(Z|[+-][0-9:]+)?|[0-9]{4,6})?$"


def date(path: str, col: Col, todo: list[str]) -> str:
    """The expression for a date or a dateTime: `@filter` is left open."""
    seen = col.evidence
    if col.kind in ("date", "timestamp"):
        return f"{path} | @filter"
    if not seen.filled:
        return f"{path} | capture('{_GUARD}') | @filter"
    if seen.part("slash_date", "slash_datetime", "short_date") > 0.5:
        return _slashed(path, col, todo)
    iso = seen.part("iso_date", "iso_datetime", "compact_date", "compact_datetime")
    if iso == 1:
        return f"{path} | @filter"
    return f"{path} | capture('{_GUARD}') | @filter"


def _slashed(path: str, col: Col, todo: list[str]) -> str:
    seen = col.evidence
    text = next(iter(sorted(seen.counts)))
    mark = next((one for one in "/.-" if one in text), "/")
    first = day_first(seen)
    if first is None:
        first = mark != "/"
        todo.append(
            f"`{col.name}`: do the dates begin with the day or with the month? Taken: {'day' if first else 'month'}"
        )
    year = "%y" if seen.part("short_date") > 0.5 else "%Y"
    if year == "%y":
        todo.append(f"`{col.name}`: years of two digits; check the century")
    form = mark.join(("%d", "%m", year) if first else ("%m", "%d", year))
    digits = "{2}" if year == "%y" else "{4}"
    parts = f"[0-9]{{1,2}}[{mark}][0-9]{{1,2}}[{mark}][0-9]{digits}"
    guard = f" | capture('^({parts})')" if seen.part("slash_date", "short_date") < 1 else ""
    return f"{path}{guard} | @filter('{form}')"


def written(template: str, name: str) -> str:
    """The open filter filled in."""
    return template.replace("@filter", name)


def has_time(col: Col) -> bool:
    """Whether the values say a time of day too."""
    if col.kind == "timestamp":
        return True
    seen = col.evidence
    return seen.part("iso_datetime", "compact_datetime") > 0.9 and col.kind in ("text", "integer")
