"""The shapes in which the old program kept its values: dates as numbers, padded text, telephones as typed."""

from __future__ import annotations

from datetime import date, datetime, time
from random import Random

FOREVER = 99999999
NO_TIME = "    "


def ymd(day: date | None) -> int:
    """`20240131`; 0 for none."""
    return day.year * 10000 + day.month * 100 + day.day if day else 0


def us(day: date | None) -> str:
    """`01/31/2024`; empty for none."""
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}" if day else ""


def iso(day: date | None) -> str:
    """`2024-01-31`; the report writer's null for none."""
    return day.isoformat() if day else "0001-01-01"


def hhmm(at: time | datetime) -> str:
    """`0930`, local, without zone."""
    return f"{at.hour:02d}{at.minute:02d}"


def stamp(at: datetime) -> str:
    """`20240131093000`."""
    return f"{ymd(at)}{hhmm(at)}{at.second:02d}"


def changed(at: datetime) -> str:
    """`2024-01-31 09:30:00`, the way of the tables that the 2003 upgrade added."""
    return at.isoformat(" ", "seconds")


def pad(text: str, width: int) -> str:
    """As in a CHAR column, on the right."""
    return text.ljust(width)


def decimal(value: float | None, width: int = 8) -> str:
    """`  182.50`: two decimals, padded on the left; `0.00` is "not measured"."""
    return f"{value or 0:.2f}".rjust(width)


def latin1(text: str) -> bytes:
    """The bytes that the old program wrote."""
    return text.encode("latin-1")


def npi(number: int) -> str:
    """An NPI with a right check digit that no person can have: real ones begin with 1.

    https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand
    """
    digits = f"2{number:08d}"
    total = 24  # of the constant prefix 80840
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def phone(rng: Random) -> str:
    """A number of the range kept for fiction (555-01xx), as one of six clerks typed it."""
    last = f"01{rng.randrange(100):02d}"
    shape = rng.randrange(20)
    if shape < 8:
        return f"(413) 555-{last}"
    if shape < 12:
        return f"413-555-{last}"
    if shape < 15:
        return f"413555{last}"
    if shape < 17:
        return f"555-{last}"
    if shape == 17:
        return f"413.555.{last} x{rng.randrange(1, 60)}"
    if shape == 18:
        return f"413-555-{last} CALL AFTER 5"
    return rng.choice(("NONE", "000-000-0000", "UNLISTED", "(   )    -    "))
