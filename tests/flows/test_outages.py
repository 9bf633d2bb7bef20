"""Servers are killed and disks fill up under a site that serves: it goes on, and nothing is lost."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.flows.clinic import PEOPLE, SECRET, Clinic, on_server, on_sqlite
from tests.flows.home import Home, Server, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills")


GONE = "the store's PostgreSQL server cannot be reached or is too busy: try again"
UNAVAILABLE = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "transient", "diagnostics": GONE}],
}


def content(home: Home) -> list[tuple[Any, ...]]:
    """What the store holds of the source `clinic`, without the moments at which it was written."""
    rows = home.query(
        "SELECT type, id, version, deleted, hash FROM resource WHERE type<>'Practitioner' ORDER BY type, id"
    )
    return [(*row[:4], bytes(row[4])) for row in rows]


def lines(server: Server) -> list[str]:
    """What the server has said, after where it is."""
    told = server.output.read_text().splitlines()
    for secret in (servers.PASSWORD, SECRET, "SELECT", "Traceback"):
        assert not any(secret in line for line in told), told
    return told[1:]


def total(server: Server, search: str) -> int:
    """How many match, now."""
    response = server.get(f"{search}?_count=0")
    assert response.status_code == 200, response.text
    count: int = response.json()["total"]
    return count


def works(server: Server, clinic: Clinic) -> None:
    """A new row of the other source arrives."""
    hired = clinic.hire()
    wait_until(lambda: server.get(hired).status_code == 200)


def undisturbed(clinic: Clinic) -> list[tuple[Any, ...]]:
    """The content of another store, which reads all at once."""
    text = clinic.home.config.read_text()
    other = [line for line in text.splitlines() if not line.startswith("store:")]
    clinic.home.config.write_text("\n".join(["store: sqlite:///undisturbed.db", *other]))
    assert clinic.home.facade("sync").status == 0
    found = content(clinic.home)
    clinic.home.config.write_text(text)
    return found


@pytest.mark.parametrize("kind", ["mariadb", "postgres"])
def test_a_source_killed_in_the_middle(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    source: servers.Server = request.getfixturevalue(f"{kind}_server")
    clinic = on_server(tmp_path, source, "clinic", more=", rows_per_second: 3000")
    rows = (f"({no}, {no % PEOPLE + 1}, '2025-01-01 10:00:00', 'HR', {no % 90})" for no in range(1000, 10000))
    clinic.run(f"INSERT INTO measure VALUES {', '.join(rows)}")
    whole = 2 * PEOPLE + 9000
    with clinic.home.serving() as server:
        wait_until(lambda: 0 < total(server, "Observation") < whole)
        source.kill()
        try:
            wait_until(lambda: lines(server))
            assert server.get("Appointment/1").status_code == 200
            assert server.get("Patient/1").status_code in (200, 503)  # it may not have been its turn yet
            assert 0 < total(server, "Observation") < whole
            works(server, clinic)
        finally:
            source.start()
        wait_until(lambda: total(server, "Observation") == whole)
        wait_until(lambda: any("works again" in line for line in lines(server)))
        told = lines(server)
        assert len(set(told)) == len(told)
        for line in told:
            assert re.fullmatch(
                r"source clinic: the database cannot be reached: is it running, and are host and port right\?"
                r" \(SQLSTATE \w{5}, code \d+\)(; not tried again until [\d:]{8})?"
                r"|source clinic, stream \w+: the connection to the database was lost"
                r" \(SQLSTATE \w{5}, code \d+\)"
                r"|clinic\.\w+ works again",
                line,
            )
        assert server.stop() == -signal.SIGTERM
    assert content(clinic.home) == undisturbed(clinic)


def test_a_store_killed_while_it_is_served(tmp_path: Path, postgres_server: servers.PostgreSQL) -> None:
    clinic = on_sqlite(tmp_path)
    postgres_server.create_database("facade")
    url = postgres_server.url("facade")
    clinic.home.config.write_text(f"store: {url}\n{clinic.home.config.read_text()}")
    with clinic.home.serving() as server:
        wait_until(lambda: total(server, "Observation") == 2 * PEOPLE)
        postgres_server.kill()
        try:
            for search in ("Patient/1", "Patient?family=x"):
                response = server.get(search)
                assert (response.status_code, response.json()) == (503, UNAVAILABLE)
            wait_until(lambda: lines(server))
            done = clinic.home.facade("sync")
            assert (done.status, done.out) == (1, "")
            (error,) = done.errors
            assert error.startswith("error the store facade on 127.0.0.1 cannot be opened: connection to ")
            assert error.endswith(f"port {postgres_server.port} failed: Connection refused")
        finally:
            postgres_server.start()
        wait_until(lambda: server.get("Patient/1").status_code == 200)
        works(server, clinic)
        for line in lines(server):
            assert re.fullmatch(rf"\w+\.\w+: {GONE}|\w+\.\w+ works again", line)
        assert server.stop() == -signal.SIGTERM
    assert content(clinic.home) == undisturbed(clinic)


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a store and not much more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system takes root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(tmp_path: Path, little_disk: Path) -> None:
    clinic = on_sqlite(tmp_path)
    text = clinic.home.config.read_text()
    clinic.home.config.write_text(f"store: sqlite:///disk/facade.db\n{text}")
    with clinic.home.serving() as server:
        wait_until(lambda: total(server, "Observation") == 2 * PEOPLE)
        rows = (f"({no}, {no % PEOPLE + 1}, '2025-01-01', 'HR', {no % 90})" for no in range(1000, 9000))
        clinic.run(f"INSERT INTO measure VALUES {', '.join(rows)}")
        full = "the disk that holds the store is full: nothing was stored; free some space"
        wait_until(lambda: lines(server))
        assert server.get("Patient/1").json()["birthDate"] == "1941-05-02"
        assert total(server, "Observation") < 8000
        done = clinic.home.facade("sync", "measure")
        assert (done.status, done.errors) == (1, [f"error clinic.measure: {full}"])
        subprocess.run(["mount", "-o", "remount,size=64m", str(little_disk)], check=True)
        wait_until(lambda: total(server, "Observation") == 2 * PEOPLE + 8000)
        wait_until(lambda: any("works again" in line for line in lines(server)))
        told = lines(server)
        assert len(told) == len(set(told))
        assert all(re.fullmatch(rf"\w+\.\w+(: {full}| works again)", line) for line in told), told
        assert server.stop() == -signal.SIGTERM
    assert content(clinic.home) == undisturbed(clinic)
