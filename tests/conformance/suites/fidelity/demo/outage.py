"""Takes the tables of an SQLite database away, and brings them back: `outage.py down|up FILE`."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

AWAY = "away "


def main(wanted: str, file: str) -> None:
    """Every table gets another name, or its own again."""
    with closing(sqlite3.connect(file)) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in found:
            if name.startswith(AWAY) is (wanted == "up"):
                new = name.removeprefix(AWAY) if wanted == "up" else AWAY + name
                database.execute(f'ALTER TABLE "{name}" RENAME TO "{new}"')
        database.commit()


if __name__ == "__main__":
    main(*sys.argv[1:3])
