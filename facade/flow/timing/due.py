"""When a stream is to be read, and when the whole of it; no I/O, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from hashlib import blake2b

from facade.settings import OfDay

BELIEVED_AHEAD = timedelta(minutes=5)
"""A time of ours that lies further in the future was written before our clock was set back."""

SPREAD = 30.0
"""Seconds over which streams that are due at the same moment begin."""

PAUSE = 900.0
"""Seconds that a stream which fails again and again is left alone at most (or its interval, if longer)."""

FULL_PAUSE = 3600.0
"""The same for reads of the whole, which cost more."""


@dataclass(frozen=True)
class Times:
    """How often a stream is read (seconds), and how often or at what time of day (in `zone`) all of it."""

    every: float
    full_every: float | None = 86_400.0
    full_at: OfDay | None = None
    zone: tzinfo = UTC

    def full_is_due(self, last: datetime | None, now: datetime) -> bool:
        """Whether the whole is to be read, the last such read having begun at `last`."""
        if last is None or last > now + BELIEVED_AHEAD:
            return True
        if self.full_every is not None and (now - last).total_seconds() >= self.full_every:
            return True
        return self.full_at is not None and last < latest(self.full_at, now, self.zone)

    def next_full(self, last: datetime | None, now: datetime) -> datetime | None:
        """When the whole is read next; None for never."""
        if self.full_is_due(last, now):
            return now
        found = []
        if self.full_every is not None and last is not None:
            found.append(last + timedelta(seconds=self.full_every))
        if self.full_at is not None:
            found.append(coming(self.full_at, now, self.zone))
        return min(found, default=None)

    def pause(self, failures: int) -> float:
        """Seconds from the beginning of a read to the next, after so many failures in a row."""
        if failures < 3:
            return self.every
        return max(self.every, min(self.every * 2.0 ** min(failures - 2, 3), PAUSE))

    def full_pause(self, failures: int) -> float:
        """Seconds to wait after so many failed reads of the whole; the cursor is followed meanwhile."""
        return max(self.every, min(self.every * 2.0 ** min(failures, 12), FULL_PAUSE))


def on(day: datetime, at: time, zone: tzinfo) -> datetime:
    """A time of day on a day: an hour later where a clock change skips it, the first where it comes twice."""
    return datetime.combine(day.date(), at, zone).astimezone(UTC)


def latest(when: OfDay, now: datetime, zone: tzinfo) -> datetime:
    """The last moment, `now` included, at which it was this time of day."""
    today = now.astimezone(zone)
    days = (today - timedelta(days=ago) for ago in range(10))
    return next(moment for day in days if _is(when, day) and (moment := on(day, when.at, zone)) <= now)


def coming(when: OfDay, now: datetime, zone: tzinfo) -> datetime:
    """The next moment, after `now`, at which it is this time of day."""
    today = now.astimezone(zone)
    days = (today + timedelta(days=ahead) for ahead in range(10))
    return next(moment for day in days if _is(when, day) and (moment := on(day, when.at, zone)) > now)


def _is(when: OfDay, day: datetime) -> bool:
    return day.weekday() in when.days


def share(name: str) -> float:
    """A number from 0 to below 1 that only the name decides: who begins when of those due at once."""
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big") / 2**48
