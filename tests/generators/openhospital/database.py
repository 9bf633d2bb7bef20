"""A private MariaDB database as Open Hospital has it: a small one of our own, or the program's demo data."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.paths import SHARED
from tests.servers import MariaDB

HERE = Path(__file__).parent
DUMP = SHARED / "ehr" / "openhospital" / "oh_demo_dump.sql.gz"


def openhospital_database(server: MariaDB, name: str = "openhospital") -> str:
    """Create the database `name`, replacing one of that name; gives its ODBC connection string.

    It has the tables and columns that the pack reads, and rows that show every quirk.
    """
    connection = server.create_database(name)
    server.load(name, HERE / "schema.sql")
    server.load(name, HERE / "rows.sql")
    return connection


def openhospital_demo(server: MariaDB, name: str = "openhospital_demo") -> str:
    """The same with the whole schema and the 515 patients that the program brings.

    They are not part of this repository: they lie beside it, in the shared data.
    """
    connection = server.create_database(name)
    server.run(name, gzip.decompress(DUMP.read_bytes()))
    return connection
