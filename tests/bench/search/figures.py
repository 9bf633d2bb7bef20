"""The speed that issue 4 promises: reads, searches, deep pages and batches on a store of a million resources.

As in `tests.bench.http`: one uvicorn worker with httptools in its own process, beside a bare Starlette route
that returns the same bytes; alternating rounds; requests per second of the server's own processor time, of
which the median ratio is told. With PostgreSQL the processor time of its processes is counted too, and
nothing is promised. Every request is for another patient or code than the 999 before it, so that no answer
can be kept; what a site's clients ask, the whole store, is also what the page cache has to serve.

FACADE_BENCH_PATIENTS makes the store smaller (100,000 patients by default, ten resources for each).
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import psutil

from facade.operations.routes import OPERATION_ROUTES
from facade.rest.routes import ROUTES
from tests.bench.http import wait_for
from tests.bench.load import post, rate
from tests.bench.report import Figure, at_least, ratio_at_least, ratio_at_most, told
from tests.bench.search.data import HITS, World, bundle, fill_apart
from tests.bench.search.meter import BARE, Load, Meter, compare
from tests.servers import MissingServer, PostgreSQL, free_port

PATIENTS = 100_000
DEEP = 500
DATED = "date=ge2016-01-01&_sort=-date&_count=20"
IN_ORDER = "/fhir/Observation?_count=20"


class _Tuned(PostgreSQL):
    """With the memory that a server of this size would be given."""

    def _command(self) -> Sequence[str]:
        return [*super()._command(), "-c", "shared_buffers=1GB"]


@dataclass(frozen=True)
class _Table:
    """All figures of one store; only those on SQLite are `promised`."""

    meter: Meter
    tenth: Meter
    world: World
    store: str
    promised: bool

    def figures(self) -> Iterator[Figure]:
        """One after the other; batches last, because they change the store."""
        world, codes, cohort = self.world, self.world.codes, range(self.world.cohort)
        few = min(world.patients, 40_000)
        patients = [f"/fhir/Patient/p{number * 7919 % world.patients}" for number in range(few)]
        own = [world.in_cohort(place) for place in cohort]
        yield self._beside_bare("read", patients, 0, 0.55)
        yield self._beside_bare("token search, 20 hits", _by_code(codes), HITS, 0.40)
        dated = [f"/fhir/Observation?patient={id}&{DATED}" for id in own]
        yield self._beside_bare("a patient's by date, sorted, 20 of them", dated, HITS, 0.30)
        included = [f"{url}&_include=Observation:patient" for url in _by_code(codes)]
        yield self._beside_bare("_include of 20 patients, 20 hits", included, 2 * HITS, 0.20)
        if any(route.interaction == "$everything" for route in OPERATION_ROUTES):
            everything = [f"/fhir/Patient/{id}/$everything?_count=100" for id in own]
            yield self._beside_bare("Patient $everything, 100 resources", everything, 100, 0.25)
        else:
            print("search: $everything is not there yet", file=sys.stderr)
        yield self._deep("in the order of the store", IN_ORDER)
        yield self._deep("under _sort", f"{IN_ORDER}&_sort=-date")
        yield self._growth()
        if any((route.method, route.path) == ("POST", "") for route in ROUTES):
            yield self._batch()
        else:
            print("search: batches are not there yet", file=sys.stderr)

    def _beside_bare(self, name: str, urls: list[str], entries: int, bound: float) -> Figure:
        """Another request each time; the bare route has an answer with so many entries (that of $everything
        holds the practitioners and the clinic, too)."""
        mark = b'"mode":"match"' if "everything" in name else b'"mode":'
        answers = (self.meter.take(url) for url in urls)
        if not any(answer.count(mark) == entries for answer in answers):
            raise AssertionError(f"{name}: no answer has {entries} entries")
        bare, times = compare((self.meter, Load.of(urls)), (self.meter, BARE))
        name, value, unit = f"{name}, {self.store}", 1 / (bare * times), "requests/CPU s"
        if self.promised:
            return ratio_at_least(name, value, unit, bound, 1 / bare)
        return told(name, value, unit, 1 / bare)

    def _deep(self, order: str, url: str) -> Figure:
        """Page 500, and the nineteen before it, beside the first page."""
        pages = list(_walk(self.meter.port, url, DEEP))
        first, times = compare((self.meter, Load.of(pages[-20:])), (self.meter, Load.of([url])))
        return self._at_most(f"page {len(pages)} beside page 1, {order}", first, times)

    def _growth(self) -> Figure:
        """The same search on a store of a tenth of the size."""
        small = World(self.world.patients // 10)
        loads = Load.of(_by_code(self.world.codes)), Load.of(_by_code(small.codes))
        first, times = compare((self.meter, loads[0]), (self.tenth, loads[1]))
        return self._at_most("20 hits in all beside 20 in a tenth of the store", first, times)

    def _at_most(self, name: str, base: float, times: float) -> Figure:
        name, unit = f"{name}, {self.store}", "CPU µs/request"
        if self.promised:
            return ratio_at_most(name, base * times * 1e6, unit, 1.3, base * 1e6)
        return told(name, base * times * 1e6, unit, base * 1e6)

    def _batch(self) -> Figure:
        """By the clock, four clients at once; the baseline parses the JSON and inserts the bodies."""
        bundles = [bundle(self.world, number) for number in range(50)]
        pairs = []
        for _ in range(self.meter.rounds + 1):
            pair = [
                100 * asyncio.run(rate(self.meter.port, [post(path, one) for one in bundles], 2.0, 4))
                for path in ("/bare", "/fhir")
            ]
            pairs.append(pair)
        base, value = (statistics.median(some) for some in zip(*pairs[1:], strict=True))
        name = f"batch of 100 creates, {self.store}"
        if self.promised:
            return at_least(name, value, "resources/s", 2000, base)
        return told(name, value, "resources/s", base)


def bench_search(rounds: int = 7, seconds: float = 1.5) -> list[Figure]:
    """Of each store in turn; each figure on PostgreSQL comes after its like on SQLite."""
    patients = int(os.environ.get("FACADE_BENCH_PATIENTS", PATIENTS))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = None
        try:
            database = _Tuned()
            stack.callback(database.stop)
        except MissingServer as error:
            print(f"search: without PostgreSQL: {error}", file=sys.stderr)
        whole, spent = _fill(folder, database, "whole", patients)
        tenth, _ = _fill(folder, database, "tenth", patients // 10)
        tables = []
        for store in whole:
            counted = psutil.Process(database.pid) if database and store == "PostgreSQL" else None
            with (
                _serving(folder / "whole", whole[store]) as one,
                _serving(folder / "tenth", tenth[store]) as other,
            ):
                meters = [Meter(port, server, counted, rounds, seconds) for port, server in (one, other)]
                tables.append(_as_they_come(_Table(*meters, World(patients), store, store == "SQLite")))
        return spent + [one for some in zip_longest(*tables) for one in some if one is not None]


def _as_they_come(table: _Table) -> list[Figure]:
    """The figures, each told when it is measured: all of them take half an hour."""
    found = []
    for one in table.figures():
        ratio = "" if one.ratio is None else f", {one.ratio} times the baseline"
        print(f"search: {one.name}: {one.value:,} {one.unit}{ratio}", file=sys.stderr)
        found.append(one)
    return found


def _fill(
    folder: Path, database: PostgreSQL | None, size: str, patients: int
) -> tuple[dict[str, str], list[Figure]]:
    """The URL of each store with so many patients, and what filling them took."""
    urls = {"SQLite": f"sqlite:///{(folder / size / 'bench.db').as_posix()}"}
    if database is not None:
        database.create_database(size)
        urls["PostgreSQL"] = database.url(size)
    filled = fill_apart([*urls.values()], patients)
    if database is not None:
        database.run(size, "VACUUM (ANALYZE)")
    name = f"fill of {filled['written']:,} resources, {' and '.join(urls)}"
    rate_, peak = filled["written"] / filled["seconds"], filled["peak_mb"]
    return urls, [told(name, rate_, "resources/s"), told(f"peak memory of the {name}", peak, "MB")]


@contextmanager
def _serving(folder: Path, url: str) -> Iterator[tuple[int, psutil.Process]]:
    """A server over a store: its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.search.server", str(folder), url, str(port)]
    with subprocess.Popen(command) as server:
        try:
            wait_for(port, server, "/bare")
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()


def _by_code(codes: int) -> list[str]:
    """A search for each code that has 20 observations."""
    return [f"/fhir/Observation?code=http://loinc.org%7Ck{number * 7919 % codes}" for number in range(codes)]


def _walk(port: int, url: str, pages: int) -> Iterator[str]:
    """The URLs of so many pages, as the links lead from one to the next; fewer, if the store is small."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(pages):
        connection.request("GET", url)
        page = json.loads(connection.getresponse().read())
        links = {link["relation"]: link["url"] for link in page["link"]}
        if len(page["entry"]) < HITS:
            break
        yield url
        if "next" not in links:
            break
        url = links["next"].removeprefix(f"http://localhost:{port}")
    connection.close()
