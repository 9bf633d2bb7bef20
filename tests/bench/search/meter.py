"""What a request costs a server: its own processor time, and that of a database's processes."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil

from tests.bench.load import WrongAnswer, get, once, rate

CONNECTIONS = 16


@dataclass(frozen=True)
class Load:
    """Requests, to be sent in this order by each connection from a place of its own."""

    requests: Sequence[bytes]

    @classmethod
    def of(cls, urls: Sequence[str]) -> Load:
        """GETs."""
        return cls([get(url) for url in urls])

    def rounds(self, count: int) -> Iterator[Sequence[bytes]]:
        """The same requests, begun elsewhere each time, so that the rounds together meet them all."""
        step = max(1, len(self.requests) // CONNECTIONS // count)
        for number in range(count):
            start = number * step % len(self.requests)
            yield [*self.requests[start:], *self.requests[:start]]


BARE = Load.of(["/bare"])


@dataclass(frozen=True)
class Meter:
    """One server under load. Of PostgreSQL all processes are counted, those that ended meanwhile too."""

    port: int
    server: psutil.Process
    database: psutil.Process | None
    rounds: int
    seconds: float

    def take(self, url: str) -> bytes:
        """Have the bare route return what this URL is answered with. Raises WrongAnswer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/take?{url}", timeout=30) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            raise WrongAnswer(f"{url}: {error.code} {error.read(500)!r}") from None

    def warm(self, load: Load) -> None:
        """Let the server meet the whole load before it is measured, as one that has run for a while has."""
        asyncio.run(once(self.port, load.requests, CONNECTIONS))
        asyncio.run(rate(self.port, load.requests, self.seconds, CONNECTIONS))

    def cost(self, requests: Sequence[bytes]) -> float:
        """Seconds of processor time for each request."""
        before, started = self._processor(), time.perf_counter()
        each = asyncio.run(rate(self.port, requests, self.seconds, CONNECTIONS))
        return (self._processor() - before) / (each * (time.perf_counter() - started))

    def _processor(self) -> float:
        ended = self.database.cpu_times() if self.database else None
        total = float(ended.children_user + ended.children_system) if ended else 0.0
        processes = [self.server]
        if self.database:
            processes += [self.database, *self.database.children()]
        for process in processes:
            times = process.cpu_times()
            total += times.user + times.system
        return float(total)


def compare(one: tuple[Meter, Load], other: tuple[Meter, Load]) -> tuple[float, float]:
    """The cost of the other (the median), and how many times that the one costs: the median of the ratios of
    neighbouring rounds, after one that is not counted."""
    rounds = one[0].rounds + 1
    for meter, load in (one, other):
        meter.warm(load)
    pairs = [
        (other[0].cost(base), one[0].cost(load))
        for base, load in zip(other[1].rounds(rounds), one[1].rounds(rounds), strict=True)
    ][1:]
    return statistics.median(base for base, _ in pairs), statistics.median(
        cost / base for base, cost in pairs
    )
