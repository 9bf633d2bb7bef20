"""`facade init` as a person uses it, with a drafter that guesses the same each time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Catalog
from facade.cli import main
from facade.drafting import Drafted, Guess
from facade.packs.demo.generate import generate

Cli = Callable[..., tuple[int, str, str]]
SECRET = "Wolkenstein"
FILES = {
    "pack.yaml": "pack: x\ntitle: X\n",
    "streams/patient.sql": '-- key: Nr\nSELECT "Nr", "Name" FROM "Pat Stamm"\n',
    "resources/patient.yaml": (
        "resource: Patient\nstream: patient\nid: $Nr\nmap:\n  name: { family: $Name }\n  # TODO sex\n"
    ),
}
GUESSES = (
    Guess("Patient", "Patient.id", "patient", "Pat Stamm", ("Nr",), 1.0, "the key"),
    Guess("Patient", "Patient.name.family", "patient", "Pat Stamm", ("Name",), 0.5, "a name"),
)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command in a folder of its own; gives exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["init", *args])
            raise SystemExit(0)
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of one table, and a drafter that gives FILES."""
    path = tmp_path / "clinic.db"
    with closing(sqlite3.connect(path)) as legacy:
        legacy.executescript(
            f'CREATE TABLE "Pat Stamm" ("Nr" INTEGER PRIMARY KEY, "Name" TEXT);'
            f"INSERT INTO \"Pat Stamm\" VALUES (1, '{SECRET}'), (2, 'Öz'); CREATE TABLE leer (a);"
            "CREATE VIEW kaputt AS SELECT * FROM leer; DROP TABLE leer;"
        )
    drafts(monkeypatch, FILES)
    return path


def drafts(monkeypatch: pytest.MonkeyPatch, files: dict[str, str], guesses: Any = GUESSES) -> None:
    def draft(catalog: Catalog, name: str, *, timezone: str) -> Drafted:
        return Drafted(files, guesses, ("sex",))

    monkeypatch.setattr("facade.flow.init.make.draft_pack", draft)


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_site_is_written_and_its_drafts_are_checked(cli: Cli, clinic: Path) -> None:
    status, out, err = cli("--url", "sqlite:///clinic.db", "site", "--timezone", "Europe/Vienna")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].endswith("2 tables, about 2 rows; written to site, every table in tables.md")
    assert lines[1] == "kaputt the view fails in the database itself"
    assert lines[3].split() == ["Patient", "Pat", "Stamm", "2", "75", "%", "1"]
    assert lines[4] == "OK clinic/resources/patient.yaml: 2 Patient from 2 rows"
    assert lines[5] == "Next: facade check --config site/facade.yaml"
    files = written(clinic.parent / "site")
    assert set(files) == {
        "facade.yaml",
        "README.md",
        ".gitignore",
        "tables.md",
        "clinic/pack.yaml",
        "clinic/streams/patient.sql",
        "clinic/resources/patient.yaml",
    }
    assert b"timezone: Europe/Vienna" in files["facade.yaml"]
    assert SECRET.encode() not in b"".join(files.values())


def test_the_same_database_gives_the_same_bytes(cli: Cli, clinic: Path) -> None:
    cli("one", "--url", "sqlite:///clinic.db")
    cli("two", "--url", "sqlite:///clinic.db")
    assert cli("one", "--url", "sqlite:///clinic.db")[0] == 0
    assert written(clinic.parent / "one") == written(clinic.parent / "two")


def test_the_zone_that_was_not_said_is_told(cli: Cli, clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "Europe/Berlin")
    _, out, _ = cli("site", "--url", "sqlite:///clinic.db")
    assert (
        "Times are taken to lie in Europe/Berlin, this machine's zone; if the database's is another, say "
        "--timezone or change it in facade.yaml" in out
    )
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "local")
    cli("other", "--url", "sqlite:///clinic.db")
    assert "timezone: UTC" in (clinic.parent / "other" / "facade.yaml").read_text()


def test_drafts_that_do_not_pass_are_told_with_their_lines(
    cli: Cli, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts(
        monkeypatch,
        FILES
        | {
            "resources/patient.yaml": FILES["resources/patient.yaml"] + "  gender: $Name\n",
            "resources/visit.yaml": "resource: Encounter\nstream: patient\nid: $Nummer\nmap:\n  statos: x\n",
            "streams/visit.sql": "-- key: id\nSELECT id FROM gone\n",
        },
    )
    status, out, err = cli("site", "--url", "sqlite:///clinic.db", "--timezone", "UTC")
    assert (status, err) == (0, "")
    told = [line for line in out.splitlines() if line.startswith(("not yet", "OK"))]
    gender = "female, male, other, unknown (2 of 2 rows)"
    assert told[0].startswith("not yet clinic/resources/patient.yaml:7: Patient.gender: a code of")
    assert told[0].endswith(gender)
    assert told[1].startswith(
        "not yet clinic/resources/visit.yaml:3: in `$Nummer`: the stream `patient` has no column `Nummer`"
    )
    assert (
        "not yet clinic/resources/visit.yaml:5: Encounter has no element `statos`; did you mean `status`?"
        in told
    )
    assert told[-1].startswith(
        "not yet clinic/streams/visit.sql:1: source clinic, stream visit: the database has no table"
    )


def test_nothing_recognised_is_said(cli: Cli, clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts(monkeypatch, {"pack.yaml": "pack: x\n"}, ())
    status, out, err = cli("site", "--url", "sqlite:///clinic.db", "--timezone", "UTC")
    assert (status, err) == (0, "")
    assert "Nothing was recognised; see tables.md, and write streams and mappings by hand" in out


def test_a_password_is_neither_written_nor_told(cli: Cli, clinic: Path) -> None:
    from tests import servers

    driver = servers.odbc_driver("SQLite3", "libsqlite3odbc.so")
    given = f"Driver={driver};Database={clinic};PWD={{hunter;2}}"
    status, out, err = cli("--odbc", given, "site", "--timezone", "UTC", "--name", "clinic")
    assert (status, err) == (0, "")
    assert "facade.yaml says ${EMR_PASSWORD}; set that environment variable before the next command" in out
    assert "OK clinic/resources/patient.yaml" in out
    files = written(clinic.parent / "site")
    assert b"PWD={${EMR_PASSWORD}}" in files["facade.yaml"]
    assert "hunter" not in out and b"hunter" not in b"".join(files.values())


def test_samples_are_written_only_if_asked_for(cli: Cli, clinic: Path) -> None:
    cli("site", "--url", "sqlite:///clinic.db", "--keep-samples")
    samples = clinic.parent / "site" / "samples.json"
    assert SECRET in samples.read_text(encoding="utf-8")
    assert "samples.json" in (clinic.parent / "site" / ".gitignore").read_text()


def test_a_changed_file_is_not_overwritten_unless_forced(cli: Cli, clinic: Path) -> None:
    cli("site", "--url", "sqlite:///clinic.db", "--timezone", "UTC")
    mapping = clinic.parent / "site" / "clinic" / "resources" / "patient.yaml"
    mapping.write_text("# mine\n")
    status, out, err = cli("site", "--url", "sqlite:///clinic.db", "--timezone", "UTC")
    assert (status, out) == (1, "")
    assert err == (
        "error site holds files that would be overwritten or read along: clinic/resources/patient.yaml; "
        "nothing was written. Choose another folder, or --force, which keeps each as NAME.bak\n"
    )
    status, out, _ = cli("site", "--url", "sqlite:///clinic.db", "--timezone", "UTC", "--force")
    assert status == 0
    assert "clinic/resources/patient.yaml was put aside as clinic/resources/patient.yaml.bak" in out
    assert mapping.with_suffix(".yaml.bak").read_text() == "# mine\n"


def test_a_database_with_a_shipped_pack_is_recognised(cli: Cli, tmp_path: Path) -> None:
    generate(tmp_path / "kestrel.db", patients=5, seed=7, today=date(2026, 1, 5))
    status, out, err = cli("site", "--url", "sqlite:///kestrel.db", "--timezone", "America/New_York")
    assert (status, err) == (0, "")
    assert (
        "This looks like demo: there is a pack for it, and facade.yaml says `pack: demo`; --draft drafts one "
        "all the same" in out
    )
    assert set(written(tmp_path / "site")) == {"facade.yaml", "README.md", ".gitignore", "tables.md"}
    with pytest.raises(SystemExit) as end:
        main(["check", "--config", "site/facade.yaml", "--sample", "5"])
        raise SystemExit(0)
    assert not end.value.code


def test_a_shipped_pack_does_not_hinder_a_draft(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "kestrel.db", patients=5, seed=7, today=date(2026, 1, 5))
    drafts(monkeypatch, {"pack.yaml": "pack: x\n"}, ())
    status, out, _ = cli("site", "--url", "sqlite:///kestrel.db", "--timezone", "UTC", "--draft")
    assert status == 0
    assert "This looks like demo: there is a pack for it: set `pack: demo` in facade.yaml" in out
    assert "pack: ./kestrel" in (tmp_path / "site" / "facade.yaml").read_text()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("site",), 'say where the database is: either --odbc "Driver=…;Server=…" or --url sqlite:///PATH'),
        (("site", "--url", "sqlite:///gone.db"), "there is no file gone.db in"),
        (("site", "--url", "sqlite:///text.db"), "the file is not an SQLite database, or it is encrypted"),
        (("site", "--url", "sqlite:///empty.db"), "source empty: the login sees no table in this database"),
        (("text.db", "--url", "sqlite:///clinic.db"), "text.db cannot be written: "),
        (
            ("site", "--odbc", "Driver={Clairvoyant}"),
            "the ODBC driver or data source 'Clairvoyant' is not known",
        ),
        (
            ("site", "--url", "sqlite:///clinic.db", "--option", "x"),
            "--option x: write NAME=VALUE, with an option",
        ),
        (("site", "--url", "sqlite:///clinic.db", "--option", "feetch=1"), "there is no option `feetch`"),
    ],
)
def test_what_is_wrong_is_one_line_and_leaves_nothing(
    cli: Cli, clinic: Path, tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    (tmp_path / "text.db").write_text("x" * 2000)
    sqlite3.connect(tmp_path / "empty.db").close()
    before = sorted(path.name for path in tmp_path.iterdir())
    status, out, err = cli(*args)
    assert (status, out) == (1, "")
    assert told in err
    assert len(err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_server_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    from tests import servers

    driver = servers.odbc_driver(*servers.MariaDB.driver)
    given = f"Driver={driver};Server=127.0.0.1;Port={servers.free_port()};UID=a;PWD=hunter2"
    status, out, err = cli("site", "--odbc", given, "--option", "connect_attempts=1")
    assert (status, out) == (1, "")
    assert err == (
        "error source emr: the database cannot be reached: is it running, and are host and port right? "
        "(SQLSTATE HY000, code 2002)\n"
    )
    assert list(tmp_path.iterdir()) == []
