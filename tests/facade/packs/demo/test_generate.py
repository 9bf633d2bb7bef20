"""The generator: the same for the same seed, complete or not there, and as ugly as it says."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from facade.packs.demo import generate as command
from facade.packs.demo.generate import generate, is_complete
from facade.packs.demo.generator.papers import pdf
from facade.packs.demo.generator.shapes import npi
from tests.facade.packs.demo.conftest import TODAY


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first = generate(tmp_path / "a.db", 40, 3, TODAY)
    again = generate(tmp_path / "b.db", 40, 3, TODAY)
    other = generate(tmp_path / "c.db", 40, 4, TODAY)
    later = generate(tmp_path / "d.db", 40, 3, date(2026, 3, 3))
    assert digest(first) == digest(again)
    assert len({digest(first), digest(other), digest(later)}) == 3


@pytest.mark.parametrize("patients", [0, 1, 7])
def test_small_sizes(tmp_path: Path, patients: int) -> None:
    path = generate(tmp_path / "k.db", patients, 1, TODAY)
    connection = sqlite3.connect(path)
    live = "SELECT count(*) FROM PTMAST WHERE PTNO > 0 AND CLASS <> 'TST'"
    assert connection.execute(live).fetchone() == (patients,)
    connection.close()


def test_existing_database_is_kept(tmp_path: Path) -> None:
    path = generate(tmp_path / "k.db", 5, 1, TODAY)
    before = digest(path)
    assert generate(path, 50, 2, TODAY) == path
    assert digest(path) == before


@pytest.mark.parametrize("content", [b"", b"a letter to my mother", b"SQLite format 3\x00rubbish"])
def test_other_file_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "k.db"
    path.write_bytes(content)
    with pytest.raises(FileExistsError, match=r"exists and is not a Kestrel database: name another file$"):
        generate(path, 5, 1, TODAY)
    assert path.read_bytes() == content


def test_half_written_database_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE KPMCTL (ITEM, VAL)")
    connection.close()
    assert not is_complete(path)


def test_nothing_is_left_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(command, "_fill", broken)
    with pytest.raises(OSError, match="disk full"):
        generate(tmp_path / "k.db", 5, 1, TODAY)
    assert list(tmp_path.iterdir()) == []


def test_command_line(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "k.db"
    call = [sys.executable, "-m", "facade.packs.demo.generate", str(path), "--patients", "3", "--seed", "9"]
    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip() == str(path)
    assert is_complete(path)
    path.write_bytes(b"x")
    failed = subprocess.run(call, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"cannot write {path}: ")


UGLY = {
    "negative key": "SELECT 1 FROM PTMAST WHERE PTNO < 0",
    "test patient": "SELECT 1 FROM PTMAST WHERE CLASS = 'TST'",
    "flag": "SELECT 1 FROM ALRGY WHERE DELFLAG = 1",
    "Y/N": "SELECT 1 FROM PROBLIST WHERE DEL = 'Y'",
    "end date": "SELECT 1 FROM RXFILE WHERE VOIDDT > 0",
    "status X": "SELECT 1 FROM VISITS WHERE STAT = 'X'",
    "room among staff": "SELECT 1 FROM \"Staff Dir\" WHERE KIND = 'R'",
    "service among staff": "SELECT 1 FROM \"Staff Dir\" WHERE KIND = 'S'",
    "orphan": "SELECT 1 FROM VISITS WHERE SDID = 9999",
    "chart of a deleted patient": "SELECT 1 FROM ALRGY WHERE -PTNO IN (SELECT PTNO FROM PTMAST)",
    "padded": "SELECT 1 FROM PTMAST WHERE MRN LIKE '%  '",
    "latin1": "SELECT 1 FROM PTMAST WHERE instr(CAST(NM AS BLOB), x'D1') AND typeof(NM) = 'text'",
    "control character": "SELECT 1 FROM PROBLIST WHERE instr(CMT, char(26))",
    "sex unknown": "SELECT 1 FROM PTMAST WHERE SX NOT IN ('1', '2')",
    "no birthday": "SELECT 1 FROM PTMAST WHERE DOB = 0 OR DOB % 100 = 0",
    "lost zero": "SELECT 1 FROM PTMAST WHERE ZIP = 1060",
    "no date": "SELECT 1 FROM ALRGY WHERE NOTED = '0001-01-01'",
    "half a date": "SELECT 1 FROM PROBLIST WHERE ONSET LIKE '__/00/____'",
    "many in one": "SELECT 1 FROM VISITS WHERE DX LIKE '%;%;%'",
    "old code": "SELECT 1 FROM PROBLIST WHERE DX LIKE '401.9%'",
    "felt": "SELECT 1 FROM VITALS WHERE BP LIKE '%/P'",
    "not measured": "SELECT 1 FROM VITALS WHERE WTLB = '    0.00'",
    "less than": "SELECT 1 FROM LABRES WHERE RESULT LIKE '<%'",
    "more than": "SELECT 1 FROM LABRES WHERE RESULT LIKE '> %'",
    "see note": "SELECT 1 FROM LABRES WHERE RESULT = 'see note' OR RNG = 'see note'",
    "series in pipes": "SELECT 1 FROM APPTBK WHERE RECUR LIKE 'W|%'",
    "series in PHP": "SELECT 1 FROM APPTBK WHERE RECUR LIKE 'a:3:%'",
    "block": "SELECT 1 FROM APPTBK WHERE PTNO = 0",
    "blob": "SELECT 1 FROM DOCS WHERE typeof(BODY) = 'blob' AND FMT = 'P'",
}


@pytest.mark.parametrize("what", UGLY)
def test_ugliness(sql: sqlite3.Connection, what: str) -> None:
    assert sql.execute(UGLY[what]).fetchone(), what


def test_nothing_happens_after_today(sql: sqlite3.Connection) -> None:
    today = int(TODAY.strftime("%Y%m%d"))
    for table, column in (("VISITS", "VDATE"), ("RXFILE", "RXDT"), ("LABORD", "RPTDT"), ("DOCS", "ENTDT")):
        assert sql.execute(f"SELECT count(*) FROM {table} WHERE {column} > ?", (today,)).fetchone() == (0,)
    assert sql.execute("SELECT 1 FROM APPTBK WHERE APDT > ?", (today,)).fetchone()


def test_a_slot_is_given_once(sql: sqlite3.Connection) -> None:
    rows = sql.execute("SELECT SLNO, count(*) FROM APPTBK WHERE SLNO > 0 GROUP BY SLNO").fetchall()
    assert rows
    assert {count for _, count in rows} == {1}
    busy = sql.execute(
        "SELECT count(*) FROM APPTBK a JOIN SLOTBK s USING (SLNO) WHERE s.STATE <> 'B'"
    ).fetchone()
    assert busy == (0,)


def test_npi_has_its_check_digit() -> None:
    # the example of the standard: 123456789 has 3; the same digits after a 2 have another
    def luhn(digits: str) -> int:
        doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
        return sum(d - 9 if d > 9 else d for d in doubled) % 10

    assert luhn("80840" + "1234567893") == 0
    for number in (1, 10000801, 20000019, 99999999):
        assert luhn("80840" + npi(number)) == 0
        assert len(npi(number)) == 10


def test_pdf_finds_its_objects() -> None:
    data = pdf("PROGRESS NOTE (7)")
    table = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    assert data[table:].startswith(b"xref\n0 6\n")
    for number, line in enumerate(data[table:].splitlines()[3:8], 1):
        assert data[int(line[:10]) :].startswith(b"%d 0 obj\n" % number)
    assert b"(PROGRESS NOTE [7]) Tj" in data
