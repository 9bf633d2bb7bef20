"""A private MariaDB database in latin1 with OSCAR's schema, its example patients, and generated ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.generators.oscar.fill import fill
from tests.paths import SHARED
from tests.servers import MariaDB

SCHEMA = SHARED / "ehr" / "oscar"
OWN = Path(__file__).with_name("schema.sql")
FILES = (
    "oscarinit.sql", "caisi/initcaisi.sql", "oscarinit_on.sql", "oscardata.sql", "oscardata_on.sql",
    "caisi/initcaisidata.sql", "icd9.sql", "measurementMapData.sql",
)  # fmt: skip
SESSION = (
    b"SET NAMES latin1; SET SESSION sql_mode='NO_ENGINE_SUBSTITUTION', foreign_key_checks=0;\n"
    b"SET GLOBAL innodb_strict_mode=0; SET SESSION innodb_strict_mode=0;\n"
)


def oscar_database(
    server: MariaDB,
    patients: int,
    seed: int = 1,
    *,
    real: bool,
    examples: bool = True,
    today: date | None = None,
    name: str = "oscar",
) -> str:
    """Create the database `name`, replacing one of that name, and fill it; gives its ODBC connection string.

    The real schema is not part of this repository: it lies beside it,
    in the shared data. Without it (`real` false)
    there are only the columns that the pack reads,
    and no examples. Availability is read around the server's own
    day: `today` is that of the machine unless given.
    """
    connection = server.create_database(name)
    server.run(name, f"ALTER DATABASE {name} CHARACTER SET latin1 COLLATE latin1_swedish_ci;")
    if real:
        for file in (*FILES, "e2e_setup.sql") if examples else FILES:
            server.run(name, SESSION + _statements(SCHEMA / file))
    else:
        server.run(name, SESSION + OWN.read_bytes())
    if patients:
        fill(connection, patients, seed, today or date.today())
    return connection


def _statements(path: Path) -> bytes:
    """A file's SQL, without the client's own command to read further files."""
    return b"\n".join(line for line in path.read_bytes().splitlines() if not line.startswith(b"source "))
