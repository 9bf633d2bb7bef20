"""read and token search over a real socket, beside a bare Starlette route that returns the same bytes.

One uvicorn worker with httptools, in its own process; the load comes from this one. What is told is requests
per second of the server's own processor time: requests per second of the clock would flatter us, because a
client in Python cannot keep a bare route busy. The rounds alternate, and each ratio is of two neighbouring
rounds; the median of the ratios is told. The first search is the same each time, as the bare route's is;
in the second none comes again before 999 others, so that nothing of it can be kept.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import psutil
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.load import get, rate
from tests.bench.report import Figure, ratio_at_least

PATIENTS, OBSERVATIONS, HITS = 20_000, 20_000, 20
BASE = "http://localhost/fhir"


def bench_http(rounds: int = 7, seconds: float = 1.5) -> list[Figure]:
    """The figures of a small store: read ≥ 0.55 and token search with 20 hits ≥ 0.40 of the bare route."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        searches = _searches()
        command = [sys.executable, "-m", "tests.bench.http", folder, str(port)]
        with subprocess.Popen(command) as server:
            try:
                wait_for(port, server)
                measure = Measure(psutil.Process(server.pid), port, rounds, seconds)
                return [
                    measure.figure("read", [get("/bare/read")], _reads(), 0.55),
                    measure.figure("token search, 20 hits", [get("/bare/search")], searches[7:8], 0.40),
                    measure.figure(
                        "token search, 20 hits, another each time", [get("/bare/search")], searches, 0.40
                    ),
                ]
            finally:
                server.terminate()


def _reads() -> list[bytes]:
    return [get(f"/fhir/Patient/p{number * 7919 % PATIENTS}") for number in range(5000)]


def _searches() -> list[bytes]:
    codes = OBSERVATIONS // HITS
    return [
        get(f"/fhir/Observation?code=http://loinc.org%7Cc{number * 7919 % codes}") for number in range(codes)
    ]


@dataclass(frozen=True)
class Measure:
    """Rounds of load on one server process."""

    server: psutil.Process
    port: int
    rounds: int
    seconds: float

    def figure(self, name: str, bare: list[bytes], ours: list[bytes], bound: float) -> Figure:
        """The median ratio of rounds of ours to rounds of the bare route, after one that warms up."""
        pairs = [(self._rate(bare), self._rate(ours)) for _ in range(self.rounds + 1)][1:]
        baseline = statistics.median(pair[0] for pair in pairs)
        ratio = statistics.median(value / base for base, value in pairs)
        return ratio_at_least(name, ratio * baseline, "requests/CPU s", bound, baseline)

    def _rate(self, requests: list[bytes]) -> float:
        before, started = self._processor(), time.perf_counter()
        answered = asyncio.run(rate(self.port, requests, self.seconds)) * (time.perf_counter() - started)
        return answered / (self._processor() - before)

    def _processor(self) -> float:
        times = self.server.cpu_times()
        return float(times.user + times.system)


def wait_for(port: int, server: subprocess.Popen[bytes], path: str = "/bare/read") -> None:
    """Until the server answers."""
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the server ended before it was ready")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def _patient(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [
            {"use": "usual", "system": "urn:example:mrn", "value": f"M{number:07}"},
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": f"{number:09}"},
        ],
        "active": True,
        "name": [{"use": "official", "family": f"Doe{number % 997}", "given": ["Jane", "Q"]}],
        "telecom": [
            {"system": "phone", "value": "+1 555 0100", "use": "home"},
            {"system": "email", "value": f"jane{number}@example.org"},
        ],
        "gender": ("male", "female")[number % 2],
        "birthDate": f"19{number % 90 + 10}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "address": [{"line": ["1 Main St"], "city": "Springfield", "state": "IL", "postalCode": "62701"}],
        "generalPractitioner": [{"reference": f"Practitioner/{number % 50}"}],
    }


def _observation(number: int) -> dict[str, Any]:
    code = f"c{number % (OBSERVATIONS // HITS)}"
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": "Heart rate"}]},
        "subject": {"reference": f"Patient/p{number % PATIENTS}"},
        "effectiveDateTime": f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}T08:00:00-05:00",
        "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }


def _serve(folder: Path, port: int) -> None:
    import uvicorn

    from facade.app import Application
    from facade.rest.dispatch import Dispatch
    from facade.rest.routes import ROUTES
    from facade.rest.service import Service
    from facade.store import Store
    from tests.facade.rest.support import put

    store = Store.open(f"sqlite:///{(folder / 'bench.db').as_posix()}")
    put(store, *map(_patient, range(PATIENTS)))
    put(store, *map(_observation, range(OBSERVATIONS)))
    service = Service(
        store=store,
        base_url=BASE,
        served=frozenset({"Patient", "Observation"}),
        statement=b"{}",
        cursor_key=b"key",
        default_count=50,
        max_count=500,
        zone=UTC,
        new_id=lambda: "id",
    )
    fhir = Dispatch(ROUTES, service)
    patient = _ask(fhir, "/fhir/Patient/p7", b"")
    found = _ask(fhir, "/fhir/Observation", b"code=http://loinc.org%7Cc7")
    assert found.count(b'"fullUrl"') == HITS

    async def bare_read(request: Request) -> Response:
        return Response(patient, media_type="application/fhir+json")

    async def bare_search(request: Request) -> Response:
        return Response(found, media_type="application/fhir+json")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield

    routes = [Route("/bare/read", bare_read), Route("/bare/search", bare_search)]
    gc.collect()
    gc.freeze()  # as the application does
    uvicorn.run(
        Application(fhir, routes, lifespan),
        port=port,
        http="httptools",
        log_level="warning",
        access_log=False,
    )


def _ask(app: Any, path: str, query: bytes) -> bytes:
    """The body of one answer, without a socket."""
    bodies: list[bytes] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        bodies.append(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": path, "root_path": "/fhir"}
    asyncio.run(app({**scope, "query_string": query, "headers": []}, receive, send))
    return b"".join(bodies)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
