"""`facade reindex` finds what is wrong with an index, tells it by table, and mends it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from subprocess import PIPE, Popen

from facade.store import Store
from tests.facade.cli.test_cli import SETTINGS, Cli, cli, demo

__all__ = ["cli", "demo"]

HOLD = """
import sys
from pathlib import Path
from facade.store import Store
(key,) = Path().glob("*.key")
store = Store.open("sqlite:///facade.db", key_file=key)
print("open", flush=True)
sys.stdin.read()
store.close()
"""


def store_of(folder: Path) -> Store:
    (file,) = [one for one in folder.glob("*.db") if one.name != "kestrel.db"]
    (key,) = folder.glob("*.key")
    return Store.open(f"sqlite:///{file}", key_file=key)


def told(out: str) -> dict[str, list[int]]:
    """Of each table: same, missing, surplus, due."""
    rows = re.findall(r"^(\S+\w)\s+([\d,]+)\s+([\d,]+)\s+([\d,]+)\s+([\d,]+)$", out, re.MULTILINE)
    return {row[0]: [int(number.replace(",", "")) for number in row[1:]] for row in rows}


def test_a_sound_index_does_not_differ(cli: Cli, demo: Path) -> None:
    assert cli("sync")[0] == 0
    for arguments in (("reindex", "--check"), ("reindex",)):
        status, out, err = cli(*arguments)
        assert (status, err) == (0, "")
        assert "resources: nothing differs" in out
    tables = told(out)
    assert all(row[1:] == [0, 0, 0] for row in tables.values())
    store = store_of(demo)
    assert tables["index_token"][0] == store.query("SELECT count(*) FROM index_token")[0][0] > 100
    store.close()


def test_what_was_planted_is_told_and_mended(cli: Cli, demo: Path) -> None:
    assert cli("sync")[0] == 0
    store = store_of(demo)
    lost = store.query("SELECT count(*) FROM index_string WHERE param<(SELECT max(param) FROM index_string)")
    for sql in (
        "DELETE FROM index_string WHERE param<(SELECT max(param) FROM index_string)",
        "INSERT INTO index_uri (param, value, rid) VALUES (3, 'urn:lost', 987654)",
    ):
        store.write_sync(lambda transaction, sql=sql: transaction.execute(sql))
    store.close()
    status, out, _ = cli("reindex", "--check")
    assert status == 1
    assert told(out)["index_string"][1:] == [lost[0][0], 0, 0]
    assert told(out)["index_uri"][1:] == [0, 1, 0]
    assert f"{lost[0][0] + 1:,} rows were wrong, 0 due: run `facade reindex`" in out
    status, again, _ = cli("reindex")
    assert (status, told(again)) == (1, told(out))
    assert "all are mended" in again
    assert cli("reindex")[0] == 0


def test_it_keeps_away_from_a_store_that_is_in_use(cli: Cli, demo: Path) -> None:
    (demo / "facade.yaml").write_text(SETTINGS + "store: sqlite:///facade.db\n")
    assert cli("sync")[0] == 0
    with Popen([sys.executable, "-c", HOLD], cwd=demo, stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        status, _, err = cli("reindex")
        assert status == 1
        assert "another process has the store open" in err
        assert cli("reindex", "--check")[0] == 0
        other.communicate("")
    assert cli("reindex")[0] == 0
