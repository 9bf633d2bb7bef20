"""PostgreSQL as the source, and PostgreSQL as the store: the same answers as from SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from facade.packs.demo.generate import generate
from tests.flows.clinic import PEOPLE, Clinic, on_server, on_sqlite
from tests.flows.home import Home, Server, wait_until
from tests.servers import PostgreSQL

SETTINGS = """\
store: {store}
base_url: http://facade.test/fhir
sources:
  kestrel: {{ kind: odbc, pack: demo, url: "sqlite:///{legacy}", every: 1h }}
site: {{ timezone: America/New_York }}
"""
SEARCHES = [
    "Patient?_count=500&_sort=_id",
    "Patient?family=s&_sort=family",
    "Patient?name:contains=an&_sort=-birthdate,_id",
    "Patient?family:exact={family}",
    "Patient?birthdate=lt1970&gender=female&_sort=birthdate,_id",
    "Patient?identifier=K0000001",
    "Patient?general-practitioner:missing=true",
    "Patient?_id=1,2,3,nobody&_sort=_id",
    "Observation?code=http://loinc.org|8867-4&_sort=-date,_id&_count=20",
    "Observation?code=8867-4,8310-5&patient=Patient/1&_sort=_id",
    "Observation?category=laboratory&date=ge2020&_count=13&_sort=_id",
    "Appointment?patient=1&date=ge2020-01-01&_sort=date,_id",
    "Appointment?status:not=booked&_sort=_id&_count=9",
    "Encounter?_include=Encounter:patient&_count=10&_sort=_id",
    "Practitioner?_revinclude=PractitionerRole:practitioner&_sort=_id",
    "Condition?code:not=E11.9&_sort=_id",
    "Provenance?_count=100&_sort=_id",
]


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgreSQL
) -> Iterator[dict[str, Server]]:
    """Two sites of one legacy database: one with its store in a file, one with its store in PostgreSQL."""
    legacy = generate(tmp_path_factory.mktemp("legacy") / "kestrel.db", 60, 3, date(2026, 1, 5))
    postgres_server.create_database("facade_store")
    with ExitStack() as stack:
        servers = {}
        for name, store in (
            ("file", "sqlite:///facade.db"),
            ("postgres", postgres_server.url("facade_store")),
        ):
            home = Home(tmp_path_factory.mktemp(name), SETTINGS.format(store=store, legacy=legacy.as_posix()))
            done = home.facade("sync")
            assert (done.status, done.err) == (0, "")
            servers[name] = stack.enter_context(home.serving())
        yield servers


def bundle(server: Server, search: str) -> tuple[Any, ...]:
    """A first page without the moments of its own."""
    found = server.get(search + "&_total=accurate").json()
    assert found["resourceType"] == "Bundle", found
    for entry in found.get("entry", []):
        entry["resource"]["meta"].pop("lastUpdated")
    links = [link["relation"] for link in found["link"]]
    return found["total"], links, found.get("entry", [])


@pytest.mark.parametrize("search", SEARCHES)
def test_both_stores_answer_alike(both: dict[str, Server], search: str) -> None:
    search = search.format(family=both["file"].get("Patient/1").json()["name"][0]["family"])
    assert bundle(both["file"], search) == bundle(both["postgres"], search)
    assert bundle(both["file"], search)[0] > 0


@pytest.mark.parametrize(
    "search", ["Observation?_count=97", "Slot?_count=50&_sort=-start", "Patient?_count=9"]
)
def test_pages_of_both_are_all(both: dict[str, Server], search: str) -> None:
    """Page by page, each of its own store."""
    pages = {name: [one["id"] for one in _walk(server, search)] for name, server in both.items()}
    assert len(pages["postgres"]) == len(set(pages["postgres"]))
    assert set(pages["file"]) == set(pages["postgres"])


def _walk(server: Server, search: str) -> Iterator[dict[str, Any]]:
    """The matches of all pages; the links hold the base URL of the settings."""
    url: str | None = search
    while url:
        found = server.get(url.removeprefix("http://facade.test/fhir/")).json()
        yield from (entry["resource"] for entry in found["entry"])
        url = next((link["url"] for link in found["link"] if link["relation"] == "next"), None)


@pytest.mark.parametrize("path", ["Patient/1", "Patient/nobody", "Patient?famly=x", "Patient?birthdate=x"])
def test_reads_and_refusals_are_alike(both: dict[str, Server], path: str) -> None:
    file, postgres = both["file"].get(path), both["postgres"].get(path)
    assert file.status_code == postgres.status_code
    assert {**file.json(), "meta": ""} == {**postgres.json(), "meta": ""}
    assert file.headers.get("etag") == postgres.headers.get("etag")


@pytest.fixture
def clinics(tmp_path: Path, postgres_server: PostgreSQL) -> tuple[Clinic, Clinic]:
    """One clinic in a file, and the same one in PostgreSQL behind psqlODBC."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    return on_sqlite(tmp_path / "a"), on_server(tmp_path / "b", postgres_server, "clinic")


def content(clinic: Clinic) -> list[tuple[Any, ...]]:
    rows = clinic.home.query("SELECT type, id, version, deleted, hash FROM resource ORDER BY type, id")
    return [(*row[:4], bytes(row[4])) for row in rows]


def test_postgres_as_the_source(clinics: tuple[Clinic, Clinic]) -> None:
    """Its rows become the same resources as a file's, at first and after every kind of change."""
    changes = [
        "",
        "UPDATE person SET surname='Neu', changed='2026-01-01 10:00:00' WHERE no=3",
        "INSERT INTO person VALUES (99, 'Frisch', 'Zoë', 'F', '1999-12-31', '2026-01-01 10:00:01')",
        "DELETE FROM measure WHERE no=8; UPDATE measure SET val=98.60 WHERE no=9",
        "UPDATE booking SET state='X' WHERE no=4",
    ]
    for change in changes:
        for clinic in clinics:
            clinic.run(change)
            done = clinic.home.facade("sync")
            assert (done.status, done.err) == (0, "")
        assert content(clinics[0]) == content(clinics[1])
    assert len(content(clinics[1])) == 4 * PEOPLE + 1
    assert clinics[1].home.facade("check").status == 0


def test_postgres_as_both(clinics: tuple[Clinic, Clinic], postgres_server: PostgreSQL) -> None:
    """A change in one database reaches the other, and is served."""
    clinic = clinics[1]
    postgres_server.create_database("facade_both")
    text = clinic.home.config.read_text()
    clinic.home.config.write_text(f"store: {postgres_server.url('facade_both')}\n{text}")
    with clinic.home.serving() as server:
        wait_until(lambda: len(server.ids("Observation")) == 2 * PEOPLE)
        wait_until(lambda: len(server.ids("Patient")) == PEOPLE)
        clinic.run("UPDATE person SET surname='Anderswo', changed='2026-01-01 10:00:00' WHERE no=3")
        wait_until(lambda: server.ids("Patient?family=anderswo") == {"Patient/3"})
        assert server.get("Patient/3").headers["etag"] == 'W/"2"'
        assert server.get("Patient/3/_history/1").json()["name"][0]["family"] != "Anderswo"
