"""From an unknown database to FHIR: looked at, drafted, checked, synced, searched over HTTP."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from facade.cli import main
from tests.flows.home import Done, Home
from tests.flows.praxis import PEOPLE, SECRET, praxis, script
from tests.servers import PASSWORD, MariaDB, PostgreSQL, odbc_driver


def init(*args: str) -> Done:
    """`facade init` in this process."""
    out, err = io.StringIO(), io.StringIO()
    status: int | str | None = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(["init", *args])
        except SystemExit as end:
            status = end.code
    return Done(int(status or 0), out.getvalue(), err.getvalue())


def test_an_ugly_clinic_is_served_without_a_line_written(tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = init(
        "--url", f"sqlite:///{praxis(tmp_path / 'praxis.db')}", str(site), "--timezone", "Europe/Vienna"
    )
    assert (done.status, done.err) == (0, "")
    assert "Alte Übersicht the view fails in the database itself" in done.out
    assert "OK praxis/resources/patient.yaml: 60 Patient from 60 rows" in done.out
    assert "not yet" not in done.out
    for path in site.rglob("*"):
        if path.is_file():
            assert SECRET not in path.read_text(encoding="utf-8"), path
    home = Home(site)
    checked = home.facade("check")
    assert (checked.status, checked.err) == (0, ""), checked.out
    synced = home.facade("sync")
    assert (synced.status, synced.err) == (0, ""), synced.out
    assert home.query("SELECT count(*) FROM quarantine") == [(0,)]
    with home.serving() as server:
        found = server.matches(f"Patient?family={SECRET.lower()}")
        assert len(found) == len([no for no in range(1, PEOPLE + 1) if no % 8 == 0])
        assert {one["name"][0]["family"] for one in found} == {SECRET}
        one = next(one for one in found if one["id"] == "1008")
        assert (one["birthDate"], one["gender"]) == ("1938-09-09", "female")
        assert one["address"][0]["city"] == "Wien"
        visits = server.matches("Appointment?patient=1008")
        assert [visit["start"] for visit in visits] == ["2024-06-09T16:15:00+02:00"]
        assert [visit["status"] for visit in visits] == ["cancelled"]
        assert server.ids("Condition?code=http://hl7.org/fhir/sid/icd-10|I10")


@pytest.mark.parametrize("kind", ["mariadb", "postgres"])
def test_a_server_is_looked_at_with_its_password_kept(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    server: MariaDB | PostgreSQL = request.getfixturevalue(f"{kind}_server")
    connection = server.create_database("ordination")
    stamp = "timestamp" if kind == "postgres" else "datetime"
    server.run(
        "ordination",
        "CREATE TABLE patient (id int PRIMARY KEY, last_name varchar(40), first_name varchar(40), "
        f"sex char(1), birth_date date, phone varchar(20), updated_at {stamp});"
        + "".join(
            f"INSERT INTO patient VALUES ({no}, '{SECRET}{no}', 'Änne', '{'MF'[no % 2]}', "
            f"'19{no % 60 + 30}-05-06', '555-01{no % 90 + 10}', '2024-05-06 07:08:09');"
            for no in range(1, 41)
        ),
    )
    done = init("--odbc", connection, str(tmp_path / "site"), "--timezone", "UTC")
    assert (done.status, done.err) == (0, "")
    assert "facade.yaml says ${EMR_PASSWORD}" in done.out
    settings = (tmp_path / "site" / "facade.yaml").read_text(encoding="utf-8")
    assert "PWD={${EMR_PASSWORD}}" in settings
    told = done.out + "".join(
        path.read_text("utf-8") for path in (tmp_path / "site").rglob("*") if path.is_file()
    )
    assert PASSWORD not in told and SECRET not in told
    home = Home(tmp_path / "site")
    assert home.facade("check").errors == [
        "error facade.yaml:6: the environment variable EMR_PASSWORD is not set"
    ]
    monkeypatch.setenv("EMR_PASSWORD", PASSWORD)
    checked = home.facade("check")
    assert (checked.status, checked.err) == (0, ""), checked.out
    assert home.facade("sync").status == 0
    assert home.query("SELECT count(*) FROM resource WHERE type='Patient' AND deleted=0") == [(40,)]


def test_every_kind_of_database_gives_the_same_drafts(
    mariadb_server: MariaDB, postgres_server: PostgreSQL, tmp_path: Path
) -> None:
    file = praxis(tmp_path / "praxis.db")
    places = {
        "sqlite": ["--url", f"sqlite:///{file}"],
        "sqlite-odbc": ["--odbc", f"Driver={odbc_driver('SQLite3', 'libsqlite3odbc.so')};Database={file}"],
        "mariadb": ["--odbc", mariadb_server.create_database("praxis")],
        "postgres": ["--odbc", postgres_server.create_database("praxis")],
    }
    mariadb_server.run("praxis", script("mariadb"))
    postgres_server.run("praxis", script("postgres"))
    drafts = {}
    for kind, place in places.items():
        site = tmp_path / kind
        done = init(*place, str(site), "--timezone", "Europe/Vienna")
        assert (done.status, done.err) == (0, "")
        assert "not yet" not in done.out
        folder = site / "praxis"
        drafts[kind] = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in folder.rglob("*.*")
            if path.parent.name in ("resources", "codes")
        }
    assert len(drafts["sqlite"]) >= 7
    for kind in places:
        assert drafts[kind] == drafts["sqlite"], kind
