"""The command line as a person uses it: the demo read, told, explained, replayed; wrong input in one line."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from facade.cli import main
from facade.packs.demo.generate import generate

Cli = Callable[..., tuple[int, str, str]]

SETTINGS = """\
sources:
  kestrel:
    kind: odbc
    pack: demo
    url: sqlite:///kestrel.db
site: { timezone: America/New_York }
"""


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in a folder of its own; gives exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(args))
            raise SystemExit(0)
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    generate(tmp_path / "kestrel.db", patients=30, seed=7, today=date(2026, 1, 5))
    (tmp_path / "facade.yaml").write_text(SETTINGS)
    return tmp_path


def test_check_tells_that_the_demo_is_well(cli: Cli, demo: Path) -> None:
    status, out, err = cli("check", "--coverage", "coverage.md")
    assert (status, err) == (0, "")
    assert "reached" in out and "see below" not in out and "Observation" in out
    assert "| Patient | 30 | " in (demo / "coverage.md").read_text()


def test_check_names_the_column_that_vanished(cli: Cli, demo: Path) -> None:
    with sqlite3.connect(demo / "kestrel.db") as legacy:
        table, column = "PTMAST", "LNAME"
        names = [row[1] for row in legacy.execute(f"PRAGMA table_info({table})")]
        column = column if column in names else names[3]
        legacy.execute(f'ALTER TABLE {table} RENAME COLUMN "{column}" TO "GONE"')
    legacy.close()
    status, out, _ = cli("check")
    assert status == 1
    assert column in out


def test_check_as_json_is_json(cli: Cli, demo: Path) -> None:
    status, out, _ = cli("check", "--json", "--sample", "5", "--no-models")
    report = json.loads(out)
    assert status == 0
    assert report[0]["ok"] is True
    assert {stream["stream"] for stream in report[0]["streams"]} >= {"patient", "vitals"}


def test_sync_then_status_explain_and_replay(cli: Cli, demo: Path) -> None:
    status, out, err = cli("sync")
    assert (status, err) == (0, "")
    assert "kestrel.patient" in out
    status, out, _ = cli("sync")
    assert status == 0
    status, out, _ = cli("status", "--json")
    told = json.loads(out)
    assert told["resources"]["Patient"] > 20
    assert all(stream["error"] is None for stream in told["streams"])
    assert {stream["state"] for stream in told["streams"]} == {"ok"}
    assert [(source["name"], source["state"]) for source in told["sources"]] == [("kestrel", "ok")]
    assert 0 <= told["sources"][0]["lag"] < 600
    status, out, _ = cli("status", "--runs", "1")
    assert out.startswith("kestrel ok, as of ")
    assert "rows/s" in out
    assert "rows/s" not in cli("status", "--runs", "0")[1]
    identity = _a_patient(cli)
    status, out, _ = cli("explain", f"Patient/{identity}")
    assert status == 0
    assert "name[0].family" in out and "resources/patient.yaml:" in out
    status, out, _ = cli("replay", "patient")
    assert status == 0
    assert " 0 resources written" in out


def _a_patient(cli: Cli) -> str:
    for number in range(1, 400):
        status, _, _ = cli("explain", f"Patient/{number}")
        if status == 0:
            return str(number)
    raise AssertionError("the demo has no patient")


@pytest.mark.parametrize(
    ("args", "settings", "told"),
    [
        (("check",), None, "facade.yaml: cannot be read: No such file or directory"),
        (("check",), "prot: 80", "did you mean `port`?"),
        (
            ("check",),
            "sources: { a: { kind: odbc, pack: dema, url: 'sqlite:///x.db' } }",
            "did you mean `demo`?",
        ),
        (("check",), "sources: { a: { kind: fax, pack: demo } }", "no connector is called 'fax'"),
        (("explain", "Patient/1"), SETTINGS, "There is no Patient/1 in the store"),
    ],
)
def test_what_is_wrong_is_one_line(
    cli: Cli, tmp_path: Path, args: tuple[str, ...], settings: str | None, told: str
) -> None:
    if settings is not None:
        (tmp_path / "facade.yaml").write_text(settings)
    status, out, err = cli(*args)
    assert status == 1
    assert out == ""
    assert told in err
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


def test_a_database_that_is_not_there_is_told_by_check(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "facade.yaml").write_text(SETTINGS)
    status, out, err = cli("check")
    assert (status, err) == (1, "")
    assert "not reached" in out and "kestrel.db" in out


def test_a_stream_that_does_not_exist_is_named(cli: Cli, demo: Path) -> None:
    status, _, err = cli("sync", "patients")
    assert status == 2
    assert "there is no stream patients" in err.replace("\n", " ")


def test_a_taken_port_is_one_line(cli: Cli, demo: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = cli("serve", "--port", str(port))
    assert status == 1
    assert f"Port {port} on 127.0.0.1 is already in use; choose another with --port." in err


def test_another_time_zone_needs_another_index(cli: Cli, demo: Path) -> None:
    assert cli("sync")[0] == 0
    (demo / "facade.yaml").write_text(SETTINGS.replace("America/New_York", "Asia/Tokyo"))
    status, _, err = cli("sync")
    assert status == 1
    assert "the store's index was made for the time zone America/New_York" in err
    assert "facade replay --reindex" in err
    status, _, err = cli("replay", "--reindex")
    assert (status, err) == (0, "")
    assert cli("sync")[0] == 0


def test_sync_says_where_the_quarantine_is_told(cli: Cli, demo: Path) -> None:
    with sqlite3.connect(demo / "kestrel.db") as legacy:
        legacy.execute("UPDATE PTMAST SET DOB = 19991399 WHERE PTNO = 20")
    legacy.close()
    _, out, _ = cli("sync", "patient")
    assert "1 quarantined; `facade status` tells why" in out
    _, out, _ = cli("status")
    assert "quarantined kestrel.patient patient birthDate" in out


def test_status_tells_what_is_wrong(cli: Cli, demo: Path) -> None:
    assert cli("sync")[0] == 0
    (demo / "kestrel.db").rename(demo / "elsewhere.db")
    assert cli("sync", "patient")[0] == 1
    (demo / "elsewhere.db").rename(demo / "kestrel.db")
    _, out, _ = cli("status")
    first = out.splitlines()[0]
    assert re.match(r"kestrel failing for \d+ s, as of \d+ s ago: patient: source kestrel: ", first), first
    config = demo / "facade.yaml"
    config.write_text(config.read_text().replace("kind: odbc", "kind: odbc\n    full_at: 25:00"))
    assert "`full_at` is not a time of day; write for example 02:30" in cli("status")[2]


def test_coverage_has_a_table_for_each_source(cli: Cli, demo: Path) -> None:
    first = SETTINGS.splitlines()
    second = [line.replace("kestrel:", "other:") for line in first[1:-1]]
    (demo / "facade.yaml").write_text("\n".join([*first[:-1], *second, first[-1]]) + "\n")
    status, _, err = cli("check", "--sample", "3", "--no-models", "--coverage", "coverage.md")
    assert (status, err) == (0, "")
    assert (demo / "coverage.md").read_text().count("| Patient | 3 | ") == 2


def test_cases_are_told_in_the_packs_own_zone(cli: Cli, demo: Path) -> None:
    settings = (demo / "facade.yaml").read_text().replace("America/New_York", "Africa/Kampala")
    (demo / "facade.yaml").write_text(settings)
    status, out, _ = cli("check", "--sample", "5", "--no-models")
    assert (status, out.count("case ")) == (0, 0)
    run, _, total = out.partition(" cases of the pack hold")[0].rpartition("\n")[2].partition(" of ")
    assert run == total != "0"
