"""Dates and times, in the site's time zone, with the precision they came with.

https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as date_type
from decimal import Decimal
from functools import lru_cache
from typing import Any

from facade.mapping.errors import ArgumentError, MappingFailure, suggest
from facade.mapping.filters import time_reading
from facade.mapping.filters.registry import Environment, filter_
from facade.mapping.filters.time_reading import Nothing, Parts, Unreadable
from facade.mapping.values import as_number

Text = Callable[[str], str | None]
_REMEMBERED = 4096
_LATEST = 9999


def _reader(formats: tuple[str, ...], what: str, make: Callable[[Parts], str | None]) -> Text:
    for format in formats:
        time_reading.check_format(format)

    @lru_cache(maxsize=_REMEMBERED)
    def run(text: str) -> str | None:
        try:
            return make(time_reading.read(text, formats))
        except Nothing:
            return None
        except Unreadable:
            raise MappingFailure(f"cannot read the value as a {what}") from None

    return run


def _plain_date(slow: Text) -> Text:
    """The usual `2013-05-02` without a regular expression."""
    check = date_type.fromisoformat

    def run(text: str) -> str | None:
        if len(text) == 10 and text[4] == "-" == text[7] and text > "0002":
            try:
                check(text)
            except ValueError:
                return slow(text)
            return text
        return slow(text)

    return run


def _plain_moment(slow: Text, zone: tzinfo) -> Text:
    """The usual `2013-05-02T09:30:00` (or with a blank) without a regular expression."""
    parse, offset_of, written = datetime.fromisoformat, zone.utcoffset, time_reading.offset_text

    def run(text: str) -> str | None:
        if len(text) == 19 and text[4] == "-" == text[7] and text[13] == ":" == text[16] and text > "0002":
            try:
                return f"{text[:10]}T{text[11:]}{written(offset_of(parse(text)))}"
            except ValueError:
                return slow(text)
        return slow(text)

    return run


@filter_()
def date(*formats: str) -> Text:
    """A date, as precise as it came: `2013`, `2013-05`, `2013-05-02`. Without formats it reads ISO 8601 (also
    with a time, which is left out), `2013-5-2`, and `20130502`; else the formats (as `'%m/%d/%Y'`) in turn.
    Zeros and the year 1 are empty; a zero day or month is not known.

    `$'5/2/2013' | date('%m/%d/%Y')` gives `2013-05-02`; `$'2013-05-00' | date` gives `2013-05`
    """
    read = _reader(formats, "date", Parts.date)
    return read if formats else _plain_date(read)


@filter_(name="datetime")
def datetime_(environment: Environment, *formats: str) -> Text:
    """A dateTime, as precise as it came; a time without an offset is the site's (`site.timezone`). It reads
    what `date` reads, and times after a blank or `T`, and HL7 v2's `20130502093000.123-0500`. A time that
    comes twice when clocks go back is the first; one that clocks skip gets the offset before the change.

    `$'2013-05-02 09:30' | datetime` gives `2013-05-02T09:30:00-04:00`; `$'2013-05' | datetime` gives
    `2013-05`
    """
    zone = environment.site_zone()
    read = _reader(formats, "date and time", _zoned(zone))
    return read if formats else _plain_moment(read, zone)


@filter_()
def instant(environment: Environment, *formats: str) -> Text:
    """As `datetime`, but a value without a time fails.

    `$'2013-12-02 09:30:00.5' | instant` gives `2013-12-02T09:30:00.5-05:00`
    """
    zone = environment.site_zone()
    zoned = _zoned(zone)

    def make(parts: Parts) -> str | None:
        if parts.hour < 0:
            raise Unreadable
        return zoned(parts)

    read = _reader(formats, "date and time", make)
    return read if formats else _plain_moment(read, zone)


@filter_()
def time(*formats: str) -> Text:
    """A time of day, of a time or of a date with a time; `9:30`, `093000`, or by formats (as `'%I:%M %p'`).

    `$'9:30' | time` gives `09:30:00`; `$'2013-05-02 17:00:00' | time` gives `17:00:00`
    """
    plain = formats or ("",)
    if formats:
        for format in formats:
            time_reading.check_format(format)

    @lru_cache(maxsize=_REMEMBERED)
    def run(text: str) -> str | None:
        for format in plain:
            try:
                if format:
                    parts = time_reading.read(f"2000-01-01 {text}", (f"%Y-%m-%d {format}",))
                elif ":" in text or len(text) in (4, 6):
                    alone = (
                        text if ":" in text else ":".join(text[at : at + 2] for at in range(0, len(text), 2))
                    )
                    try:
                        parts = time_reading.read(f"2000-01-01T{alone}", ())
                    except Unreadable:
                        parts = time_reading.read(text, ())
                else:
                    parts = time_reading.read(text, ())
            except (Nothing, Unreadable):
                continue
            if parts.hour >= 0:
                return parts.time()
        raise MappingFailure("cannot read the value as a time")

    return run


def _zoned(zone: tzinfo) -> Callable[[Parts], str]:
    def make(parts: Parts) -> str:
        if parts.hour < 0:
            return parts.date()
        offset = parts.offset
        if not offset:
            local = datetime(parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second)
            offset = time_reading.offset_at(local, zone)
        return f"{parts.date()}T{parts.time()}{offset}"

    return make


@filter_(takes="value")
def epoch(environment: Environment, unit: str = "seconds") -> Callable[[Any], str]:
    """The dateTime of a count of `seconds` or `milliseconds` since 1970, in the site's time zone.

    `$'1367501400' | epoch` gives `2013-05-02T09:30:00-04:00`
    """
    zone = environment.site_zone()
    if unit not in ("seconds", "milliseconds"):
        raise ArgumentError(f"`unit` is seconds or milliseconds, not `{unit}`")
    scale = 1 if unit == "seconds" else 1000

    def run(value: Any) -> str:
        count = as_number(value)
        try:
            if count is None:
                raise OverflowError
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
                microseconds=int(Decimal(count) * 1000000 / scale)
            )
        except (OverflowError, ArithmeticError):
            raise MappingFailure("cannot read the value as a count of time") from None
        return _written(moment.astimezone(zone), "." in str(count))

    return run


_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")


@filter_()
def plus(environment: Environment, amount: Any, unit: str) -> Text:
    """A date or dateTime (as `date` and `datetime` give it) that much later, or earlier if negative; `unit`
    is seconds, minutes, hours, days, weeks, months or years. Seconds to hours pass on the clock, days to
    years in the calendar (a day that a month lacks becomes its last). Empty if the amount is empty.

    `$'2013-05-02T09:30:00-04:00' | plus(900, seconds)` gives `2013-05-02T09:45:00-04:00`;
    `$'2013-01-31' | plus(1, months)` gives `2013-02-28`
    """
    if unit not in _UNITS:
        raise ArgumentError(f"`unit` is one of {', '.join(_UNITS)}, not `{unit}`{suggest(unit, _UNITS)}")
    if amount is None:
        return lambda text: None
    count = as_number(amount)
    if count is None:
        raise ArgumentError("`amount` is a number")
    zone = environment.zone or UTC

    @lru_cache(maxsize=4096)
    def run(text: str) -> str:
        try:
            return _later(time_reading.read(text, ()), Decimal(count), unit, zone)
        except (Nothing, Unreadable, ValueError, OverflowError, ArithmeticError):
            raise MappingFailure("cannot compute with the value as a date") from None

    return run


def _later(parts: Parts, count: Decimal, unit: str, zone: tzinfo) -> str:
    by_clock = unit in ("seconds", "minutes", "hours")
    if (by_clock and parts.hour < 0) or not parts.day:
        raise Unreadable
    local = datetime(parts.year, parts.month, parts.day, max(parts.hour, 0), parts.minute, parts.second)
    local += timedelta(microseconds=int((parts.fraction + "000000")[:6]))
    if by_clock:
        seconds = count * {"seconds": 1, "minutes": 60, "hours": 3600}[unit]
        delta = timedelta(microseconds=int(seconds * 1000000))
        if not parts.offset:
            return _written(local + delta, bool(parts.fraction))
        own = time_reading.fixed(parts.offset)
        ours = time_reading.offset_at(local, zone) == parts.offset
        moment = local.replace(tzinfo=own).astimezone(UTC) + delta
        return _written(
            moment.astimezone(zone if ours and parts.offset != "Z" else own), bool(parts.fraction)
        )
    moved = _calendar(local, count, unit)
    if parts.hour < 0:
        return moved.date().isoformat()
    text = _written(moved, bool(parts.fraction))
    if not parts.offset:
        return text
    ours = parts.offset != "Z" and time_reading.offset_at(local, zone) == parts.offset
    return text + (time_reading.offset_at(moved, zone) if ours else parts.offset)


def _calendar(local: datetime, count: Decimal, unit: str) -> datetime:
    if count != int(count):
        raise Unreadable
    number = int(count)
    if unit in ("days", "weeks"):
        return local + timedelta(days=number * (7 if unit == "weeks" else 1))
    months = local.year * 12 + local.month - 1 + number * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= _LATEST:
        raise Unreadable
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


def _written(moment: datetime, fraction: bool) -> str:
    text = moment.replace(tzinfo=None, microsecond=0).isoformat()
    if fraction and moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    delta = moment.utcoffset()
    return text if delta is None else text + time_reading.offset_text(delta)
