"""Points in time as days of the site: which days a column can hold for what is asked.

A column is compared by the day: `>= day` and `< the day after` serve a date, a time stamp and ISO text alike.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = date(1, 1, 2).toordinal(), date(9999, 12, 30).toordinal()
_REMEMBERED = 8192


@lru_cache(_REMEMBERED)
def first_day(moment: int, zone: tzinfo, other: tzinfo) -> date | None:
    """The first day whose local times reach a moment (microseconds since 1970 UTC) or go past it.

    A time of the day counts in `zone`, the whole day in `other`. None before the year 1.
    """
    day = _near(moment)
    if day < _FIRST:
        return None
    while day <= _LAST and _end(day, zone, other) < moment:
        day += 1
    return date.fromordinal(day)


@lru_cache(_REMEMBERED)
def day_after(moment: int, zone: tzinfo, other: tzinfo) -> date | None:
    """The first day that begins at a moment or after it; None past the year 9999."""
    day = _near(moment)
    if day >= _LAST - 3:
        return None
    while day <= _LAST and _begin(max(day, 1), zone, other) < moment:
        day += 1
    return date.fromordinal(max(day, 1))


def _near(moment: int) -> int:
    """A day that surely lies before; two days of zones at most."""
    return _EPOCH.toordinal() + moment // 86_400_000_000 - 2


def _begin(day: int, zone: tzinfo, other: tzinfo) -> int:
    """The earliest moment that a text of this day stands for."""
    start = datetime.combine(date.fromordinal(day), time.min)
    return min(_moment(start, zone), _moment(start, other, exact=True))


def _end(day: int, zone: tzinfo, other: tzinfo) -> int:
    """The latest one. A time that clocks skip counts with the offset before the change, so it may lie in
    the day after."""
    last = datetime.combine(date.fromordinal(day), time.max)
    following = datetime.combine(date.fromordinal(day + 1), time.min)
    return max(_moment(last, zone), _moment(following, other, exact=True) - 1)


def _moment(local: datetime, zone: tzinfo, *, exact: bool = False) -> int:
    """As the filters write a local time: its offset is rounded to minutes, unless `exact`."""
    at = (local - _EPOCH) // _MICROSECOND
    if zone is UTC:
        return at
    offset = zone.utcoffset(local) or timedelta()
    if exact:
        return at - offset // _MICROSECOND
    seconds = int(offset.total_seconds())
    minutes = (abs(seconds) + 30) // 60
    return at - (-minutes if seconds < 0 else minutes) * 60_000_000
