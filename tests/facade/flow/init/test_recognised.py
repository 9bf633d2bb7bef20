"""A real database is known as what it is, and as nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from facade.flow.init import make_wish
from facade.flow.init.make import look, shipped_pack
from facade.mapping import recognised_tables
from facade.packs import read_pack, shipped_packs
from tests.connectors.odbc.test_catalog_schemas import openhospital, oscar
from tests.generators.openemr import openemr_database
from tests.paths import needs_shared
from tests.servers import MariaDB

pytestmark = needs_shared


@pytest.mark.parametrize("name", ["openemr", "oscar", "openhospital"])
async def test_a_real_database_is_known_by_its_tables(mariadb_server: MariaDB, name: str) -> None:
    make = {"openemr": lambda server: openemr_database(server, 0, name="emrknown"), "oscar": oscar}
    connection = make.get(name, openhospital)(mariadb_server)
    wish = make_wish(
        Path("nowhere"),
        odbc=connection,
        url=None,
        name="emr",
        timezone="UTC",
        environ={},
        options={},
        sample=0,
    )
    catalog = await look(wish, lambda: datetime(2024, 5, 6, tzinfo=UTC), None)
    says = name in shipped_packs() and recognised_tables(read_pack(name))
    assert shipped_pack(catalog) == (name if says else None)
