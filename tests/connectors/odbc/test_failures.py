"""Each way to fail is one line that says what to do, and tells no secret."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Stream
from connectors.errors import BadConfiguration, ConnectorError, Rejected, Unreachable
from connectors.odbc.connector import open_connector
from connectors.odbc.failures import connecting, fault_of, running
from tests import servers
from tests.connectors.odbc.conftest import Clock, Database


async def failure(connection: str | None = None, url: str | None = None) -> ConnectorError:
    options: dict[str, Any] = {"connect_attempts": 1, "login_timeout": "3s"}
    options |= {"connection": connection} if connection else {"url": url}
    connector = open_connector("emr", options, {}, Clock())
    try:
        with pytest.raises(ConnectorError) as raised:
            await connector.check()
    finally:
        await connector.aclose()
    message = str(raised.value)
    assert message.startswith("source emr: ")
    assert "\n" not in message
    assert servers.PASSWORD not in message
    assert "hunter2" not in message
    assert raised.value.__context__ is None
    return raised.value


async def test_a_wrong_password(server_database: Database) -> None:
    error = await failure(server_database.options["connection"].replace(servers.PASSWORD, "hunter2"))
    assert isinstance(error, BadConfiguration)
    assert "the database refuses the login; check user, password" in str(error)


async def test_a_database_that_is_not_there(server_database: Database) -> None:
    error = await failure(server_database.options["connection"].replace("Database=emr", "Database=nope"))
    assert isinstance(error, BadConfiguration)
    assert "no database of this name" in str(error)


@pytest.mark.parametrize(
    ("name", "library", "more"),
    [
        ("MariaDB Unicode", "libmaodbc.so", "Server=127.0.0.1;Port={port};UID=a;PWD=hunter2"),
        ("PostgreSQL Unicode", "psqlodbcw.so", "Server=127.0.0.1;Port={port};Database=x;UID=a;PWD=hunter2"),
        ("FreeTDS", "libtdsodbc.so", "Server=127.0.0.1;Port={port};UID=a;PWD=hunter2"),
    ],
)
async def test_a_closed_port(name: str, library: str, more: str) -> None:
    """FreeTDS among them: it loads, or the driver would be said to be missing."""
    driver = servers.odbc_driver(name, library)
    error = await failure(f"Driver={driver};" + more.format(port=servers.free_port()))
    assert isinstance(error, Unreachable)
    assert "cannot be reached: is it running, and are host and port right?" in str(error)


@pytest.mark.parametrize(
    ("name", "library"), [("MariaDB Unicode", "libmaodbc.so"), ("PostgreSQL Unicode", "psqlodbcw.so")]
)
async def test_a_host_that_nobody_knows(name: str, library: str) -> None:
    driver = servers.odbc_driver(name, library)
    error = await failure(f"Driver={driver};Server=nowhere.invalid;Database=x;UID=a;PWD=hunter2")
    assert isinstance(error, Unreachable)
    assert "the host's name is not known" in str(error)


@pytest.mark.parametrize(
    "connection",
    ["Driver={ODBC Driver 18 for SQL Server};Server=x;PWD=hunter2", "DSN=nothere", "Driver=/no/libmaodbc.so"],
)
async def test_a_missing_driver(connection: str) -> None:
    error = await failure(connection)
    assert isinstance(error, BadConfiguration)
    assert "is not known here" in str(error)
    assert "installed are" in str(error)


def test_missing_unixodbc_and_pyodbc(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = ImportError("libodbc.so.2: cannot open shared object file: No such file or directory")
    told = str(connecting(lost, "emr", "", "", []))
    assert (
        told
        == "source emr: unixODBC is not installed: apt-get install unixodbc (macOS: brew install unixodbc)"
    )
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    from connectors.odbc.link import open_link
    from connectors.odbc.options import parse_options

    with pytest.raises(
        BadConfiguration, match="the Python package pyodbc is not installed: pip install pyodbc"
    ):
        open_link("emr", parse_options("emr", {"connection": "DSN=x"}), writing=False)


async def test_sqlite_files(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    error = await failure(url=f"sqlite:///{missing.as_posix()}")
    assert isinstance(error, Unreachable)
    assert "there is no file missing.db" in str(error)
    driver = servers.odbc_driver("SQLite3", "libsqlite3odbc.so")
    assert isinstance(await failure(f"Driver={driver};Database={missing}"), ConnectorError)
    assert not missing.exists()
    text = tmp_path / "text.db"
    text.write_text("not a database, by far " * 100)
    error = await failure(url=f"sqlite:///{text.as_posix()}")
    assert isinstance(error, BadConfiguration)
    assert "is not an SQLite database" in str(error)


async def test_a_right_that_is_missing(mariadb: Database) -> None:
    mariadb.run(
        "CREATE TABLE secret (id int); CREATE TABLE open_ (id int);"
        "CREATE OR REPLACE USER 'poor'@'%' IDENTIFIED BY 'p'; GRANT SELECT ON emr.open_ TO 'poor'@'%';"
    )
    connection = (
        mariadb.options["connection"]
        .replace(f"{{{servers.PASSWORD}}}", "p")
        .replace("UID=facade", "UID=poor")
    )
    with pytest.raises(Rejected, match="the login has no right to this; grant it"):
        await mariadb.read(Stream("s", "SELECT id FROM secret", ("id",)), connection=connection)


@pytest.mark.parametrize(
    ("args", "kind", "told"),
    [
        (("40001", "[40001] Deadlock found (1213) (SQLExecDirectW)"), Unreachable, "busy"),
        (("HY000", "[HY000] MySQL server has gone away (2006) (SQLExecDirectW)"), Unreachable, "was lost"),
        (("08S01", "[08S01] [Microsoft] TCP Provider: reset (104) (SQLFetch)"), Unreachable, "was lost"),
        (("53100", "[53100] could not extend file"), Unreachable, "disk space"),
        (("42000", "[42000] The SELECT permission was denied (229) (SQLExecDirectW)"), Rejected, "no right"),
        (("42S22", "[42S22] Invalid column name 'lname'. (207) (SQLFetch)"), Rejected, "no column `lname`"),
        (("42S22", "[42S22] Unknown column 'Smith' in 'where clause' (1054)"), Rejected, "no column that"),
        (("23505", "[23505] duplicate key (7)"), Rejected, "rule of the database"),
        (("HY000", "[HY000] something with Smith in it (9999) (SQLFetch)"), Rejected, "code 9999"),
        (("22003", "[22003] out of range"), Rejected, "does not fit"),
    ],
)  # fmt: skip
def test_what_drivers_say(args: tuple[str, str], kind: type[ConnectorError], told: str) -> None:
    error = running(Exception(*args), "emr", "stream patient", sql="SELECT lname FROM patient")
    assert type(error) is kind
    assert told in str(error)
    assert "Smith" not in str(error)


def test_codes() -> None:
    fault = fault_of(
        Exception(
            "HY000", "[HY000] [ma-3.1.15]Can't connect to server on 'x' (115) (2002) (SQLDriverConnect)"
        )
    )
    assert (fault.state, fault.native) == ("HY000", 2002)
    assert fault.told == " (SQLSTATE HY000, code 2002)"
    assert fault_of(Exception("no such table: x")).told == ""
