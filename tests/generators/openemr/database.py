"""A private MariaDB database with OpenEMR's own schema, its example patients, and generated ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from tests.generators.openemr.fill import PARTS, TODAY, fill
from tests.paths import SHARED
from tests.servers import MariaDB

SCHEMA = SHARED / "ehr" / "openemr-5.0.1"


def openemr_database(
    server: MariaDB,
    patients: int,
    seed: int = 1,
    *,
    examples: bool = True,
    today: date = TODAY,
    name: str = "openemr",
    parts: Collection[str] = PARTS,
) -> str:
    """Create the database `name`, replacing one of that name, and fill it; gives its ODBC connection string.

    The schema is not part of this repository: it lies beside it, in the shared data.
    """
    connection = server.create_database(name)
    server.load(name, SCHEMA / "database.sql")
    server.load(name, SCHEMA / "cvx_codes.sql")
    if examples:
        server.load(name, SCHEMA / "example_patient_users.sql")
        server.load(name, SCHEMA / "example_patient_data.sql")
    if patients:
        fill(connection, patients, seed, today, parts=parts)
    return connection
