"""Care for the legacy system: allowed hours, a rate of rows, a circuit breaker; all on an injected clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from connectors.base import Clock, Rest
from connectors.errors import ConnectorError, Unreachable

LONGEST_RESET = 16  # times the first


@dataclass(frozen=True)
class Hours:
    """A span of the day, `start` included and `end` not; it may pass midnight. Equal ends: always."""

    start: time
    end: time

    def allow(self, now: time) -> bool:
        """Whether a time of day is inside."""
        if self.start == self.end:
            return True
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def opening(self, now: datetime) -> datetime:
        """The next `start`, in the zone of `now`. One that is skipped comes as late as it would."""
        day = now.date() + timedelta(days=now.time() >= self.start)
        start = datetime.combine(day, self.start, now.tzinfo)
        return start.astimezone(UTC).astimezone(now.tzinfo)


class Opening:
    """Refuses what is outside the allowed hours."""

    def __init__(self, source: str, hours: Hours | None, zone: tzinfo, clock: Clock) -> None:
        self._source, self._hours, self._zone, self._clock = source, hours, zone, clock

    def check(self) -> None:
        """Raises Unreachable outside the allowed hours."""
        rest = self.rest()
        if rest is not None:
            raise Unreachable(rest.told)

    def rest(self) -> Rest | None:
        """Until when the hours forbid to read; None within them."""
        if self._hours is None:
            return None
        now = self._clock().astimezone(self._zone)
        if self._hours.allow(now.time()):
            return None
        told = f"source {self._source}: not read until {self._hours.start:%H:%M}, as allowed_hours says"
        return Rest("hours", self._hours.opening(now), told)


class Pace:
    """Spreads rows over time."""

    def __init__(self, rows_per_second: int, clock: Clock) -> None:
        self._rate, self._clock = rows_per_second, clock
        self._free_at: datetime | None = None

    def after(self, rows: int) -> float:
        """Seconds to wait now that these rows were read."""
        if not self._rate or not rows:
            return 0.0
        now = self._clock()
        start = max(self._free_at or now, now)
        self._free_at = start + timedelta(seconds=rows / self._rate)
        return (self._free_at - now).total_seconds()

    def batch(self, wanted: int) -> int:
        """The rows to ask for at a time: not more than a second's."""
        return min(wanted, self._rate) if self._rate else wanted


class Breaker:
    """Leaves a source alone that failed several times in a row, or that refused the login even once.

    A refused login is not repeated by itself, because many databases lock an account after a few.
    """

    def __init__(self, source: str, failures: int, reset: float, zone: tzinfo, clock: Clock) -> None:
        self._source, self._limit, self._reset, self._zone, self._clock = source, failures, reset, zone, clock
        self._failures = 0
        self._opened = 0
        self._pause = timedelta()
        self._until: datetime | None = None
        self._last: ConnectorError | None = None

    def check(self) -> None:
        """Raises the last error again while the source is left alone; lets one attempt through after."""
        rest = self.rest()
        if rest is not None and self._last is not None:
            raise type(self._last)(rest.told) from None

    def rest(self) -> Rest | None:
        """Until when the source is left alone; None when it may be tried."""
        if self._until is None:
            return None
        now = self._clock()
        self._until = min(self._until, now + self._pause)  # our clock may have been set back
        if now >= self._until:
            return None
        until = self._until.astimezone(self._zone)
        return Rest("failures", until, f"{self._last}; not tried again until {until:%H:%M:%S}")

    def failed(self, error: ConnectorError) -> None:
        """Count a failure to reach the source."""
        self._failures += 1
        self._last = error
        if self._failures >= self._limit or not isinstance(error, Unreachable):
            times = min(2**self._opened, LONGEST_RESET)
            self._opened += 1
            self._pause = timedelta(seconds=self._reset * times)
            self._until = self._clock() + self._pause

    def succeeded(self) -> None:
        """The source answers."""
        self._failures = self._opened = 0
        self._until = self._last = None
