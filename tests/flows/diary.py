"""The small clinic with a live diary: bookings are asked for while clients wait, nothing else reads them."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.flows.clinic import Clinic, on_server, on_sqlite
from tests.flows.home import Server, wait_until
from tests.servers import MariaDB
from tests.servers import Server as Database

PATIENT = 3
"""Whose bookings the tests are about; at first there is one, of the same number."""

_RUNS = "SELECT count(*) FROM sync_run WHERE ended IS NOT NULL"


@dataclass
class Diary:
    """A served clinic whose `booking` is live, and its legacy database."""

    clinic: Clinic
    server: Server

    def sql(self, text: str) -> None:
        self.clinic.run(text)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """`headers` by their names with `_` for `-`."""
        return self.server.get(path, **{name.replace("_", "-"): value for name, value in headers.items()})

    def bundle(self, search: str, **headers: str) -> dict[str, Any]:
        response = self.get(search, **headers)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def states(self, patient: int = PATIENT, **headers: str) -> dict[str, str]:
        """The status of each of a patient's appointments, by id."""
        return states(self.bundle(f"Appointment?patient={patient}", **headers))


def states(bundle: Mapping[str, Any]) -> dict[str, str]:
    entries = bundle.get("entry", [])
    return {
        one["resource"]["id"]: one["resource"]["status"]
        for one in entries
        if one["search"]["mode"] == "match"
    }


def outcomes(bundle: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Code and text of every issue in a Bundle's outcome, all of which are warnings."""
    found = []
    for entry in bundle.get("entry", []):
        if entry["search"]["mode"] == "outcome":
            for issue in entry["resource"]["issue"]:
                assert issue["severity"] == "warning"
                found.append((issue["code"], issue["diagnostics"]))
    return found


@contextmanager
def diary(
    folder: Path,
    database: Database | None = None,
    more: str = "",
    *,
    rest: str = "1s",
    columns: str = "",
    store: str = "",
) -> Iterator[Diary]:
    """Served, with everything read once; `more` are options of the source, `rest` how long the breaker leaves
    it alone, `columns` more of the stream's SQL, `store` another than a file."""
    options = ", streams: { booking: { every: 1h } }" + more
    clinic = on_sqlite(folder, options) if database is None else on_server(folder, database, "diary", options)
    clinic.rewrite(clinic.home.config, "breaker_reset: 1s", f"breaker_reset: {rest}")
    if store:
        clinic.rewrite(clinic.home.config, "sources:\n", f"store: {store}\nsources:\n")
    clinic.rewrite(clinic.pack / "streams/booking.sql", "-- key: no\n", "-- key: no\n-- mode: live\n")
    clinic.rewrite(clinic.pack / "streams/booking.sql", "state FROM", f"state{columns} FROM")
    with (clinic.pack / "resources/booking.yaml").open("a", encoding="utf-8") as text:
        text.write("search:\n  patient: person\n")
    with clinic.home.serving() as server:
        wait_until(lambda: clinic.home.query(_RUNS)[0][0] >= 4)
        for known in ("Appointment?status=booked", "Patient?_count=0"):
            wait_until(lambda path=known: "age" in server.get(path).headers)
        yield Diary(clinic, server)


class Statements:
    """What a MariaDB server was asked between two moments, by its general log."""

    def __init__(self, server: MariaDB) -> None:
        self._server = server

    def __enter__(self) -> Statements:
        self._server.run(
            None,
            "SET GLOBAL general_log=0; SET GLOBAL log_output='TABLE'; TRUNCATE mysql.general_log;"
            " SET GLOBAL general_log=1;",
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._server.run(None, "SET GLOBAL general_log=0")

    def about(self, table: str) -> list[str]:
        """The statements so far that read a table."""
        sql = (
            "SELECT REPLACE(CONVERT(argument USING utf8mb4), '\\n', ' ') FROM mysql.general_log"
            " WHERE command_type IN ('Query','Execute')"
            f" AND argument LIKE '%FROM {table}%' AND argument NOT LIKE '%general_log%'"
            " AND argument NOT LIKE '%1 = 0%'"
        )
        return self._server.run(None, sql).splitlines()


def all_at_once(url: str, process: subprocess.Popen[Any], path: str, count: int) -> list[bytes]:
    """So many clients on connections of their own, whose requests have all come when the server looks."""
    place = httpx.URL(url)
    request = f"GET {place.path}/{path} HTTP/1.1\r\nHost: {place.host}\r\nConnection: close\r\n\r\n".encode()
    clients = [socket.create_connection((place.host, place.port), timeout=30) for _ in range(count)]
    try:
        for client in clients:
            client.sendall(request[:-1])
        process.send_signal(signal.SIGSTOP)
        try:
            for client in clients:
                client.sendall(request[-1:])
        finally:
            process.send_signal(signal.SIGCONT)
        return [b"".join(iter(lambda one=client: one.recv(65536), b"")) for client in clients]
    finally:
        for client in clients:
            client.close()
