"""Care for the legacy system: allowed hours, a rate of rows, a circuit breaker; all on an injected clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from connectors.base import Clock
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


class Opening:
    """Refuses what is outside the allowed hours."""

    def __init__(self, source: str, hours: Hours | None, zone: tzinfo, clock: Clock) -> None:
        self._source, self._hours, self._zone, self._clock = source, hours, zone, clock

    def check(self) -> None:
        """Raises Unreachable outside the allowed hours."""
        if self._hours is None:
            return
        if not self._hours.allow(self._clock().astimezone(self._zone).time()):
            raise Unreachable(
                f"source {self._source}: not read until {self._hours.start:%H:%M}, as allowed_hours says"
            )


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
        self._until: datetime | None = None
        self._last: ConnectorError | None = None

    def check(self) -> None:
        """Raises the last error again while the source is left alone; lets one attempt through after."""
        if self._until is None or self._last is None:
            return
        if self._clock() < self._until:
            until = self._until.astimezone(self._zone)
            raise type(self._last)(f"{self._last}; not tried again until {until:%H:%M:%S}") from None

    def failed(self, error: ConnectorError) -> None:
        """Count a failure to reach the source."""
        self._failures += 1
        self._last = error
        if self._failures >= self._limit or not isinstance(error, Unreachable):
            times = min(2**self._opened, LONGEST_RESET)
            self._opened += 1
            self._until = self._clock() + timedelta(seconds=self._reset * times)

    def succeeded(self) -> None:
        """The source answers."""
        self._failures = self._opened = 0
        self._until = self._last = None
