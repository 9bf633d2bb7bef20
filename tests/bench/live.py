"""A live read of one appointment, asked of MariaDB each time, beside a bare route that asks the same query.

The bare route is a Starlette endpoint that runs the query through pyodbc, in a thread whose connection stays
open, and answers the row as JSON. Ours asks the same, compares it with what is stored, and answers the
resource. As in `http`, requests per second of the server's own processor time; the database's is not in it.
In each load no appointment comes again before 4,999 others.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import orjson
import psutil
import pyodbc

from tests.bench.http import Measure, wait_for
from tests.bench.load import get
from tests.bench.report import Figure, at_most
from tests.flows.diary import Statements, all_at_once
from tests.servers import MariaDB, mariadb

APPOINTMENTS = 20_000
CROWD = 50
BOOKING = (
    "CREATE TABLE booking (no int PRIMARY KEY, person int, doctor int, starts datetime, minutes int,"
    " state char(1), kind varchar(20), reason varchar(80), room varchar(8), slot int, made datetime,"
    " changed datetime)"
)
QUERY = (
    "SELECT no, person, doctor, starts, minutes, state, kind, reason, room, slot, made, changed FROM booking"
)
RESOURCE = """
resource: Appointment
stream: booking
id: $no
map:
  status: $state | code(state)
  appointmentType: { text: $kind }
  reasonCode:
    - text: $reason
  start: $starts | instant
  end: $starts | instant | plus($minutes, minutes)
  minutesDuration: $minutes
  created: $made | datetime
  participant:
    - actor: { reference: $person | ref(Patient) }
      status: accepted
    - actor: { reference: $doctor | ref(Practitioner) }
      status: accepted
search:
  patient: person
"""
_PACK = {
    "facade.yaml": "host: 127.0.0.1\nsite: { timezone: America/New_York }\nsources:\n  emr:\n"
    '    kind: odbc\n    pack: ./bench\n    every: 1h\n    connection: "<connection>"\n',
    "bench/pack.yaml": "pack: bench\ntitle: Bench\ncodes: { state: { unmapped: pending } }\n",
    "bench/codes/state.csv": "legacy,code\n@,arrived\nX,cancelled\n<,fulfilled\n~,waitlist\n",
    "bench/streams/booking.sql": "-- key: no\n-- mode: live\n" + QUERY + "\n",
    "bench/resources/appointment.yaml": RESOURCE,
}


def bench_live(rounds: int = 7, seconds: float = 1.5) -> list[Figure]:
    """The figures of issue 3: a live read ≥ 0.35 of the bare route; 50 clients cost the source one query."""
    with mariadb() as database, tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        folder, connection = Path(name), booking_database(database, APPOINTMENTS)
        for path, text in _PACK.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.replace("<connection>", connection), encoding="utf-8")
        command = [sys.executable, "-m", "tests.bench.live", name, str(port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as server:
            try:
                assert server.stdin is not None
                server.stdin.write(connection.encode())
                server.stdin.close()
                wait_for(port, server, "/bare/1")
                measure = Measure(psutil.Process(server.pid), port, rounds, seconds)
                ids = [number * 7919 % APPOINTMENTS + 1 for number in range(5_000)]
                bare = [get(f"/bare/{id}") for id in ids]
                reads = [get(f"/fhir/Appointment/{id}") for id in ids]
                searches = [get(f"/fhir/Appointment?_id={id}") for id in ids]
                return [
                    measure.figure("live read of one appointment", bare, reads, 0.35),
                    measure.figure("live search of one appointment by _id", bare, searches, 0.35),
                    _crowd(database, f"http://127.0.0.1:{port}/fhir", server),
                ]
            finally:
                server.terminate()


def _crowd(database: MariaDB, url: str, server: subprocess.Popen[bytes]) -> Figure:
    """How many queries it costs the source that so many clients ask for one slice in one moment."""
    with Statements(database) as statements:
        answers = all_at_once(url, server, "Appointment?patient=7", CROWD)
        asked = len(statements.about("booking"))
    if not all(answer.startswith(b"HTTP/1.1 200") for answer in answers):
        raise AssertionError("a client of the crowd was not answered")
    return at_most(f"queries for {CROWD} clients of one slice", asked, "queries", 1)


def booking_database(database: MariaDB, rows: int) -> str:
    """A table of so many appointments; gives the connection string."""
    connection = database.create_database("bench")
    database.run(
        "bench",
        f"{BOOKING}; INSERT INTO booking SELECT seq, seq % 5000, seq % 40,"
        " '2026-01-05 08:00:00' + INTERVAL seq * 15 MINUTE, 15, SUBSTRING('@X<~', seq % 4 + 1, 1),"
        " 'Office visit', IF(seq % 3, NULL, 'Follow-up'), 'R1', seq,"
        " '2025-12-01 10:00:00', '2025-12-01 10:00:00'"
        f" FROM seq_1_to_{rows}; CREATE INDEX of_person ON booking (person);",
    )
    return connection


def _serve(folder: Path, port: int, connection: str) -> None:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from facade.app import create_app
    from facade.cli.sync import sync_now
    from facade.flow.site import read_site
    from facade.settings import load_settings

    settings = load_settings(folder / "facade.yaml", overrides={"port": str(port)})
    if sync_now(read_site(settings)):
        raise RuntimeError("the bench's database could not be read")
    app: Starlette = create_app(settings)
    own = threading.local()

    def ask(id: str) -> bytes:
        link: Any = getattr(own, "link", None)
        if link is None:
            link = own.link = pyodbc.connect(connection, autocommit=True)
        cursor = link.execute(f"{QUERY} WHERE no = ?", id)
        names = [column[0] for column in cursor.description]
        row = cursor.fetchone()
        cursor.close()
        return orjson.dumps(dict(zip(names, row, strict=True)), default=str)

    def bare(request: Request) -> Response:
        return Response(ask(request.path_params["id"]), media_type="application/json")

    app.router.routes.append(Route("/bare/{id}", bare))
    uvicorn.run(app, port=port, http="httptools", log_level="warning", access_log=False)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), sys.stdin.read())
