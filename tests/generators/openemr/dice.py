"""Fast seeded chance, and the local days and times that OpenEMR writes as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

ZERO_DAY = "0000-00-00"
ZERO_TIME = "0000-00-00 00:00:00"
MIDNIGHT = " 00:00:00"


class Dice:
    """A Random that is seeded anew for every patient: each patient is a function of seed and number."""

    __slots__ = ("_rng", "random")

    def __init__(self) -> None:
        self._rng = Random()
        self.random = self._rng.random

    def seed(self, seed: int, number: int) -> None:
        self._rng.seed(seed << 40 | number)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random() * len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """`count` different ones, or all."""
        return self._rng.sample(choices, min(count, len(choices)))

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def between(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def near(self, middle: float, spread: float) -> float:
        """Bell-shaped, never further than three times `spread` away."""
        random = self.random
        return middle + spread * 2 * (random() + random() + random() - 1.5)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.between(0, max(0, (last - first).days)))


def at(day: date, minute: int, second: int = 0) -> str:
    """`2024-03-05 14:30:00` of a day and its minute."""
    return f"{day.isoformat()} {minute // 60:02}:{minute % 60:02}:{second:02}"


def clock(minute: int) -> str:
    """`14:30:00`."""
    return f"{minute // 60:02}:{minute % 60:02}:00"


def gap(year: int) -> str:
    """A local time that clocks in the United States skipped that year."""
    march = date(year, 3, 8)
    return f"{march + timedelta(days=6 - march.weekday())} 02:30:00"


def fold(year: int) -> str:
    """A local time that they showed twice."""
    november = date(year, 11, 1)
    return f"{november + timedelta(days=6 - november.weekday())} 01:30:00"


def weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 28 February for a leap day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
