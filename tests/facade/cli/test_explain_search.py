"""`facade explain 'Type?…'`: who answers a search, what is pushed down, what it costs; nothing is changed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.facade.cli.test_cli import SETTINGS, Cli, cli, demo  # noqa: F401 fixtures

SLOTS = "Slot?status=free&start=ge2026-01-06&start=lt2026-01-07&_count=2"


def test_a_live_search_is_told_and_done(cli: Cli, demo: Path) -> None:  # noqa: F811
    assert cli("sync")[0] == 0
    status, out, err = cli("explain", SLOTS)
    assert (status, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert "kestrel.slot (live): the slice is read first, then the store answers" in lines
    assert "kestrel.appointment (live): no row of it can match; the source is not asked" in lines, (
        "blocks are busy"
    )
    assert "source: STATE = F" in lines
    assert "source: SLDT >= 20260106" in lines and "source: SLDT < 20260107" in lines
    assert "narrowed by status=free, start=ge2026-01-06, start=lt2026-01-07" in lines
    with sqlite3.connect(demo / "kestrel.db") as legacy:
        ((free,),) = legacy.execute("SELECT count(*) FROM SLOTBK WHERE STATE='F' AND SLDT=20260106")
    legacy.close()
    assert free > 2
    assert any(line.startswith(f"gave {free} rows in ") for line in lines)
    assert any(line.endswith("; 0 new or changed, which would be written") for line in lines)
    assert any(line.startswith(f"store: {free} matches; ") for line in lines)
    assert "SELECT" not in out
    assert "status=free: tested for each row, in the index of codes, parameter status" in lines


def test_what_would_be_written_is_counted_and_not_written(cli: Cli, demo: Path) -> None:  # noqa: F811
    assert cli("sync")[0] == 0
    with sqlite3.connect(demo / "kestrel.db") as legacy:
        legacy.execute("UPDATE SLOTBK SET LEN = 99 WHERE STATE='F' AND SLDT=20260106")
    legacy.close()
    for _ in range(2):
        told = json.loads(cli("explain", SLOTS, "--json")[1])
        (slot,) = [one for one in told["streams"] if one["stream"] == "slot"]
        assert slot["asked"]["changed"] == slot["asked"]["rows"] == told["store"]["matches"] > 2
    assert slot["asked"]["error"] is None and slot["asked"]["seconds"] > 0
    assert slot["pushed"] == ["status=free", "start=ge2026-01-06", "start=lt2026-01-07"]
    assert slot["where"][0] == {"column": "STATE", "op": "=", "value": "F"}
    assert told["store"]["sql"] == ""


def test_dry_plans_only(cli: Cli, demo: Path) -> None:  # noqa: F811
    (demo / "kestrel.db").unlink()
    status, out, err = cli("explain", "Appointment?patient=105&status=booked", "--dry")
    assert (status, err) == (0, "")
    assert "source: PTNO = 105" in out
    assert "filtered afterwards: status=booked (rows with any value there may give it)" in out
    assert "gave" not in out and "store:" not in out
    assert not (demo / "facade.db").exists()


def test_a_source_that_is_down_is_told_and_the_store_answers(cli: Cli, demo: Path) -> None:  # noqa: F811
    assert cli("sync")[0] == 0
    (demo / "kestrel.db").unlink()
    status, out, err = cli("explain", SLOTS)
    assert status == 0
    assert err.startswith("error source kestrel could not be asked: ") and len(err.splitlines()) == 1
    assert "store: " in out and "gave" not in out


def test_streams_on_a_schedule_and_searches_that_nothing_narrows(cli: Cli, demo: Path) -> None:  # noqa: F811
    out = cli("explain", "Patient?family=Smith", "--dry")[1]
    assert "kestrel.patient (incremental): answered from the store, which a schedule fills" in out
    out = cli("explain", "Slot?", "--dry")[1]
    assert "kestrel.slot (live): nothing narrows it: answered from the store, and refreshed" in out


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/fhir/Appointment?patient=105",
        "/fhir/Appointment?patient=105&_format=json",
        "/Appointment?patient=105",
        "Appointment/_search?patient=105",
        "Appointment?patient=Patient%2F105",
    ],
)
def test_a_search_is_given_as_in_a_url(cli: Cli, demo: Path, url: str) -> None:  # noqa: F811
    status, out, err = cli("explain", url, "--dry")
    assert (status, err) == (0, "")
    assert "source: PTNO = 105" in out


def test_the_statement_is_shown_on_demand(cli: Cli, demo: Path) -> None:  # noqa: F811
    assert "SELECT r.rid" in cli("explain", "Appointment?patient=1", "--sql")[1]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("?name=x", "Write a search as `Patient?family=smith`: the type is missing before the `?`."),
        ("Appointmen?x=1", "No pack of this site makes Appointmen; there are AllergyIntolerance, "),
        ("Appointment?foo=1", "Search parameter `foo` is not known for Appointment"),
        ("Appointment?date=zz1", "Search parameter `date` has the unknown prefix 'zz'"),
        ("Appointment?patient=%ff", "The parameters are not percent-encoded UTF-8."),
    ],
)
def test_a_wrong_search_is_one_line(cli: Cli, demo: Path, url: str, told: str) -> None:  # noqa: F811
    status, out, err = cli("explain", url)
    assert (status, out) == (1, "")
    assert told in err and len(err.splitlines()) == 1
    assert not (demo / "facade.db").exists()


def test_conditions_beyond_one_parameter_are_told(cli: Cli, demo: Path) -> None:  # noqa: F811
    assert cli("sync")[0] == 0
    status, out, err = cli("explain", "Appointment?patient=105&patient.gender=female")
    assert (status, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    reason = "only the store can follow what leads beyond one parameter"
    assert f"filtered afterwards: patient.gender=female ({reason})" in lines
    place = (
        "index of references, parameter patient, and there in the Patient: index of codes, parameter gender"
    )
    assert f"patient.gender=female: tested for each row, in the {place}" in lines
    assert "narrowed by patient=105" in lines
