"""The days on which an OpenEMR calendar event takes place, from its PHP-serialised recurrence.

The arithmetic is OpenEMR 5.0.1's own, so that a client sees the days that the clinic's calendar shows: a
month is added as PHP's mktime adds it (31 January and a month is 2 or 3 March), a fifth weekday is the last.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any

import phpserialize

SIMPLE, ON_WEEKDAY, ON_DAYS = "1", "2", "3"
DAY, WEEK, MONTH, YEAR, WORK_DAY, DAYS_OF_WEEK = "0", "1", "2", "3", "4", "6"
MOST = 5000
SATURDAY = 5


def occurrences(event: Mapping[str, Any]) -> list[dict[str, str]]:
    """The days of a row of the stream `event`: `day` in ISO form, and `key`, the event's own if it is single,
    else with a `suffix` for the day.

    A repeating event goes on to pc_endDate or the horizon; without an end it takes place once, as on the
    clinic's own calendar. Raises ValueError for a recurrence that cannot be read.
    """
    key = str(event.get("pc_eid") or "")
    first, last = _date(event.get("pc_eventDate")), _date(event.get("pc_endDate"))
    if first is None or not key:
        return []
    if str(event.get("pc_recurrtype") or "0") == "0" or last is None:
        return [{"key": key, "day": first.isoformat()}]
    horizon = _date(event.get("horizon"))
    spec = _spec(event.get("pc_recurrspec"))
    excluded = {part.strip() for part in spec.get("exdate", "").split(",")}
    found: list[dict[str, str]] = []
    for day in _days(str(event["pc_recurrtype"]), spec, first):
        if day > last or (horizon and day > horizon):
            break
        short = f"{day:%Y%m%d}"
        if short not in excluded:
            found.append({"key": f"{key}-{short}", "suffix": f"-{short}", "day": day.isoformat()})
        if len(found) > MOST:
            raise ValueError("an event repeats too often")
    return found


def _days(kind: str, spec: Mapping[str, str], first: date) -> Iterator[date]:
    if kind == ON_WEEKDAY:
        number, frequency = _count(spec, "event_repeat_on_num"), _count(spec, "event_repeat_on_freq")
        return _weekdays_of_months(first, number, int(spec["event_repeat_on_day"]), frequency)
    unit = spec.get("event_repeat_freq_type", DAY)
    if unit == DAYS_OF_WEEK or kind == ON_DAYS:
        wanted = {int(part) for part in spec["event_repeat_freq"].split(",") if part.strip()}
        return _days_of_week(first, wanted)
    return _every(first, unit, _count(spec, "event_repeat_freq"))


def _every(first: date, unit: str, frequency: int) -> Iterator[date]:
    day = first
    while True:
        yield day
        if unit == DAY:
            day += timedelta(days=frequency)
        elif unit == WEEK:
            day += timedelta(weeks=frequency)
        elif unit == MONTH:
            day = _overflowing(day.year, day.month + frequency, day.day)
        elif unit == YEAR:
            day = _overflowing(day.year + frequency, day.month, day.day)
        elif unit == WORK_DAY:
            day = _work_days_later(day, frequency)
        else:
            raise ValueError("an unknown unit of recurrence")


def _work_days_later(day: date, frequency: int) -> date:
    while frequency:
        day += timedelta(days=1)
        frequency -= day.weekday() < SATURDAY
    return day


def _days_of_week(first: date, wanted: set[int]) -> Iterator[date]:
    """`wanted` counts from Sunday = 1. The first day counts whatever weekday it is, as on the calendar."""
    if not wanted or not wanted <= set(range(1, 8)):
        raise ValueError("a weekday that is none")
    yield first
    for later in count(1):
        day = first + timedelta(days=later)
        if day.isoweekday() % 7 + 1 in wanted:
            yield day


def _weekdays_of_months(first: date, number: int, weekday: int, frequency: int) -> Iterator[date]:
    """The nth weekday (0 = Sunday) of every so many months; where a month has no fifth, its fourth."""
    for step in count(0, frequency):
        month = _overflowing(first.year, first.month + step, 1)
        ahead = (weekday - month.isoweekday()) % 7
        day = 1 + ahead + 7 * (number - 1)
        while day > monthrange(month.year, month.month)[1]:
            day -= 7
        if month.replace(day=day) >= first:
            yield month.replace(day=day)


def _overflowing(year: int, month: int, day: int) -> date:
    """As PHP's mktime: months past December and days past the month's end run on."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1) + timedelta(days=day - 1)


def _count(spec: Mapping[str, str], name: str) -> int:
    number = int(spec.get(name) or 1)
    if number < 1:
        raise ValueError("a recurrence that does not move on")
    return number


def _spec(text: Any) -> dict[str, str]:
    try:
        tree = phpserialize.loads(str(text or "").encode(), decode_strings=True)
    except (ValueError, TypeError, IndexError) as error:
        raise ValueError("a recurrence that is not PHP-serialised") from error
    if not isinstance(tree, dict):
        raise ValueError("a recurrence that is not an array")
    return {str(name): str(value) for name, value in tree.items() if value is not None}


def _date(value: Any) -> date | None:
    text = str(value or "")[:10]
    return None if not text or text.startswith("0000") else date.fromisoformat(text)
