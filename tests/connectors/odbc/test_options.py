"""Options are checked before anything is connected, and the README names each."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.base import Stream
from connectors.errors import BadConfiguration
from connectors.odbc import open_connector
from connectors.odbc.dialect import DIALECTS, DRIVERS, dialect_of, driver_of, version_of
from connectors.odbc.link import attributes_of
from connectors.odbc.options import describe_options, parse_options
from tests.connectors.odbc.conftest import Clock
from tests.paths import REPO

URL = {"url": "sqlite:///x.db"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "source emr: give either `connection` (an ODBC connection string) or `url` (sqlite:///PATH)"),
        ({**URL, "connection": "DSN=x"}, "source emr: give either `connection`"),
        ({**URL, "fetchsize": 3}, "source emr: there is no option `fetchsize`; did you mean `fetch_size`?"),
        ({**URL, "xyzzy": 3}, "source emr: there is no option `xyzzy`; known are connection, url, "),
        ({**URL, "fetch_size": 0}, "option `fetch_size` is not a whole number from 1 to 100000"),
        ({**URL, "fetch_size": True}, "option `fetch_size` is not a whole number"),
        ({**URL, "statement_timeout": "soon"}, "option `statement_timeout` is not a duration; write for"),
        ({**URL, "allowed_hours": "20-6"}, "option `allowed_hours` is not a span of hours; write"),
        ({**URL, "allowed_hours": "20:00-06:99"}, "option `allowed_hours` is not a span"),
        ({**URL, "timezone": "Mars/Base"}, "option `timezone` is not a time zone"),
        ({**URL, "encoding": "utf-99"}, "option `encoding` is not an encoding"),
        ({**URL, "columns": "camel"}, "option `columns` is not lower, upper or as-is"),
        ({"url": "postgres://x"}, "option `url` is not sqlite:///PATH"),
        ({**URL, "writes": {"book": {"statement": "x"}}}, "`book` has no `statement`; did you mean"),
        ({**URL, "writes": {"book": {"statements": ["SELECT ?"]}}}, "uses `?`; name its parameters"),
        ({**URL, "writes": {"book": {}}}, "`book` needs `statements`"),
    ],
)  # fmt: skip
def test_wrong_options(options: dict[str, Any], told: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        open_connector("emr", options, {}, Clock())
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (Stream("p", " ", ("id",)), "source emr, stream p: it has no SQL"),
        (Stream("p", "SELECT 1", ()), "no key is named; add `-- key: column`"),
        (Stream("p", "SELECT 1", ("id",), "incremental"), "it is incremental and needs `-- cursor: column`"),
    ],
)
def test_wrong_streams(stream: Stream, told: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        open_connector("emr", URL, {"p": stream}, Clock())
    assert told in str(error.value)


def test_options_as_settings_give_them() -> None:
    options = parse_options("emr", {"url": "sqlite:////data/a%20b.db", "statement_timeout": "2m",
                                    "login_timeout": 5,
                                    "max_connections": "3", "page_rows": 0, "encoding": None})  # fmt: skip
    assert options.url == "/data/a b.db"
    assert (options.statement_timeout, options.login_timeout, options.max_connections) == (120, 5, 3)


def test_no_secret_is_shown() -> None:
    assert "hunter2" not in repr(parse_options("emr", {"connection": "DSN=x;PWD=hunter2"}))


def test_the_readme_names_every_option() -> None:
    readme = (REPO / "connectors" / "odbc" / "README.md").read_text("utf-8")
    for name, default, sentence in describe_options():
        assert f"| `{name}` | {default} | {sentence} |" in readme


def test_every_database_is_documented() -> None:
    page = (REPO / "connectors" / "odbc" / "STREAMS.md").read_text("utf-8")
    for dialect in DIALECTS:
        assert f"| {dialect.name} | " in page


def test_connection_strings() -> None:
    text = "Driver={MariaDB Unicode};Server = h ;PWD={a;b}}=c};UID=x"
    assert attributes_of(text) == {"driver": "MariaDB Unicode", "server": "h", "pwd": "a;b}=c", "uid": "x"}


@pytest.mark.parametrize(
    ("product", "dialect"),
    [
        ("MariaDB", "mariadb"), ("MySQL", "mysql"), ("PostgreSQL", "postgresql"), ("SQLite", "sqlite"),
        ("Microsoft SQL Server", "sqlserver"), ("Oracle", "oracle"), ("InterSystems Cache", "intersystems"),
        ("InterSystems IRIS", "intersystems"), ("ACCESS", "access"), ("OPENEDGE", "progress"),
        ("DB2/LINUXX8664", "db2"),
        ("Firebird", "generic"),
    ],
)  # fmt: skip
def test_dialects(product: str, dialect: str) -> None:
    assert dialect_of(product).name == dialect


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("MariaDB Unicode", "mariadb"), ("/usr/lib/x86_64-linux-gnu/odbc/libmaodbc.so", "mariadb"),
        ("MySQL ODBC 8.0 Unicode Driver", "mysql"), ("psqlodbcw.so", "postgresql"), ("SQLite3", "sqlite"),
        ("FreeTDS", "freetds"), ("libtdsodbc.so", "freetds"), ("ODBC Driver 18 for SQL Server", "sqlserver"),
        ("Microsoft Access Driver (*.mdb, *.accdb)", "access"), ("InterSystems IRIS ODBC35", "intersystems"),
        ("Progress OpenEdge 11.7 Driver", "progress"), ("Oracle in instantclient_19_8", "oracle"),
        ("Nope", "other"),
    ],
)  # fmt: skip
def test_drivers(name: str, driver: str) -> None:
    assert driver_of(name).name == driver
    assert driver_of(name) in DRIVERS


def test_versions() -> None:
    assert version_of("03.01.0015") == (3, 1, 15)
    assert version_of("10.11-log") == (10,)
    assert version_of("") == ()
