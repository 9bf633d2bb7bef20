"""The statements that make a store are those of the tables as they are declared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from facade.store import ddl, schema


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_printed_statements_are_up_to_date(dialect: str) -> None:
    told = f"{schema.printed_at(dialect).name} is not what tables.py says: run `python -m facade.store.ddl`"
    assert schema.printed_at(dialect).read_text() == ddl.printed(dialect), told


def test_a_new_store_does_not_load_sqlalchemy(tmp_path: Path) -> None:
    """It takes longer to load than all else that a new store needs."""
    code = (
        "import sys; from facade.store import Store; Store.open(sys.argv[1]).close();"
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    url = f"sqlite:///{tmp_path / 'facade.db'}"
    assert subprocess.run([sys.executable, "-c", code, url], check=False).returncode == 0
