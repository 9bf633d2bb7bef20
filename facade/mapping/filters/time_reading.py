"""Legacy dates and times, read into parts that keep their precision.

https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from facade.mapping.errors import ArgumentError

_ISO = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})"
    r"(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"\s*([zZ]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?"
)
_COMPACT = re.compile(
    r"([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})(?:T?([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.([0-9]+))?)?)?)?)?)?"
    r"([zZ]|[+-][0-9]{4})?"
)
_DIRECTIVE = re.compile(r"%(.)")
_KNOWN = frozenset("YymdbBHIMSpfzjeaA%")


class Parts(NamedTuple):
    """A point in time as far as it is known: month and day are 0, hour is -1 where it is not."""

    year: int
    month: int = 0
    day: int = 0
    hour: int = -1
    minute: int = 0
    second: int = 0
    fraction: str = ""
    offset: str = ""

    def date(self) -> str:
        """`2013`, `2013-05` or `2013-05-02`."""
        if not self.month:
            return f"{self.year:04d}"
        if not self.day:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def time(self) -> str:
        """`09:30:00`, with the fraction that it came with."""
        fraction = f".{self.fraction}" if self.fraction else ""
        return f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction}"


class Nothing(Exception):
    """A legacy system's way to write no date: zeros, or year 1."""


class Unreadable(Exception):
    """Not a date in any of the expected forms."""


def read(text: str, formats: tuple[str, ...]) -> Parts:
    """The parts of a text, by the given formats or by the usual forms; raises Nothing or Unreadable."""
    if formats:
        if not text.strip("0-/.: T"):
            raise Nothing
        for format in formats:
            parts = _by_format(text, format)
            if parts is not None:
                return _checked(parts)
        raise Unreadable
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        raise Unreadable
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    return _checked(
        Parts(
            int(year),
            int(month or 0),
            int(day or 0),
            int(hour) if hour else -1,
            int(minute or 0),
            int(second or 0),
            fraction or "",
            _offset(offset),
        )
    )


def _offset(text: str | None) -> str:
    if not text:
        return ""
    if text in "zZ":
        return "Z"
    digits = text[1:].replace(":", "")
    if int(digits[:2]) > 14 or int(digits[2:] or 0) > 59:
        raise Unreadable
    return f"{text[0]}{digits[:2]}:{digits[2:] or '00'}"


def _checked(parts: Parts) -> Parts:
    if parts.year <= 1:
        raise Nothing  # 0000-00-00 of MySQL, 0001-01-01 of .NET and Java
    try:
        day = datetime(parts.year, parts.month or 1, parts.day or 1)
    except ValueError:
        raise Unreadable from None
    if not parts.month and parts.day:
        raise Unreadable
    if parts.hour == 24 and not (parts.minute or parts.second or parts.fraction.strip("0")):
        after = day + timedelta(days=1)  # HL7 v2 may end a day at 24:00
        parts = parts._replace(year=after.year, month=after.month, day=after.day, hour=0)
    if parts.hour > 23 or parts.minute > 59 or parts.second > 59:
        raise Unreadable
    return parts


def check_format(format: str) -> None:
    """Raises ArgumentError if a format holds no year or a directive that is not known."""
    directives = set(_DIRECTIVE.findall(format))
    if unknown := sorted(directives - _KNOWN):
        raise ArgumentError(f"unknown directive `%{unknown[0]}` in the format")
    if not directives:
        raise ArgumentError("a format is written with directives, as '%m/%d/%Y'")


def _by_format(text: str, format: str) -> Parts | None:
    try:
        found = datetime.strptime(text, format)
    except ValueError:
        return None
    given = set(_DIRECTIVE.findall(format))
    has_time = bool(given & {"H", "I"})
    by_day_of_year = "j" in given
    fraction = f"{found.microsecond:06d}".rstrip("0") if "f" in given else ""
    return Parts(
        found.year,
        found.month if given & {"m", "b", "B"} or by_day_of_year else 0,
        found.day if "d" in given or by_day_of_year else 0,
        found.hour if has_time else -1,
        found.minute,
        found.second,
        fraction,
        _offset(found.strftime("%z")) if "z" in given else "",
    )


@lru_cache(maxsize=1024)
def offset_text(delta: timedelta | None) -> str:
    """An offset as `-05:00`; seconds, which zones had before standard time and FHIR cannot write, are
    rounded."""
    seconds = int(delta.total_seconds()) if delta else 0
    minutes = (abs(seconds) + 30) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def offset_at(local: datetime, zone: tzinfo) -> str:
    """The zone's offset at a local time as `-05:00`. A time that comes twice (clocks go back) is the first;
    one that never comes (clocks go forward) gets the offset before the change, and so names the right
    instant."""
    return offset_text(zone.utcoffset(local.replace(fold=0)))


def fixed(offset: str) -> timezone:
    """The fixed zone of an offset as written."""
    if offset == "Z":
        return UTC
    delta = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return timezone(-delta if offset[0] == "-" else delta)
